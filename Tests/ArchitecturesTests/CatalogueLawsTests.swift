import Architectures
import Checkpoints
import Foundation
import Networks
import ReplicaTesting
import Synchronization
import Testing
import Training

/// What holds for every architecture of the catalogue, because the loop relies on it.
@Suite struct CatalogueLawsTests {
  static let names = Catalogue.all.map { type in type.name }

  private func type(_ name: String) throws -> any Model.Type { try Catalogue.architecture(named: name) }

  @Test("Contributions add: a batch contributes what its halves contribute together", arguments: names)
  func additive(name: String) throws {
    func check<M: Model>(_ type: M.Type) throws {
      let sample = try LawSample.of(type)
      let model = try M(try sample.configuration(type), data: try sample.data.description, maximumBatch: 64)
      for (index, group) in model.parameters.enumerated() { group.initialize(seed: 1, group: index) }
      let random = RandomAddress(seed: 9, step: 4, stream: .model(0))
      let progress = Progress(step: 4, stepsPerEpoch: 9, totalSteps: 90)
      for phase in model.phases(at: progress) {
        let group = model.parameters[phase.group]
        func contribution(_ ranges: [Range<Int>]) throws -> Contribution {
          let result = Contribution(to: group, metricCount: model.metrics.count)
          result.begin()
          for range in ranges {
            let (batch, keep) = try LawRun.batch(range, of: sample.data)
            try withExtendedLifetime(keep) {
              try model.accumulate(batch, phase: phase, random: random, into: result)
            }
          }
          result.finish()
          return result
        }
        let whole = try contribution([0..<40])
        let parts = try contribution([0..<17, 17..<17, 17..<40])
        #expect(whole.sums[0] == 40 && parts.sums[0] == 40)
        let size = whole.vector.elements.map { abs($0) }.max()!
        #expect(size > 0)
        for i in 0..<whole.vector.count {
          #expect(abs(whole.vector.elements[i] - parts.vector.elements[i]) <= 1e-4 * size)
        }
        for i in whole.sums.indices {
          #expect(abs(whole.sums[i] - parts.sums[i]) <= 1e-5 * (1 + abs(whole.sums[i])))
        }
      }
    }
    try check(type(name))
  }

  @Test("Contributions are the gradient of the loss, by central differences", arguments: names)
  func gradient(name: String) throws {
    func check<M: Model>(_ type: M.Type) throws {
      let sample = try LawSample.of(type)
      guard sample.isSmooth else { return }
      let model = try M(try sample.configuration(type), data: try sample.data.description, maximumBatch: 64)
      for (index, group) in model.parameters.enumerated() { group.initialize(seed: 2, group: index) }
      let first = model.phases(at: Progress(step: 0, stepsPerEpoch: 9, totalSteps: 90))[0]
      let group = model.parameters[first.group]
      let (batch, keep) = try LawRun.batch(0..<30, of: sample.data)
      try withExtendedLifetime(keep) {
        let random = RandomAddress(seed: 9, step: 4, stream: .model(0))
        func contribution() throws -> Contribution {
          let result = Contribution(to: group, metricCount: model.metrics.count)
          result.begin()
          try model.accumulate(batch, phase: first, random: random, into: result)
          result.finish()
          return result
        }
        func loss() throws -> Double {
          let result = try contribution()
          return withExtendedLifetime(result) { result.sums[1] }
        }
        let gradient = try contribution().vector
        let size = Double(gradient.elements.map { abs($0) }.max()!)
        for (index, slot) in group.slots.enumerated() {
          for place in stride(from: 0, to: slot.count, by: max(1, slot.count / 7)) {
            let i = group.offsets[index] + place
            let before = group.buffer.elements[i]
            let step: Float = 0.01
            group.buffer.elements[i] = before + step
            let above = try loss()
            group.buffer.elements[i] = before - step
            let below = try loss()
            group.buffer.elements[i] = before
            let slope = (above - below) / Double(2 * step)
            #expect(abs(slope - Double(gradient.elements[i])) <= 0.01 * size, "\(slot.name)[\(place)]")
          }
        }
      }
    }
    try check(type(name))
  }

