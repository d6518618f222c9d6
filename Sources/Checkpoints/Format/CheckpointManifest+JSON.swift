import Foundation

extension CheckpointManifest {
  /// The name of the file.
  static let fileName = "manifest.json"

  /// The manifest as JSON: sorted keys, one value a line.
  public func json() -> [UInt8] {
    do {
      return try ReadableJSON.encode(self)
    } catch {
      preconditionFailure("a manifest can always be encoded: \(error)")
    }
  }

  /// The manifest that `bytes` hold; `path` is for the errors.
  init(json bytes: [UInt8], path: String) throws(CheckpointError) {
    struct Version: Decodable {
      let format_version: Int
    }
    let data = Data(bytes)
    do {
      let version = try ReadableJSON.decoder.decode(Version.self, from: data).format_version
      if version > Self.currentFormatVersion {
        throw CheckpointError(
          .newerFormat, path: path,
          "\(path) is of format version \(version), this library reads up to \(Self.currentFormatVersion). "
            + "Use a newer version of the library.")
      }
      self = try ReadableJSON.decoder.decode(CheckpointManifest.self, from: data)
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw .damaged(path, "it is not a manifest: \(ReadableJSON.text(of: error))")
    }
    guard formatVersion >= 1, step >= 0, epoch >= 0, dataPosition >= 0, lanes >= 1 else {
      throw .damaged(path, "step, epoch, data position or lanes is out of range")
    }
    guard tensorFiles.allSatisfy(FileSystem.isPlainName), Set(tensorFiles).count == tensorFiles.count else {
      throw .damaged(path, "tensor_files is not a list of different plain file names")
    }
  }
}
