import Architectures
import Checkpoints
import Foundation
import Networks
import ReplicaTesting
import Testing
import Training

@Suite struct DeepBoltzmannMachineTests {
  /// All stages, an epoch of 9 steps each.
  private static func sample(
    _ layers: [Int], rate: Double, momentum: Double? = nil, networkGrey: String = "sampled"
  ) -> LawSample {
    let stages = layers.indices.map { #"{"train": "layer_\#($0 + 1)", "epochs": 1}"# }.joined(separator: ", ")
    return LawSample(
      name: "dbm",
      model: """
        {"layers": \(layers), "deviation": 0.1, "chains": 10, "sparsity": {"target": 0.2, "weight": 0.01},
        "dropout": {"inputs": 0.2, "hidden": 0.5}, "network_grey": "\(networkGrey)",
        "stages": [\(stages), {"train": "joint", "epochs": 2}, {"train": "network", "epochs": 1}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: rate, momentum: momentum), isSmooth: false)
  }

  @Test(
    "All stages end with the same bits on 1, 2, 3 and 7 ranks, and after a resume with chains",
    arguments: [[20, 16], [20, 16, 12]])
  func sameBits(layers: [Int]) throws {
    let sample = Self.sample(layers, rate: 0.02, momentum: 0.5)
    let steps = 9 * (layers.count + 3)
    func run(_ ranks: Int, threads: Int = 1, from checkpoint: Checkpoint? = nil) throws -> [String] {
      let results = Outcome()
      try onReplicas(ranks) { replicas in
        let trainer = try LawRun.trainer(
          DeepBoltzmannMachine.self, sample, steps: steps, replicas: replicas, threads: threads)
        if checkpoint != nil { try trainer.resume(from: replicas.rank == 0 ? checkpoint : nil) }
        _ = try trainer.run()
        results.add(weightsSHA256(of: trainer.model.parameters))
      }
      return results.all
    }
    let alone = try run(1)[0]
    for ranks in [2, 3, 7] { #expect(try run(ranks) == Array(repeating: alone, count: ranks)) }
    #expect(try run(2, threads: 2) == [alone, alone])

    let path = FileManager.default.temporaryDirectory.appending(path: "dbm-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let directory = try RunDirectory(path, for: .create)
    try directory.writeConfig("architecture: dbm\n")
    // Five steps into the joint stage.
    _ = try LawRun.trainer(
      DeepBoltzmannMachine.self, sample, steps: 9 * layers.count + 5, directory: directory
    ).run()
    let checkpoint = try #require(try directory.checkpoints.newestValid().checkpoint)
    #expect(try run(3, from: checkpoint) == [alone, alone, alone])
  }

  @Test("The classifier learns from drawn pixels where it shall, and the stages before it do not mind")
  func networkGrey() throws {
    func groups(_ grey: String) throws -> [ParameterGroup] {
      let trainer = try LawRun.trainer(
        DeepBoltzmannMachine.self, Self.sample([20, 16], rate: 0.02, networkGrey: grey), steps: 45)
      _ = try trainer.run()
      return trainer.model.parameters
    }
    let (drawn, grey) = (try groups("sampled"), try groups("probabilities"))
    for (a, b) in zip(drawn, grey) {
      let isSame = weightsSHA256(of: [a]) == weightsSHA256(of: [b])
      #expect(isSame == (a.name != "network"), "\(a.name)")
    }
  }

  @Test("The joint stage and the classifier begin with what the stages before have learnt")
  func begins() throws {
    // With a rate of 0 nothing moves after the beginning.
    let trainer = try LawRun.trainer(
      DeepBoltzmannMachine.self, Self.sample([20, 16, 12], rate: 0), steps: 54)
    _ = try trainer.run()
    let groups = trainer.model.parameters
    #expect(groups.map(\.name) == ["layer_1", "layer_2", "layer_3", "joint", "network", "stages"])
    func isClose(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= 1e-6 * (1 + abs(b)) }
    for (layer, factor) in [Float(1), 0.5, 1].enumerated() {
      #expect(groups[3][layer].contains { $0 != 0 })
      #expect(zip(groups[3][layer], groups[layer][0]).allSatisfy { isClose($0, factor * $1) })
    }
    for unit in 0..<20 {
      for input in 0..<784 + 16 {
        let wanted = input < 784 ? groups[3][0][unit * 784 + input] : groups[3][1][(input - 784) * 20 + unit]
        #expect(isClose(groups[4][0][unit * 800 + input], wanted))
      }
    }
    // The level between is given nothing from above.
    #expect(zip(groups[4][2], groups[3][1]).allSatisfy { isClose($0, 2 * $1) })
    #expect(zip(groups[4][4], groups[3][2]).allSatisfy { isClose($0, $1) })
    #expect(groups[5][0][0] == 1 && groups[5][0][1] == 1)
    // The output layer keeps its own first weights.
    #expect(groups[4][6].contains { $0 != 0 })
  }

  @Test("A machine begins with another run's, whether it is trained on or only classifies")
  func starts() throws {
    let trained = try LawRun.trainer(
      DeepBoltzmannMachine.self, Self.sample([20, 16, 12], rate: 0.02), steps: 54)
    _ = try trained.run()
    let (theirs, data) = (trained.model, DataDescription(input: [1, 28, 28], classes: 10))
    func model(_ stages: String, layers: [Int] = [20, 16, 12]) throws -> DeepBoltzmannMachine {
      let json = #"{"layers": \#(layers), "stages": \#(stages)}"#
      return try DeepBoltzmannMachine(
        JSONDecoder().decode(DeepBoltzmannMachine.Configuration.self, from: Data(json.utf8)), data: data,
        maximumBatch: 4)
    }
    // With a rate of 0 all stages begin with the same machine, and layers that come first are not passed over.
    let again = try LawRun.trainer(DeepBoltzmannMachine.self, Self.sample([20, 16, 12], rate: 0), steps: 54)
    try again.model.start(with: theirs)
    _ = try again.run()
    for slot in 0..<7 {
      #expect(
        zip(again.model.parameters[3][slot], theirs.parameters[3][slot]).allSatisfy {
          abs($0 - $1) <= 1e-6 * (1 + abs($1))
        })
    }
    let trainedOn = try LawRun.trainer(
      DeepBoltzmannMachine.self, Self.sample([20, 16, 12], rate: 0.02), steps: 28)
    try trainedOn.model.start(with: theirs)
    _ = try trainedOn.run()
    let first = zip(trainedOn.model.parameters[0][0], theirs.parameters[3][0])
    let joint = zip(trainedOn.model.parameters[3][0], trainedOn.model.parameters[0][0])
    #expect(first.contains { abs($0 - $1) > 1e-3 })
    // One joint step away from the layers as they were trained on, not from where they began.
    #expect(joint.reduce(0) { $0 + abs($1.0 - $1.1) } < 0.5 * first.reduce(0) { $0 + abs($1.0 - $1.1) })

    // The layers stand for the machine, halved and doubled as they would have been learnt.
    let classifier = try model(#"[{"train": "network", "epochs": 1}]"#)
    try classifier.start(with: theirs)
    let (network, machine) = (classifier.parameters[3], theirs.parameters[3])
    #expect(classifier.parameters.map(\.name) == ["layer_1", "layer_2", "layer_3", "network", "stages"])
    #expect(classifier.parameters[1][0].elementsEqual(machine[1].map { 2 * $0 }))
    #expect(classifier.parameters[2][2].elementsEqual(machine[6]))
    #expect(network[0][800 + 783] == machine[0][784 + 783] && network[0][800 + 784] == machine[1][1])
    #expect(network[1].elementsEqual(machine[4]) && network[4].elementsEqual(machine[2]))
    #expect(throws: ConfigurationError.self) {
      try model(#"[{"train": "joint", "epochs": 1}]"#, layers: [20, 16]).start(with: theirs)
    }
  }

  @Test("It learns, classifies, and samples the same for the same seed")
  func learns() throws {
    let sample = LawSample(
      name: "dbm",
      model: """
        {"layers": [40, 40], "chains": 21, "stages": [{"train": "layer_1", "epochs": 8}, {"train": "layer_2", "epochs": 8},
        {"train": "joint", "epochs": 6}, {"train": "network", "epochs": 40}]}
        """, optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.9), isSmooth: false)
    let trainer = try LawRun.trainer(DeepBoltzmannMachine.self, sample, steps: 9 * 62)
    _ = try trainer.run()
    let error = try #require(trainer.figures["test_error"])
    // By chance 0.9; so few examples of such digits allow for about 0.5.
    #expect(error < 0.65, "\(error)")
    let iterations = try #require(trainer.figures["test_mean_field_iterations"])
    #expect(iterations >= 1 && iterations <= 25)
    func fantasies(_ seed: UInt64) throws -> [UInt8] {
      for artifact in try trainer.model.samples(SampleRequest(count: 70, seed: seed, steps: 5, label: nil)) {
        if case .images(let shape, let pixels) = artifact.content {
          #expect(shape == [1, 28, 28] && pixels.count == 70 * 784)
          return pixels
        }
      }
      return []
    }
    #expect(try fantasies(3) == fantasies(3))
    #expect(try fantasies(3) != fantasies(4))
    #expect(throws: ConfigurationError.self) {
      try trainer.model.samples(SampleRequest(count: 1, seed: 1, steps: 1, label: 3))
    }
  }

  @Test(
    "What cannot work is refused with the key and the remedy",
    arguments: [
      (#"{"layers": [5], "stages": [{"train": "joint", "epochs": 1}]}"#, "rbm"),
      (#"{"layers": [5, 4], "stages": []}"#, "model.stages is empty"),
      (#"{"layers": [5, 0], "stages": [{"train": "joint", "epochs": 1}]}"#, "0 units"),
      (#"{"layers": [5, 4], "stages": [{"train": "up_down", "epochs": 1}]}"#, "unknown group «up_down»"),
      (
        #"{"layers": [5, 4], "stages": [{"train": "joint", "epochs": 1}, {"train": "layer_1", "epochs": 1}]}"#,
        "after"
      ),
      (#"{"layers": [5, 4], "chains": 0, "stages": [{"train": "joint", "epochs": 1}]}"#, "model.chains"),
      (#"{"layers": [5, 4], "chains": 9, "stages": [{"train": "layer_1", "epochs": 1}]}"#, "joint"),
      (
        #"{"layers": [5, 4], "mean_field": {"iterations": 0}, "stages": [{"train": "joint", "epochs": 1}]}"#,
        "iterations"
      ),
      (
        #"{"layers": [5, 4], "mean_field": {"tolerance": 2}, "stages": [{"train": "joint", "epochs": 1}]}"#,
        "tolerance"
      ),
      (#"{"layers": [5, 4], "stages": [{"train": "network", "epochs": 1}]}"#, "carry no labels"),
      (
        #"{"layers": [5, 4], "network_grey": "sampled", "stages": [{"train": "joint", "epochs": 1}]}"#,
        "model.network_grey"
      ),
      (
        #"{"layers": [5, 4], "dropout": {"hidden": 0.5}, "stages": [{"train": "joint", "epochs": 1}]}"#,
        "belongs to the stage «network»"
      ),
      (
        #"{"layers": [5, 4], "dropout": {"inputs": 1}, "stages": [{"train": "joint", "epochs": 1}]}"#,
        "model.dropout.inputs is 1.0"
      ),
    ])
  func refuses(json: String, key: String) throws {
    do {
      _ = try DeepBoltzmannMachine(
        JSONDecoder().decode(DeepBoltzmannMachine.Configuration.self, from: Data(json.utf8)),
        data: DataDescription(input: [4], classes: 0), maximumBatch: 8)
      Issue.record("\(json) was accepted")
    } catch let error as ConfigurationError {
      #expect(error.description.contains(key), "\(error)")
    }
  }
}
