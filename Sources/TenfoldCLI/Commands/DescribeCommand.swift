import ArgumentParser
import Networks
import Training

/// `tenfold describe`.
struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Shows what a config would train: layers, shapes, memory, lanes, messages.")

  @Argument(help: "The config file.")
  var config: String

  @Option(help: "A value in place of the config's: key.path=value. May be repeated.")
  var set: [String] = []

  @Option(help: "The number of ranks to plan for.")
  var ranks = 1

  @Flag(help: "Show the fully resolved config, too.")
  var resolved = false

  @OptionGroup var options: RunOptions

  func run() throws {
    RankSession.run { session in
      guard session.isCoordinator else { return ExitStatus.done }
      let source = try RunSource(path: config, overrides: set)
      return try describe(source.architecture, source, RankSession(replicas: SoloGroup(), watch: nil))
    }
  }

  private func describe<M: Model>(_ type: M.Type, _ source: RunSource, _ session: RankSession) throws -> Int32
  {
    let yaml = try source.resolvedYAML()
    if resolved { print(yaml) }
    let builder = try RunBuilder<M>(
      yaml: yaml, session: session, threads: 1, dedicatedCoordinator: false, stepLimit: nil)
    let configuration = builder.configuration
    let plan = try LanePlan(
      lanes: configuration.lanes, ranks: ranks, dedicatedCoordinator: options.dedicatedCoordinator)
    let model = try M(configuration.model, data: builder.description, maximumBatch: 1)
    printLayers(model, input: builder.description.input)
    let floats = model.parameters.reduce(0) { $0 + $1.buffer.count }
    try printMemory(floats, configuration, plan)
    printPlan(builder, plan)
    printMessages(floats, model.metrics.count, plan)
    return ExitStatus.done
  }

  private func printLayers(_ model: some Model, input: Shape) {
    let names = model.layerSummaries.map(\.name)
    let width = max(12, names.map(\.count).max() ?? 0)
    print("\("layer".padding(width))  \("output".leading(14))  \("parameters".leading(10))")
    print("\("input".padding(width))  \(input.description.leading(14))")
    for layer in model.layerSummaries {
      print(
        "\(layer.name.padding(width))  \(layer.output.description.leading(14))  \("\(layer.parameters)".leading(10))"
      )
    }
    print(
      "\("total".padding(width))  \("".leading(14))  \("\(model.parameters.reduce(0) { $0 + $1.parameterCount })".leading(10))"
    )
  }

  private func printMemory<C>(_ floats: Int, _ configuration: RunConfiguration<C>, _ plan: LanePlan) throws {
    let states = try configuration.optimizer.makeOptimizer().stateNames.count
    let places = (0..<plan.ranks).map { LaneTree(lanes: plan.lanes).program(for: plan.lanes(of: $0)).places }
      .max()!
    let bytes = 4 * floats * (1 + states + places)
    print(
      "\nmemory a rank: \(mebibytes(bytes)) (parameters 1, optimizer state \(states), lane sums \(places) x \(mebibytes(4 * floats))), activations apart"
    )
  }

  private func printPlan<M: Model>(_ builder: RunBuilder<M>, _ plan: LanePlan) {
    let training = builder.training
    print(
      "lanes: \(plan.lanes) of at most \(training.largestLane) examples, batch \(training.batch), "
        + "\(training.stepsPerEpoch) steps an epoch, \(training.totalSteps) steps in all")
    for rank in 0..<ranks {
      let lanes = plan.lanes(of: rank)
      print(
        "  rank \(rank): \(lanes.isEmpty ? "no lanes" : "lanes \(lanes.lowerBound)...\(lanes.upperBound - 1)")"
      )
    }
  }

  private func printMessages(_ floats: Int, _ metrics: Int, _ plan: LanePlan) {
    guard ranks > 1 else { return print("messages a step: none, the run has one rank") }
    let tree = LaneTree(lanes: plan.lanes)
    let nodes = (0..<ranks).map { tree.program(for: plan.lanes(of: $0)).nodes.count }
    let chunk = 4 * floats / ranks
    print("messages a step and phase, sent by each rank:")
    for rank in 0..<ranks {
      let count = (ranks - 1) * (nodes[rank] + 2)
      let bytes = (ranks - 1) * (nodes[rank] * (chunk + 8 * (1 + metrics)) + chunk)
      print(
        "  rank \(rank): \(count) messages, \(mebibytes(bytes)) (\(nodes[rank]) sum\(nodes[rank] == 1 ? "" : "s") of lanes, then its part of the parameters)"
      )
    }
  }

  private func mebibytes(_ bytes: Int) -> String {
    bytes < 1 << 20 ? "\((bytes + 1023) / 1024) KiB" : "\((bytes * 10 / (1 << 20) + 5) / 10) MiB"
  }
}
