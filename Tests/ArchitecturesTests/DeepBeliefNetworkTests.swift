import Architectures
import Checkpoints
import Foundation
import Networks
import ReplicaTesting
import Testing
import Training

@Suite struct DeepBeliefNetworkTests {
  /// All stages, an epoch of 9 steps each.
  private static func sample(_ rate: Double, momentum: Double? = nil, chains: Int? = nil) -> LawSample {
    LawSample(
      name: "dbn",
      model: """
        {"layers": [20, 16, 12], "labels": true, "deviation": 0.1, "chains": \(chains.map { "\($0)" } ?? "null"),
        "dropout": {"hidden": 0.5}, "stages": [{"train": "layer_1", "epochs": 1},
        {"train": "layer_2", "epochs": 1}, {"train": "layer_3", "epochs": 1, "steps": 2},
        {"train": "up_down", "epochs": 1, "steps": 2}, {"train": "up_down", "epochs": 1, "steps": 3},
        {"train": "network", "epochs": 1}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: rate, momentum: momentum), isSmooth: false)
  }

  @Test(
    "All stages end with the same bits on 1, 2, 3 and 7 ranks, and after a resume within up-down training",
    arguments: [nil, 17])
  func sameBits(chains: Int?) throws {
    let sample = Self.sample(0.05, momentum: 0.5, chains: chains)
    func run(_ ranks: Int, threads: Int = 1, from checkpoint: Checkpoint? = nil) throws -> [String] {
      let results = Outcome()
      try onReplicas(ranks) { replicas in
        let trainer = try LawRun.trainer(
          DeepBeliefNetwork.self, sample, steps: 54, replicas: replicas, threads: threads)
        if checkpoint != nil { try trainer.resume(from: replicas.rank == 0 ? checkpoint : nil) }
        _ = try trainer.run()
        results.add(weightsSHA256(of: trainer.model.parameters))
      }
      return results.all
    }
    let alone = try run(1)[0]
    for ranks in [2, 3, 7] { #expect(try run(ranks) == Array(repeating: alone, count: ranks)) }
    #expect(try run(2, threads: 2) == [alone, alone])

    let path = FileManager.default.temporaryDirectory.appending(path: "dbn-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let directory = try RunDirectory(path, for: .create)
    try directory.writeConfig("architecture: dbn\n")
    _ = try LawRun.trainer(DeepBeliefNetwork.self, sample, steps: 31, directory: directory).run()
    let checkpoint = try #require(try directory.checkpoints.newestValid().checkpoint)
    #expect(try run(3, from: checkpoint) == [alone, alone, alone])
  }

  @Test("Up-down training and the classifier begin with the weights that the layers have learnt")
  func begins() throws {
    // With a rate of 0 nothing moves after the beginning.
    let trainer = try LawRun.trainer(DeepBeliefNetwork.self, Self.sample(0), steps: 48)
    _ = try trainer.run()
    let groups = trainer.model.parameters
    #expect(groups.map(\.name) == ["layer_1", "layer_2", "layer_3", "up_down", "network", "stages"])
    func expectEqual(_ a: UnsafeMutableBufferPointer<Float>, _ b: UnsafeMutableBufferPointer<Float>) {
      #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * (1 + abs($1)) })
      #expect(a.count < 100 || a.contains { $0 != 0 })
    }
    for layer in 0..<3 {
      expectEqual(groups[3][4 * layer], groups[layer][0])
      if layer < 2 { expectEqual(groups[3][4 * layer + 3], groups[layer][0]) }
      expectEqual(groups[4][2 * layer + 1], groups[layer][2])
    }
    expectEqual(groups[4][0], groups[0][0])
    // The top machine's label units are no inputs of the classifier: 16 of its 26 columns.
    for unit in 0..<12 {
      for input in 0..<16 {
        #expect(abs(groups[4][4][unit * 16 + input] - groups[2][0][unit * 26 + input]) < 1e-6)
      }
    }
    #expect(groups[5][0][0] == 1 && groups[5][0][1] == 1)
    // The output layer keeps its own first weights.
    #expect(groups[4][6].contains { $0 != 0 })
  }

  @Test("A network begins with another run's, from its layers or from where up-down training stood")
  func starts() throws {
    let trained = try LawRun.trainer(DeepBeliefNetwork.self, Self.sample(0.05), steps: 45)
    _ = try trained.run()
    let theirs = trained.model.parameters
    func model(
      _ stages: String, layers: [Int] = [20, 16, 12], labels: Bool = true
    ) throws -> DeepBeliefNetwork {
      let json = #"{"layers": \#(layers), "labels": \#(labels), "stages": \#(stages)}"#
      return try DeepBeliefNetwork(
        JSONDecoder().decode(DeepBeliefNetwork.Configuration.self, from: Data(json.utf8)),
        data: DataDescription(input: [1, 28, 28], classes: 10), maximumBatch: 4)
    }
    // Recognition and generative weights have parted.
    #expect(!theirs[3][0].elementsEqual(theirs[3][3]))
    let classifier = try model(#"[{"train": "network", "epochs": 1}]"#)
    try classifier.start(with: trained.model)
    let network = classifier.parameters[3]
    #expect(network[0].elementsEqual(theirs[3][3]) && network[5].elementsEqual(theirs[3][10]))
    #expect(network[4].prefix(16).elementsEqual(theirs[3][8].prefix(16)))
    #expect(network[4].suffix(16).elementsEqual(theirs[3][8][11 * 26..<11 * 26 + 16]))

    // With a rate of 0 a step leaves what the stage begins with.
    func first(_ stages: String) throws -> [ParameterGroup] {
      var sample = Self.sample(0)
      sample.model = #"{"layers": [20, 16, 12], "labels": true, "stages": \#(stages)}"#
      let trainer = try LawRun.trainer(DeepBeliefNetwork.self, sample, steps: 10)
      try trainer.model.start(with: trained.model)
      _ = try trainer.run()
      return trainer.model.parameters
    }
    let goesOn = try first(#"[{"train": "up_down", "epochs": 2}]"#)
    for slot in theirs[3].slots.indices {
      #expect(zip(goesOn[3][slot], theirs[3][slot]).allSatisfy { abs($0 - $1) <= 1e-6 * (1 + abs($1)) })
    }
    // After a layer, the new up-down stage begins with the layers.
    let again = try first(#"[{"train": "layer_3", "epochs": 1}, {"train": "up_down", "epochs": 1}]"#)
    for slot in [0, 3] {
      #expect(zip(again[3][slot], theirs[0][0]).allSatisfy { abs($0 - $1) <= 1e-6 * (1 + abs($1)) })
    }
    // The second has as many units on every level where labels are among them, but no labels.
    for (layers, labels) in [([20, 16], true), ([20, 26, 12], false)] {
      #expect(throws: ConfigurationError.self) {
        try model(#"[{"train": "layer_1", "epochs": 1}]"#, layers: layers, labels: labels)
          .start(with: trained.model)
      }
    }
  }

  @Test("Label units classify before any network does")
  func labels() throws {
    let sample = LawSample(
      name: "dbn",
      model: """
        {"layers": [60, 60], "labels": true, "stages": [{"train": "layer_1", "epochs": 10},
        {"train": "layer_2", "epochs": 20}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.9), isSmooth: false)
    let trainer = try LawRun.trainer(DeepBeliefNetwork.self, sample, steps: 270)
    _ = try trainer.run()
    let error = try #require(trainer.figures["test_error"])
    #expect(error < 0.4, "\(error)")
    #expect(trainer.figures["test_loss"] == nil && trainer.figures["test_reconstruction_error_2"] != nil)
    // A dream has the shape of the data, and the same seed gives the same.
    func dream(_ label: Int?) throws -> [UInt8] {
      let request = SampleRequest(count: 5, seed: 3, steps: 20, label: label)
      for artifact in try trainer.model.samples(request) {
        if case .images(let shape, let pixels) = artifact.content {
          #expect(shape == [1, 28, 28] && pixels.count == 5 * 784)
          return pixels
        }
      }
      return []
    }
    #expect(try dream(3) == dream(3))
    #expect(try dream(3) != dream(1))
  }

  @Test(
    "What cannot work is refused with the key and the remedy",
    arguments: [
      (#"{"layers": [], "stages": [{"train": "network", "epochs": 1}]}"#, "model.layers"),
      (#"{"layers": [5], "stages": []}"#, "model.stages is empty"),
      (#"{"layers": [5], "stages": [{"train": "layer_2", "epochs": 1}]}"#, "layer_1"),
      (
        #"{"layers": [5, 4], "stages": [{"train": "layer_2", "epochs": 1}, {"train": "layer_1", "epochs": 1}]}"#,
        "after"
      ),
      (#"{"layers": [5], "stages": [{"train": "up_down", "epochs": 1}]}"#, "at least two layers"),
      (
        #"{"layers": [5, 4], "chains": 0, "stages": [{"train": "up_down", "epochs": 1}]}"#,
        "model.chains is 0"
      ),
      (#"{"layers": [5, 4], "chains": 9, "stages": [{"train": "layer_1", "epochs": 1}]}"#, "stage «up_down»"),
      (#"{"layers": [5], "stages": [{"train": "layer_1", "epochs": 0}]}"#, "0 epochs"),
      (
        #"{"layers": [{"units": 5, "kind": "gaussian"}, 4], "stages": [{"train": "layer_1", "epochs": 1}]}"#,
        "gaussian"
      ),
      (#"{"layers": [5], "labels": true, "stages": [{"train": "layer_1", "epochs": 1}]}"#, "model.labels"),
      (#"{"layers": [5], "stages": [{"train": "network", "epochs": 1}]}"#, "carry no labels"),
    ])
  func refuses(json: String, key: String) throws {
    do {
      _ = try DeepBeliefNetwork(
        JSONDecoder().decode(DeepBeliefNetwork.Configuration.self, from: Data(json.utf8)),
        data: DataDescription(input: [4], classes: 0), maximumBatch: 8)
      Issue.record("\(json) was accepted")
    } catch let error as ConfigurationError {
      #expect(error.description.contains(key), "\(error)")
    }
  }

  @Test("A perceptron and an unrolled autoencoder begin with the layers of a machine")
  func start() throws {
    let data = DataDescription(input: [6], classes: 2)
    let machine = try RestrictedBoltzmannMachine(
      JSONDecoder().decode(
        RestrictedBoltzmannMachine.Configuration.self, from: Data(#"{"hidden": 4, "labels": true}"#.utf8)),
      data: data, maximumBatch: 2)
    let group = machine.parameters[0]
    for slot in group.slots.indices {
      for place in group[slot].indices { group[slot][place] = Float(100 * slot + place) }
    }
    machine.parameters[1][0].update(repeating: 0.5)
    let layers = machine.pretrainedLayers
    let dense = LayerConfiguration.dense(DenseConfiguration(units: 4, activation: .sigmoid))
    let network = try MultilayerPerceptron(
      .init(layers: [dense, .dense(DenseConfiguration(units: 2))]), data: data, maximumBatch: 2)
    try network.start(with: layers)
    // Rows of 8 weights, the last two those of the labels.
    #expect(Array(network.parameters[0][0][0..<8]) == [0, 1, 2, 3, 4, 5, 8, 9])
    #expect(Array(network.parameters[0][1]) == [200, 201, 202, 203])
    #expect(network.parameters[0][2].allSatisfy { $0 == 0 })

    let autoencoder = try Autoencoder(
      .init(encoder: .init(layers: [dense])), data: data, maximumBatch: 2)
    try autoencoder.start(with: layers)
    #expect(Array(autoencoder.parameters[0][2][0..<5]) == [0, 8, 16, 24, 1])
    #expect(abs(autoencoder.parameters[0][3][5] - 105) < 1e-4)
    let small = try MultilayerPerceptron(
      .init(layers: [.dense(DenseConfiguration(units: 3)), .dense(DenseConfiguration(units: 2))]), data: data,
      maximumBatch: 2)
    #expect(throws: ConfigurationError.self) { try small.start(with: layers) }
  }
}
