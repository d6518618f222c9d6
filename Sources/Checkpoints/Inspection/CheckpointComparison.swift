/// What `tenfold checkpoint diff` shows: in what two checkpoints differ.
public struct CheckpointComparison: Sendable, Hashable {
  /// The values of the manifests that differ, by their names; the config is not among them.
  public let manifest: [ConfigurationDifference]
  /// The values of the configs that differ.
  public let config: [ConfigurationDifference]
  /// The files of tensors, sorted by name.
  public let files: [File]

  /// A file of tensors that at least one of the two has.
  public struct File: Sendable, Hashable {
    /// The name of the file.
    public let name: String
    /// The tensors; `nil` where only one of the two has the file.
    public let tensors: [TensorComparison]?
    /// Whether all tensors are there in both, with equal bits.
    public var isEqual: Bool { tensors?.allSatisfy { $0.outcome == .equalBits } ?? false }
  }

  /// Whether all tensors of all files have equal bits.
  public var tensorsAreEqual: Bool { files.allSatisfy { $0.isEqual } }
}

extension Checkpoint {
  /// Compares the manifests, the configs and all tensors with those of `other`.
  ///
  /// - Throws: `CheckpointError` where a file is missing or damaged.
  public func compare(with other: Checkpoint) throws(CheckpointError) -> CheckpointComparison {
    let (first, second) = (try manifest(), try other.manifest())
    let old = Dictionary(uniqueKeysWithValues: first.fields.map { ($0.name, $0.value) })
    let new = Dictionary(uniqueKeysWithValues: second.fields.map { ($0.name, $0.value) })
    let names = first.fields.map { $0.name } + second.fields.map { $0.name }.filter { old[$0] == nil }
    var files: [CheckpointComparison.File] = []
    for name in Set(first.tensorFiles).union(second.tensorFiles).sorted() {
      let inBoth = first.tensorFiles.contains(name) && second.tensorFiles.contains(name)
      let tensors = inBoth ? try self.tensors(in: name).compare(with: other.tensors(in: name)) : nil
      files.append(CheckpointComparison.File(name: name, tensors: tensors))
    }
    return CheckpointComparison(
      manifest: names.filter { old[$0] != new[$0] }
        .map { ConfigurationDifference(path: $0, first: old[$0], second: new[$0]) },
      config: ConfigurationDifference.between(first.config, second.config), files: files)
  }
}

extension CheckpointComparison: CustomStringConvertible {
  /// Line by line what differs; of files with equal bits one line each.
  public var description: String {
    var lines = manifest.map { "manifest: \($0)" } + config.map { "config: \($0)" }
    for file in files {
      guard let tensors = file.tensors else {
        lines.append("\(file.name): only in one of the two")
        continue
      }
      if file.isEqual {
        lines.append("\(file.name): \(tensors.count) tensors, equal bits")
      } else {
        lines.append("\(file.name):")
        lines += tensors.map { "  \($0)" }
      }
    }
    return lines.joined(separator: "\n")
  }
}
