import Checkpoints
import Networks

/// The parameters of a checkpoint as they are evaluated: those of the mean where the optimizer keeps one.
struct TrainedWeights {
  /// One tensor of single precision.
  struct Entry {
    /// `network/2.convolution.weight`.
    var name: String
    var extents: [Int]
    var values: [Float]
  }

  let entries: [Entry]

  /// Reads them.
  ///
  /// - Parameter optimizer: the optimizer of the group of a name.
  /// - Throws: `CheckpointError` where files are missing or damaged.
  init(_ checkpoint: Checkpoint, optimizer: (String) -> OptimizerConfiguration) throws {
    if let damage = checkpoint.damage() {
      throw UsageError("the checkpoint \(checkpoint.path) cannot be used: \(damage)")
    }
    let parameters = try checkpoint.tensors(in: CheckpointContents.parametersFile)
    let steps = try checkpoint.manifest().counters
    entries = try parameters.entries.map { entry in
      let group = String(entry.name.prefix { $0 != "/" })
      let rule = try optimizer(group).makeOptimizer()
      var values = try parameters.floats(of: entry.name)
      if let average = rule.averageState, steps["steps.\(group)"] ?? 1 > 0 {
        values =
          try checkpoint.tensors(in: CheckpointContents.optimizerFile)
          .floats(of: "\(rule.stateNames[average])/\(entry.name)") ?? values
      }
      guard let values else {
        throw UsageError("the tensor \(entry.name) of \(checkpoint.path) is not of single precision")
      }
      return Entry(name: entry.name, extents: entry.extents, values: values)
    }
  }

  /// Fills the parameters of a model.
  ///
  /// - Throws: `UsageError` where names or sizes differ.
  func fill(_ groups: [ParameterGroup]) throws {
    var rest = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.values) })
    for group in groups {
      for (index, slot) in group.slots.enumerated() {
        let name = "\(group.name)/\(slot.name)"
        guard let values = rest.removeValue(forKey: name), values.count == slot.count else {
          throw UsageError(
            "the checkpoint does not fit the model: the tensor \(name) of shape \(slot.shape) is missing or of another "
              + "size; were the config or the data changed?")
        }
        for i in values.indices { group[index][i] = values[i] }
      }
    }
    if let name = rest.keys.min() {
      throw UsageError("the checkpoint does not fit the model, which has no tensor \(name)")
    }
  }
}
