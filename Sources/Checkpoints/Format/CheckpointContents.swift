/// What goes into a checkpoint: the manifest and, by the name of their file, the tensors.
public struct CheckpointContents {
  /// The file of the parameters.
  public static let parametersFile = "parameters.safetensors"
  /// The file of the optimizers' state.
  public static let optimizerFile = "optimizer.safetensors"
  /// The file of what belongs to lanes or examples: persistent chains, carried hidden states.
  public static let stateFile = "state.safetensors"

  /// Everything but the tensors.
  public var manifest: CheckpointManifest
  /// The tensors of each file, by the file's name.
  public var tensors: [String: [NamedTensor]]

  /// Contents.
  public init(manifest: CheckpointManifest, tensors: [String: [NamedTensor]]) {
    self.manifest = manifest
    self.tensors = tensors
  }
}
