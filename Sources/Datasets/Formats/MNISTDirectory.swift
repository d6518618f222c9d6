import Foundation

/// A directory that holds the four files of MNIST or of a set that took over its names (Fashion-MNIST, KMNIST).
///
/// The names are `{train,t10k}-{images-idx3,labels-idx1}-ubyte`, also with a dot in place of the second hyphen, plain
/// or with `.gz`; a plain file is preferred, since ranks share its memory.
public struct MNISTDirectory: Sendable, Hashable {
  /// The directory.
  public let path: String

  /// The directory at `path`; nothing is read yet.
  public init(path: String) {
    self.path = path
  }

  /// Opens both sets.
  ///
  /// - Parameter classes: the number of classes, 10 for MNIST.
  /// - Throws: `DataError` where a file is missing, damaged or does not fit its companion.
  public func open(name: String = "mnist", classes: Int = 10) throws -> DatasetSplits {
    try DatasetSplits(
      training: try set("train", name: "\(name) training", classes: classes),
      test: try set("t10k", name: "\(name) test", classes: classes))
  }

  private func set(_ prefix: String, name: String, classes: Int) throws -> Dataset {
    try Dataset.idx(
      path: try find("\(prefix)-images", "idx3-ubyte"), labels: try find("\(prefix)-labels", "idx1-ubyte"),
      classes: classes, name: name)
  }

  private func find(_ stem: String, _ kind: String) throws -> String {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue
    else {
      throw DataError(
        .unreadable,
        "\(path): \(isDirectory.boolValue ? "cannot be read" : "is no directory"); the directory of MNIST's four files was"
          + " expected, give it with --set data.directory=PATH, or train on generated digits with --set data.source=digits"
      )
    }
    for separator in ["-", "."] {
      for suffix in ["", ".gz"] {
        let candidate = "\(path)/\(stem)\(separator)\(kind)\(suffix)"
        if FileManager.default.fileExists(atPath: candidate) { return candidate }
      }
    }
    throw DataError(
      .unreadable,
      "\(path)/\(stem)-\(kind): no such file, plain or .gz; MNIST's four files are expected there, give their directory"
        + " with --set data.directory=PATH, or train on generated digits with --set data.source=digits")
  }
}
