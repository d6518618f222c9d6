import Architectures
import Networks
import Testing

@Suite("The perceptron")
struct PerceptronTests {
  /// Points with a margin: a random direction separates them, those too near to it are left out.
  static func separable(count: Int, dimension: Int, margin: Float) -> (task: Task, direction: [Float]) {
    let draws = FlatBuffer(count: (count * 8 + 1) * dimension)
    Initializer.normal(mean: 0, standardDeviation: 1).fill(
      draws.elements, shape: [draws.count], random: RandomAddress(seed: 8, step: 0, stream: .generator(2)))
    let all = Array(draws.elements)
    let length = all[..<dimension].reduce(0) { $0 + $1 * $1 }.squareRoot()
    let direction = all[..<dimension].map { $0 / length }
    var inputs: [[Float]] = []
    var labels: [Int32] = []
    for index in 1...(count * 8) where inputs.count < count {
      let x = Array(all[index * dimension..<(index + 1) * dimension])
      let projection = zip(x, direction).reduce(0) { $0 + $1.0 * $1.1 }
      guard abs(projection) >= margin else { continue }
      inputs.append(x)
      labels.append(projection > 0 ? 0 : 1)
    }
    return (Task(inputs: inputs, labels: labels), direction)
  }

  @Test("On separable points the mistakes stay within Novikoff's bound, and end", arguments: [true, false])
  func novikoff(isPairwise: Bool) throws {
    let (task, direction) = Self.separable(count: 200, dimension: 10, margin: 0.3)
    #expect(task.inputs.count == 200)
    let model = try Perceptron(
      .init(pairing: isPairwise ? .pairwise : .multiclass, bias: false),
      data: DataDescription(input: [10], classes: 2), maximumBatch: 1)
    var mistakes = 0.0
    _ = try task.train(model, OptimizerConfiguration(.sgd, learningRate: 1), epochs: 60, batch: 1) {
      mistakes += $0[3]
    }
    let radius = task.inputs.map { $0.reduce(0) { $0 + Double($1) * Double($1) } }.max()!
    let margin = task.inputs.map { x in abs(zip(x, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) })
    }.min()!
    #expect(mistakes > 0 && mistakes <= radius / (margin * margin), "\(mistakes)")
    #expect(try task.errors(model) == 0)
  }

  @Test("A mistake adds the example to the right class and takes it from the wrong one")
  func ruleByHand() throws {
    let model = try Perceptron(.init(), data: DataDescription(input: [2], classes: 3), maximumBatch: 2)
    let task = Task(inputs: [[1, 2], [3, -1]], labels: [2, 0])
    let contribution = Contribution(to: model.parameters[0], metricCount: model.metrics.count)
    contribution.begin()
    try model.accumulate(
      task.batch([0, 1]), phase: Phase("test", group: 0),
      random: RandomAddress(seed: 0, step: 0, stream: .model(0)), into: contribution)
    contribution.finish()
    // All scores are 0, so class 0 is chosen: wrong for the first example, right for the second.
    withExtendedLifetime(contribution) {
      #expect(Array(contribution.slot(0).elements) == [1, 2, 0, 0, -1, -2])
      #expect(Array(contribution.slot(1).elements) == [1, 0, -1])
      #expect(Array(contribution.sums) == [2, 0, 1, 1])
    }
  }

  @Test(
    "Pairs of classes separate three clusters, by either rule",
    arguments: [Perceptron.Rule.mistakes, .squaredError])
  func pairs(_ rule: Perceptron.Rule) throws {
    let task = Self.clusters
    let model = try Perceptron(
      .init(pairing: .pairwise, rule: rule), data: DataDescription(input: [2], classes: 3), maximumBatch: 6)
    #expect(model.parameters[0].parameterCount == 9)
    _ = try task.train(model, OptimizerConfiguration(.sgd, learningRate: 0.05), epochs: 60, batch: 6)
    #expect(try task.errors(model) == 0)
  }

  @Test("The squared error of all classes finds the least-squares fit")
  func leastSquares() throws {
    let task = Task(inputs: [[0], [1], [2], [3]], labels: [0, 0, 1, 1])
    let model = try Perceptron(
      .init(rule: .squaredError), data: DataDescription(input: [1], classes: 2), maximumBatch: 4)
    _ = try task.train(model, OptimizerConfiguration(.sgd, learningRate: 0.2), epochs: 400, batch: 4)
    // Targets of class 0 are 1, 1, -1, -1: slope -0.8, intercept 1.2.
    #expect(abs(model.parameters[0][0][0] + 0.8) < 1e-3)
    #expect(abs(model.parameters[0][1][0] - 1.2) < 1e-3)
  }

  @Test("Random units solve what no line can: exclusive or")
  func exclusiveOr() throws {
    let task = Task(inputs: [[-1, -1], [1, 1], [-1, 1], [1, -1]], labels: [0, 0, 1, 1])
    let data = DataDescription(input: [2], classes: 2)
    let optimizer = OptimizerConfiguration(.sgd, learningRate: 1)
    let line = try Perceptron(.init(), data: data, maximumBatch: 1)
    _ = try task.train(line, optimizer, epochs: 50, batch: 1)
    #expect(try task.errors(line) > 0)
    let random = try Perceptron(
      .init(features: .random(.init(random: 20, connections: 2, threshold: 1))), data: data, maximumBatch: 1)
    _ = try task.train(random, optimizer, epochs: 50, batch: 1)
    #expect(try task.errors(random) == 0)
    #expect(random.parameters[0].parameterCount == 42)
  }

  @Test("Without classes, or with impossible features, a perceptron is refused")
  func refusals() {
    let data = DataDescription(input: [2], classes: 2)
    #expect(throws: ConfigurationError.self) {
      try Perceptron(.init(), data: DataDescription(input: [2], classes: 0), maximumBatch: 1)
    }
    for features in [Perceptron.RandomFeatures(random: 0), .init(random: 5, connections: 0)] {
      #expect(throws: ConfigurationError.self) {
        try Perceptron(.init(features: .random(features)), data: data, maximumBatch: 1)
      }
    }
  }

  private static var clusters: Task {
    let noise = FlatBuffer(count: 60)
    Initializer.uniform(low: -0.5, high: 0.5).fill(
      noise.elements, shape: [60], random: RandomAddress(seed: 4, step: 0, stream: .generator(3)))
    let centres: [(Float, Float)] = [(2, 0), (-1, 2), (-1, -2)]
    let inputs = (0..<30).map { index in
      [centres[index % 3].0 + noise.base[2 * index], centres[index % 3].1 + noise.base[2 * index + 1]]
    }
    return Task(inputs: inputs, labels: (0..<30).map { Int32($0 % 3) })
  }
}
