import Networks

/// The stages of a network that is trained layer by layer and then as a whole, worked out once.
struct LayerwiseStages {
  /// What a stage does.
  enum Kind {
    /// One layer.
    case layer
    /// All layers, as one machine.
    case together
    /// A classifier.
    case network
  }

  /// One stage.
  struct Stage {
    var kind: Kind
    /// The layer that is trained, counted from 0, where one is.
    var layer: Int
    var steps: Int
    var epochs: Range<Int>
  }

  private let stages: [Stage]
  private let phases: [[Phase]]
  private let firstPhases: [[Phase]]

  /// - Parameters:
  ///   - groups: the names of the parameter groups; the last holds what has begun.
  ///   - jointSteps: the Gibbs steps of a stage that trains all layers where it does not say.
  init(_ configuration: [DeepBeliefNetwork.Stage], groups: [String], jointSteps: Int = 1) {
    var end = 0
    let stages = configuration.map { stage in
      let kind: Kind =
        stage.train == "network" ? .network : stage.train.hasPrefix("layer_") ? .layer : .together
      defer { end += stage.epochs }
      return Stage(
        kind: kind, layer: kind == .layer ? groups.firstIndex(of: stage.train)! : 0,
        steps: stage.steps ?? (kind == .together ? jointSteps : 1),
        epochs: end..<end + stage.epochs)
    }
    self.stages = stages
    let phases = configuration.indices.map { index in
      let name = configuration[index].train
      // Neighbouring stages of one group are one to its schedules.
      let first = (0...index).last { $0 == 0 || configuration[$0 - 1].train != name }!
      let last = (index..<configuration.count).first {
        $0 + 1 == configuration.count || configuration[$0 + 1].train != name
      }!
      return [
        Phase(
          name, group: groups.firstIndex(of: name)!, stage: index,
          epochs: stages[first].epochs.lowerBound..<stages[last].epochs.upperBound)
      ]
    }
    self.phases = phases
    firstPhases = configuration.indices.map { index in
      let isNew = index == 0 || configuration[index - 1].train != configuration[index].train
      guard stages[index].kind != .layer, isNew else { return phases[index] }
      return [
        Phase("begin", group: phases[index][0].group, kind: .mean, stage: index),
        Phase("begin", group: groups.count - 1, kind: .mean, stage: index),
      ] + phases[index]
    }
  }

  subscript(index: Int) -> Stage { stages[index] }

  /// Whether a stage has layers to begin with that were trained.
  func isPretrained(before index: Int) -> Bool { index > 0 }

  /// The phases of the step after `progress`.
  func phases(at progress: Progress) -> [Phase] {
    let index = stages.firstIndex { progress.epoch < $0.epochs.upperBound } ?? stages.count - 1
    let isFirst = progress.stepInEpoch == 0 && progress.epoch == stages[index].epochs.lowerBound
    return isFirst ? firstPhases[index] : phases[index]
  }
}

extension [DeepBeliefNetwork.Stage] {
  /// Checks what is trained, in which order and for how long.
  ///
  /// - Parameter trainable: the names of the groups, in the only order that makes sense.
  /// - Throws: `ConfigurationError` that names the stage, what is wrong and what is allowed.
  func check(trainable: [String], for data: DataDescription) throws(ConfigurationError) {
    guard !isEmpty else {
      throw ConfigurationError("model.stages is empty: say what is trained, {train: layer_1, epochs: 10}")
    }
    var latest = 0
    for (index, stage) in enumerated() {
      guard let place = trainable.firstIndex(of: stage.train) else {
        throw ConfigurationError(
          "model.stages: unknown group «\(stage.train)»: \(Suggestion.clause(for: stage.train, in: trainable))"
        )
      }
      guard place >= latest else {
        throw ConfigurationError(
          "model.stages: stage \(index + 1) trains \(stage.train) after \(trainable[latest]): layers are trained from "
            + "the input up, then \(trainable.suffix(2).joined(separator: ", then ")), because each stage begins with "
            + "what the ones before have learnt")
      }
      latest = place
      guard (1...1_000_000).contains(stage.epochs) else {
        throw ConfigurationError("model.stages: \(stage.train): \(stage.epochs) epochs: at least 1 is needed")
      }
      guard (1...100_000).contains(stage.steps ?? 1) else {
        throw ConfigurationError(
          "model.stages: \(stage.train): \(stage.steps ?? 1) Gibbs steps: at least 1 is needed")
      }
      guard stage.train == "network" else { continue }
      guard data.classes >= 2 else {
        throw ConfigurationError(
          "model.stages: the stage «network» learns to classify, but the examples of these data carry no labels"
        )
      }
      guard stage.steps == nil else {
        throw ConfigurationError("model.stages: the stage «network» draws nothing: leave «steps» out")
      }
    }
  }
}