  @Test(
    "1, 2, 3 and 7 ranks, with or without threads and shared memory, end with the same bits", arguments: names
  )
  func sameBits(name: String) throws {
    func check<M: Model>(_ type: M.Type) throws {
      let sample = try LawSample.of(type)
      func run(_ ranks: Int, threads: Int = 1, sharesMemory: Bool = false) throws -> [String] {
        let results = Outcome()
        try onReplicas(ranks, sharesMemory: sharesMemory) { replicas in
          let trainer = try LawRun.trainer(M.self, sample, steps: 21, replicas: replicas, threads: threads)
          #expect(try trainer.run() == .completed)
          results.add(
            weightsSHA256(of: trainer.model.parameters)
              + trainer.figures.sorted { $0.key < $1.key }.map { " \($0.key) \($0.value.bitPattern)" }
              .joined())
        }
        return results.all
      }
      let alone = try run(1)
      for ranks in [2, 3, 7] {
        #expect(try run(ranks) == Array(repeating: alone[0], count: ranks))
        #expect(try run(ranks, sharesMemory: true) == Array(repeating: alone[0], count: ranks))
      }
      #expect(try run(1, threads: 2) == alone)
      #expect(try run(2, threads: 3, sharesMemory: true) == Array(repeating: alone[0], count: 2))
    }
    try check(type(name))
  }

  @Test(
    "A run that was saved in mid-epoch and resumed on other ranks ends with the same bits", arguments: names)
  func resume(name: String) throws {
    func check<M: Model>(_ type: M.Type) throws {
      let sample = try LawSample.of(type)
      let whole = try LawRun.trainer(M.self, sample, steps: 20)
      _ = try whole.run()
      let path = FileManager.default.temporaryDirectory.appending(path: "laws-\(UUID().uuidString)").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let checkpoint: Checkpoint = try {
        let directory = try RunDirectory(path, for: .create)
        try directory.writeConfig("architecture: \(name)\n")
        let first = try LawRun.trainer(M.self, sample, steps: 13, directory: directory)
        _ = try first.run()
        return try directory.checkpoints.newestValid().checkpoint!
      }()
      let results = Outcome()
      try onReplicas(3) { replicas in
        let second = try LawRun.trainer(M.self, sample, steps: 20, replicas: replicas)
        try second.resume(from: replicas.rank == 0 ? checkpoint : nil)
        #expect(second.progress.step == 13)
        _ = try second.run()
        results.add(weightsSHA256(of: second.model.parameters))
      }
      #expect(results.all == Array(repeating: weightsSHA256(of: whole.model.parameters), count: 3))
    }
    try check(type(name))
  }

  @Test("The configuration survives encoding and decoding", arguments: names)
  func roundTrip(name: String) throws {
    func check<M: Model>(_ type: M.Type) throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let first = try encoder.encode(try LawSample.of(type).configuration(type))
      let second = try encoder.encode(try JSONDecoder().decode(M.Configuration.self, from: first))
      #expect(first == second)
    }
    try check(type(name))
  }

  @Test("It learns: a short run brings the sample's figure below its bound", arguments: names)
  func learns(name: String) throws {
    func check<M: Model>(_ type: M.Type) throws {
      let sample = try LawSample.of(type)
      let trainer = try LawRun.trainer(M.self, sample, steps: 120)
      _ = try trainer.run()
      let figure = try #require(trainer.figures[sample.goal.name])
      #expect(figure < sample.goal.below, "\(sample.goal.name) \(figure)")
    }
    try check(type(name))
  }
}

/// What several ranks report.
final class Outcome: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) { lines.withLock { $0.append(line) } }
}
