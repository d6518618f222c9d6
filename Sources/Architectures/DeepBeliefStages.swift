import Networks

/// The stages of a deep belief network's training, worked out once.
struct DeepBeliefStages {
  /// What a stage does.
  enum Kind {
    case layer, upDown, network
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

  /// - Parameter groups: the names of the parameter groups; the last holds what has begun.
  init(_ configuration: [DeepBeliefNetwork.Stage], groups: [String]) {
    var end = 0
    let stages = configuration.map { stage in
      let kind: Kind = stage.train == "up_down" ? .upDown : stage.train == "network" ? .network : .layer
      defer { end += stage.epochs }
      return Stage(
        kind: kind, layer: kind == .layer ? groups.firstIndex(of: stage.train)! : 0, steps: stage.steps ?? 1,
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
