import Architectures
import Checkpoints
import Foundation
import Networks
import ReplicaTesting
import Testing
import Training

@Suite struct RestrictedBoltzmannMachineTests {
  private static let persistent = LawSample(
    name: "rbm", model: #"{"hidden": 20, "chains": 17, "steps": 2}"#,
    optimizer: OptimizerConfiguration(.sgd, learningRate: 0.05, momentum: 0.5, averaging: Averaging(.mean)),
    isSmooth: false)

  @Test("Persistent chains end with the same bits on 1, 2, 3 and 7 ranks, and after a resume in mid-epoch")
  func sameBits() throws {
    func run(_ ranks: Int, threads: Int = 1, from checkpoint: Checkpoint? = nil) throws -> [String] {
      let results = Outcome()
      try onReplicas(ranks) { replicas in
        let trainer = try LawRun.trainer(
          RestrictedBoltzmannMachine.self, Self.persistent, steps: 20, replicas: replicas, threads: threads)
        if checkpoint != nil { try trainer.resume(from: replicas.rank == 0 ? checkpoint : nil) }
        _ = try trainer.run()
        results.add(weightsSHA256(of: trainer.model.parameters))
      }
      return results.all
    }
    let alone = try run(1)[0]
    for ranks in [2, 3, 7] { #expect(try run(ranks) == Array(repeating: alone, count: ranks)) }
    #expect(try run(2, threads: 2) == [alone, alone])

    let path = FileManager.default.temporaryDirectory.appending(path: "rbm-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let directory = try RunDirectory(path, for: .create)
    try directory.writeConfig("architecture: rbm\n")
    _ = try LawRun.trainer(
      RestrictedBoltzmannMachine.self, Self.persistent, steps: 13, directory: directory
    ).run()
    let checkpoint = try #require(try directory.checkpoints.newestValid().checkpoint)
    #expect(try run(3, from: checkpoint) == [alone, alone, alone])
  }

  @Test("A label group learns to classify")
  func classifies() throws {
    let sample = LawSample(
      name: "rbm", model: #"{"hidden": 40, "labels": true}"#,
      optimizer: OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.9), isSmooth: false)
    let trainer = try LawRun.trainer(RestrictedBoltzmannMachine.self, sample, steps: 200)
    _ = try trainer.run()
    let error = try #require(trainer.figures["test_error"])
    #expect(error < 0.4, "\(error)")
  }

  private func model(_ json: String, classes: Int = 10, input: Shape = [1, 28, 28]) throws
    -> RestrictedBoltzmannMachine
  {
    try RestrictedBoltzmannMachine(
      JSONDecoder().decode(RestrictedBoltzmannMachine.Configuration.self, from: Data(json.utf8)),
      data: DataDescription(input: input, classes: classes), maximumBatch: 8)
  }

  @Test(
    "What cannot work is refused with the key and the remedy",
    arguments: [
      (#"{"hidden": 0}"#, "model.hidden"), (#"{"hidden": 5, "labels": true}"#, "model.labels"),
      (#"{"hidden": 5, "visible": {"softmax": 5}}"#, "model.visible"),
      (#"{"hidden": 5, "steps": 0}"#, "model.steps"), (#"{"hidden": 5, "steps": []}"#, "model.steps"),
      (#"{"hidden": 5, "chains": 0}"#, "model.chains"),
      (#"{"hidden": 5, "hidden_kind": "gaussian", "visible": "gaussian"}"#, "gaussian"),
      (#"{"hidden": 5, "sparsity": {"target": 1.5, "weight": 1}}"#, "sparsity.target"),
      (#"{"hidden": 5, "chains": 9, "visible_states": "probabilities"}"#, "model.visible_states"),
    ])
  func refuses(json: String, key: String) throws {
    do {
      _ = try model(json, classes: 0)
      Issue.record("\(json) was accepted")
    } catch let error as ConfigurationError {
      #expect(error.description.contains(key), "\(error)")
    }
  }

  @Test("Inputs outside of 0...1 are refused by binary units and taken by gaussian ones")
  func range() throws {
    let task = Task(inputs: [[0.5, -0.1, 3, 1]], labels: [0])
    for (kind, isAccepted) in [("binary", false), ("gaussian", true)] {
      let model = try model(#"{"hidden": 5, "visible": "\#(kind)"}"#, classes: 0, input: [4])
      let contribution = Contribution(to: model.parameters[0], metricCount: model.metrics.count)
      contribution.begin()
      func learn() throws {
        try model.accumulate(
          task.batch([0]), phase: model.phases(at: Progress(step: 1, stepsPerEpoch: 2, totalSteps: 2))[0],
          random: RandomAddress(seed: 1, step: 1, stream: .model(0)), into: contribution)
      }
      if isAccepted { try learn() } else { #expect(throws: ConfigurationError.self) { try learn() } }
    }
  }
}
