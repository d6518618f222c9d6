import Datasets
import Networks
import Training

/// A model that uses everything that a loop offers: two groups, an average, a mean, carried state, divided metrics.
///
/// Group `pull` has weights w [1, 2], which are drawn to the mean of the examples, and a running average of x_0. Group
/// `second` has one weight with the gradient 1, and group `means` one value that is set to the mean of x_1 in each step.
/// A lane counts, for each of its places, the steps of the epoch.
final class PullModel: Model {
  struct Configuration: Codable, Sendable {}
  static let name = "pull"
  static let summary = "a model for tests"
  static let needsLabels = false
  static let mainMetric = "loss"
  let parameters: [ParameterGroup]
  let metrics = [
    Metric("loss"), Metric("weight", isShown: false), Metric("ratio", per: "weight"), Metric("carried"),
  ]
  let layerSummaries: [LayerSummary] = []
  let laneStateCount = 1
  private var shared: [ParameterGroup]
  private let all = [
    Phase("means", group: 2, kind: .mean), Phase("pull", group: 0),
    Phase("second", group: 1, countsMetrics: false),
  ]

  init(_ configuration: Configuration, data: DataDescription, maximumBatch: Int) {
    parameters = [
      ParameterGroup(
        name: "pull",
        slots: [
          Slot("w", shape: [1, 2], initializer: .constant(3)),
          Slot("average", shape: [1], initializer: .zero, update: .average(rate: 0.25)),
        ]),
      ParameterGroup(name: "second", slots: [Slot("v", shape: [1], initializer: .zero)]),
      ParameterGroup(name: "means", slots: [Slot("mean", shape: [1], initializer: .zero)]),
    ]
    shared = parameters
  }

  func share(parametersOf other: PullModel) { shared = other.shared }

  func phases(at progress: Progress) -> [Phase] { all }

  func beginLaneState(_ state: LaneState, random: RandomAddress) {
    state.elements.update(repeating: 100)
  }

  func accumulate(_ batch: Batch, phase: Phase, random: RandomAddress, into contribution: Contribution) throws
  {
    contribution.add(examples: batch.count)
    let x = batch.inputs
    switch phase.group {
    case 0:
      let (gradient, adds) = contribution.slot(0)
      let (average, addsAverage) = contribution.slot(1)
      if !adds { gradient.update(repeating: 0) }
      if !addsAverage { average.update(repeating: 0) }
      for example in 0..<batch.count {
        let state = batch.state!
        let place = state.first + example
        if state.beginsEpoch { state.elements[place] = 0 }
        state.elements[place] += 1
        contribution.add(Double(state.elements[place]), toMetric: 3)
        for j in 0..<2 {
          let difference = shared[0][0][j] - x.base[j * x.batch + example]
          gradient[j] += difference + 0.01 * state.elements[place]
          contribution.add(Double(difference * difference), toMetric: 0)
        }
        average[0] += x.base[example]
        contribution.add(Double(x.base[example]), toMetric: 1)
        contribution.add(2 * Double(x.base[example]), toMetric: 2)
      }
    case 1:
      let (gradient, adds) = contribution.slot(0)
      gradient[0] = (adds ? gradient[0] : 0) + Float(batch.count)
    default:
      let (mean, adds) = contribution.slot(0)
      if !adds { mean[0] = 0 }
      for example in 0..<batch.count { mean[0] += x.base[x.batch + example] }
    }
  }

  func evaluate(_ batch: Batch, into sums: UnsafeMutableBufferPointer<Double>) throws {
    sums[0] += Double(batch.count)
    for example in 0..<batch.count {
      for j in 0..<2 {
        let difference = Double(shared[0][0][j] - batch.inputs.base[j * batch.count + example])
        sums[1] += difference * difference
      }
      sums[2] += 1
      sums[3] += 1
    }
  }
}
