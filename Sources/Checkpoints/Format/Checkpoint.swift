import Networks

/// A checkpoint on disk: a directory with a manifest, files of tensors, and the hashes of them all.
public struct Checkpoint: Sendable, Hashable {
  /// The directory.
  public let path: String

  /// The checkpoint in this directory; nothing is read yet.
  public init(path: String) {
    self.path = path
  }

  /// Reads the manifest.
  ///
  /// - Throws: `CheckpointError` where there is none, or none that this version can read.
  public func manifest() throws(CheckpointError) -> CheckpointManifest {
    let file = "\(path)/\(CheckpointManifest.fileName)"
    return try CheckpointManifest(json: InputFile.content(of: file), path: file)
  }

  /// Opens a file of tensors, `parameters.safetensors` for one.
  ///
  /// - Throws: `CheckpointError` where it is missing or its header is wrong.
  public func tensors(in file: String) throws(CheckpointError) -> SafetensorsFile {
    try SafetensorsFile("\(path)/\(file)")
  }

  /// Fills `destinations` from a file that must hold exactly these tensors.
  ///
  /// - Throws: `CheckpointError`; of kind `mismatch`, and with nothing filled yet, where names, types or shapes
  ///   differ: its text lists what is missing, not wanted or of another shape.
  public func load(_ file: String, into destinations: [TensorDestination]) throws(CheckpointError) {
    try tensors(in: file).read(into: destinations)
  }

  /// Fills the parameters of a model.
  ///
  /// - Throws: `CheckpointError` as `load(_:into:)` does.
  public func loadParameters(into groups: [ParameterGroup]) throws(CheckpointError) {
    try load(CheckpointContents.parametersFile, into: groups.flatMap { $0.tensors() })
  }

  /// The hash of the weights: the same as `weightsSHA256(of:)` of the model that was saved.
  public func weightsSHA256() throws(CheckpointError) -> String {
    try tensors(in: CheckpointContents.parametersFile).dataSHA256()
  }
}
