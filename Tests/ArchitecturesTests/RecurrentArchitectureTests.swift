import Architectures
import Foundation
import Networks
import Testing

@Suite("Recurrent architectures") struct RecurrentArchitectureTests {
  /// A network of Hochreiter & Schmidhuber 1997 with the number of weights that the paper's tables give.
  struct PaperNetwork: Sendable, CustomStringConvertible {
    let description: String
    let model: String
    let inputs: SequenceFormat.Step
    let targets: SequenceFormat.Step
    let weights: Int
  }

  static let networks = [
    PaperNetwork(
      description: "experiment 1, 4 blocks of 1",
      model: #"{"memory_blocks": {"count": 4, "biases": "gates"}, "output_bias": false}"#,
      inputs: .symbols(7),
      targets: .symbols(7), weights: 264),
    PaperNetwork(
      description: "experiment 1, 3 blocks of 2",
      model: #"{"memory_blocks": {"count": 3, "size": 2, "biases": "gates"}, "output_bias": false}"#,
      inputs: .symbols(7), targets: .symbols(7), weights: 276),
    PaperNetwork(
      description: "experiment 2a, p = 100",
      model: """
        {"memory_blocks": {"count": 1, "output_gates": false, "recurrent": false, "biases": "none",
        "input_squashing": "logistic", "output_squashing": "identity"}, "output_bias": false, "output_sees_inputs": true}
        """, inputs: .symbols(101), targets: .symbols(101), weights: 10_504),
    PaperNetwork(
      description: "experiment 2c, q = 50",
      model: #"{"memory_blocks": {"count": 2, "biases": "none"}, "output_bias": false}"#,
      inputs: .symbols(54),
      targets: .symbols(2), weights: 364),
    PaperNetwork(
      description: "experiment 2c, q = 1000",
      model: #"{"memory_blocks": {"count": 2, "biases": "none"}, "output_bias": false}"#,
      inputs: .symbols(1004),
      targets: .symbols(2), weights: 6064),
    PaperNetwork(
      description: "experiment 3",
      model: """
        {"memory_blocks": {"count": 3, "input_gate_bias": [-1, -3, -5], "output_gate_bias": [-2, -4, -6]},
        "output_bias": false}
        """, inputs: .values(1), targets: .values(1), weights: 102),
    PaperNetwork(
      description: "experiments 4 and 5",
      model: #"{"memory_blocks": {"count": 2, "size": 2, "input_gate_bias": [-3, -6]}}"#, inputs: .values(2),
      targets: .values(1), weights: 93),
    PaperNetwork(
      description: "experiment 6a",
      model: #"{"memory_blocks": {"count": 2, "size": 2, "input_gate_bias": [-2, -4]}}"#, inputs: .symbols(8),
      targets: .symbols(4), weights: 156),
    PaperNetwork(
      description: "experiment 6b",
      model: #"{"memory_blocks": {"count": 3, "size": 2, "input_gate_bias": [-2, -4, -6]}}"#,
      inputs: .symbols(8),
      targets: .symbols(8), weights: 308),
  ]

  private func lstm(
    _ model: String, _ inputs: SequenceFormat.Step, _ targets: SequenceFormat.Step
  ) throws -> LongShortTermMemory {
    let format = SequenceFormat(steps: 10, input: inputs, target: targets)
    return try LongShortTermMemory(
      try JSONDecoder().decode(LongShortTermMemory.Configuration.self, from: Data(model.utf8)),
      data: DataDescription(input: [inputs.count], classes: 0, sequence: format), maximumBatch: 4)
  }

  @Test("The networks of 1997 have exactly as many weights as the paper says", arguments: networks)
  func paperWeights(network: PaperNetwork) throws {
    let model = try lstm(network.model, network.inputs, network.targets)
    #expect(model.parameters[0].parameterCount == network.weights)
    #expect(model.layerSummaries.reduce(0) { $0 + $1.parameters } == network.weights)
  }

  @Test("The gates' first biases are those of the config, the rest is drawn")
  func gateBiases() throws {
    let model = try lstm(
      """
      {"memory_blocks": {"count": 2, "size": 3, "input_gate_bias": [-3, -6], "output_gate_bias": [-1, -2]},
      "initializer": {"uniform": 0.1}}
      """, .values(2), .values(1))
    let group = model.parameters[0]
    group.initialize(seed: 1, group: 0)
    let bias = Array(group[group.slots.firstIndex { $0.name == "0.lstm.bias" }!])
    #expect(bias[6...] == [-3, -6, -1, -2])
    #expect(bias[..<6].allSatisfy { abs($0) <= 0.1 } && Set(bias[..<6]).count == 6)
  }

  @Test("The recurrent parts of Chung 2014 have about 20,000 parameters each")
  func chungSizes() throws {
    let step = SequenceFormat.Step.values(88)
    let data = DataDescription(
      input: [88], classes: 0, sequence: SequenceFormat(steps: 9, input: step, target: step))
    let lstm = try LongShortTermMemory(.init(units: 36, peepholes: true), data: data, maximumBatch: 1)
    let gru = try GatedRecurrentUnit(.init(units: 46), data: data, maximumBatch: 1)
    let rnn = try ElmanNetwork(.init(units: 100), data: data, maximumBatch: 1)
    #expect(lstm.layerSummaries[0].parameters == 4 * 36 * (88 + 36 + 1) + 3 * 36)
    #expect(gru.layerSummaries[0].parameters == 3 * 46 * (88 + 46 + 1))
    #expect(rnn.layerSummaries[0].parameters == 100 * (88 + 100 + 1))
  }

  @Test("Sizes are given once, as units or as a list, and options of another form are refused")
  func sizes() throws {
    let two = try lstm(#"{"units": 5, "layers": 2, "forget_bias": 1}"#, .symbols(4), .symbols(4))
    #expect(two.layerSummaries.map(\.output.count) == [5, 5, 4])
    let list = try lstm(#"{"layers": [{"units": 5}, {"units": 3}]}"#, .symbols(4), .symbols(4))
    #expect(list.layerSummaries.map(\.output.count) == [5, 3, 4])
    for model in [
      "{}", #"{"units": 0}"#, #"{"units": 5, "layers": [{"units": 3}]}"#, #"{"units": 5, "layers": 0}"#,
      #"{"units": 5, "dropout": 1}"#, #"{"units": 5, "weight_noise": -1}"#,
      #"{"units": 5, "memory_blocks": {"count": 1}}"#, #"{"memory_blocks": {"count": 0}}"#,
      #"{"memory_blocks": {"count": 2, "input_gate_bias": [-1]}}"#,
      #"{"memory_blocks": {"count": 1, "output_gate_bias": [-1], "output_gates": false}}"#,
    ] {
      #expect(throws: ConfigurationError.self, "\(model)") { try lstm(model, .symbols(4), .symbols(4)) }
    }
  }
}
