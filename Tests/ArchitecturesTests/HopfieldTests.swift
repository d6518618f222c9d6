import Architectures
import Datasets
import Foundation
import Kernels
import Networks
import ReplicaTesting
import Testing
import Training

@Suite("Hopfield networks") struct HopfieldTests {
  /// Patterns of 0 and 1 to store and recall, outside of the loop.
  private struct Memory {
    let model: HopfieldNetwork
    let task: Task
    var figures: [String: Double] = [:]

    /// Stores `patterns`, `atOnce` of them in a step, for as many epochs as the rule needs.
    init(_ json: String, _ patterns: [[Float]], atOnce: Int = 1000, epochs: Int = 1) throws {
      let configuration = try JSONDecoder().decode(HopfieldNetwork.Configuration.self, from: Data(json.utf8))
      model = try HopfieldNetwork(
        configuration, data: DataDescription(input: [patterns[0].count], classes: 0), maximumBatch: 2000)
      task = Task(inputs: patterns, labels: Array(repeating: 0, count: patterns.count))
      let group = model.parameters[0]
      let contribution = Contribution(to: group, metricCount: model.metrics.count)
      let steps = (patterns.count + atOnce - 1) / atOnce
      for step in 0..<steps * epochs {
        let phase = model.phases(at: Progress(step: step, stepsPerEpoch: steps, totalSteps: steps * epochs))[
          0]
        let first = step % steps * atOnce
        contribution.begin()
        try model.accumulate(
          task.batch(Array(first..<min(first + atOnce, patterns.count))), phase: phase,
          random: RandomAddress(seed: 1, step: UInt64(step), stream: .model(0)), into: contribution)
        contribution.finish()
        for (index, slot) in group.slots.enumerated() {
          guard case .sum(let limit) = slot.update else { continue }
          let sum = contribution.slot(index).elements
          for i in 0..<slot.count { group[index][i] = min(max(group[index][i] + sum[i], -limit), limit) }
        }
      }
      figures = try recall(Array(patterns.indices))
    }

    /// The figures of recalling the patterns of these numbers.
    func recall(_ numbers: [Int]) throws -> [String: Double] {
      let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 + model.metrics.count)
      defer { sums.deallocate() }
      sums.initialize(repeating: 0)
      try model.evaluate(task.batch(numbers), into: sums)
      return Dictionary(
        uniqueKeysWithValues: Metric.figures(model.metrics, sums: sums).map { ($0.name, $0.value) })
    }

    func weight(_ network: Int, _ i: Int, _ j: Int) -> Float {
      let units = task.inputs[0].count
      return model.parameters[0][1][(network * units + i) * units + j]
    }
  }

  /// Random patterns of 0 and 1.
  private static func random(_ count: Int, units: Int, seed: UInt64 = 1) throws -> [[Float]] {
    var data = DataConfiguration()
    data.source = .patterns
    data.features = units
    data.trainingCount = count
    data.seed = seed
    let set = try data.open().training
    return (0..<count).map { set.values($0) }
  }

  private static func signs(_ pattern: [Float]) -> [Float] { pattern.map { $0 > 0 ? 1 : -1 } }

  @Test("Hebb's links are the sum of products without a diagonal, network by network")
  func hebb() throws {
    let patterns = try Self.random(9, units: 17)
    let memory = try Memory(#"{"patterns": 3, "networks": 3}"#, patterns, atOnce: 4)
    for network in 0..<3 {
      for i in 0..<17 {
        for j in 0..<17 {
          let expected = (0..<3).reduce(Float(0)) { sum, number in
            let pattern = Self.signs(patterns[number * 3 + network])
            return sum + (i == j ? 0 : pattern[i] * pattern[j])
          }
          #expect(memory.weight(network, i, j) == expected)
        }
      }
    }
  }

  @Test("Storkey's links follow its recursion, one pattern at a time")
  func storkey() throws {
    let n = 13
    let patterns = try Self.random(4, units: n)
    let memory = try Memory(#"{"patterns": 4, "rule": "storkey"}"#, patterns, atOnce: 1)
    var T = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for pattern in patterns.map({ Self.signs($0).map { Double($0) } }) {
      let old = T
      func h(_ i: Int, _ j: Int) -> Double {
        (0..<n).filter { $0 != i && $0 != j }.reduce(0) { $0 + old[i][$1] * pattern[$1] }
      }
      for i in 0..<n {
        for j in 0..<n where i != j {
          T[i][j] += (pattern[i] * pattern[j] - pattern[i] * h(j, i) - h(i, j) * pattern[j]) / Double(n)
        }
      }
    }
    for i in 0..<n {
      for j in 0..<n { #expect(abs(Double(memory.weight(0, i, j)) - T[i][j]) < 1e-5) }
    }
  }

  @Test("The pseudo-inverse holds more patterns than Hebb's rule, each with the projection as links")
  func pseudoInverse() throws {
    let patterns = try Self.random(30, units: 60)
    let hebb = try Memory(#"{"patterns": 30}"#, patterns)
    let inverse = try Memory(#"{"patterns": 30, "rule": "pseudo_inverse"}"#, patterns, atOnce: 7, epochs: 2)
    #expect(hebb.figures["error"]! > 0.9)
    #expect(inverse.figures["error"] == 0 && inverse.figures["stable"] == 1)
    // P ξ = ξ for each stored pattern, but for the missing diagonal of P, which is between 0 and 1.
    for pattern in patterns.map(Self.signs) {
      for i in 0..<60 {
        let sum = (0..<60).reduce(Float(0)) { $0 + inverse.weight(0, i, $1) * pattern[$1] }
        #expect(sum * pattern[i] > -1e-4 && sum * pattern[i] < 1 + 1e-4)
      }
    }
    // To the last bit: otherwise the energy could rise where patterns are close to each other.
    for i in 0..<60 { for j in 0..<i { #expect(inverse.weight(0, i, j) == inverse.weight(0, j, i)) } }
    #expect(throws: ConfigurationError.self) {
      try Memory(#"{"patterns": 2, "rule": "pseudo_inverse"}"#, [patterns[0], patterns[0]], epochs: 2)
    }
  }

  @Test("Five of a hundred units wrong: a few patterns are recalled exactly, in both codings and both orders")
  func completion() throws {
    let patterns = try Self.random(4, units: 100)
    for coding in ["zero_one", "plus_minus"] {
      for order in ["asynchronous", "synchronous"] {
        let memory = try Memory(
          #"{"patterns": 4, "coding": "\#(coding)", "cue": {"flip": 5}, "recall": {"order": "\#(order)"}}"#,
          patterns)
        #expect(memory.figures["error"] == 0 && memory.figures["unfinished"] == 0, "\(memory.figures)")
        #expect(memory.figures["memory"] == 1 && memory.figures["spurious"] == 0)
        #expect(memory.figures["first_flips"]! >= 0.05)
      }
    }
  }

  @Test("The energy never rises in asynchronous recall, and falls to that of the state it ends in")
  func energy() throws {
    for coding in [Float(-1), 0] {
      let n = 40
      var stream = RandomAddress(seed: 5, step: 0, stream: .generator(1))
      let weights = FlatBuffer(count: n * n)
      Initializer.normal(mean: 0, standardDeviation: 1).fill(
        weights.elements, shape: [n, n], random: stream)
      for i in 0..<n {
        for j in 0...i { weights.base[i * n + j] = i == j ? 0 : weights.base[j * n + i] }
      }
      let links = ThresholdLinks(outgoing: UnsafeBufferPointer(weights.elements), isSymmetric: true)
      let workspace = RecallWorkspace(units: n, maximumBatch: 20)
      stream.step = 1
      let start = FlatBuffer(count: 20 * n)
      Initializer.uniform(low: -1, high: 1).fill(start.elements, shape: [20 * n], random: stream)
      func energy(_ place: Int) -> Double {
        let s = workspace.state(place)
        var sum = 0.0
        for i in 0..<n { for j in 0..<n { sum -= 0.5 * Double(weights.base[i * n + j] * s[i] * s[j]) } }
        return sum
      }
      for place in 0..<20 {
        for i in 0..<n { workspace.state(place)[i] = start.base[place * n + i] > 0 ? 1 : coding }
      }
      var before = (0..<20).map(energy)
      var falls = 0
      let recall = ThresholdRecall(order: .asynchronous, sweeps: 50, low: coding)
      (0..<20).map { UInt32($0) }.withUnsafeBufferPointer {
        workspace.recall($0, links: links, recall) { place, _ in
          let now = energy(place)
          #expect(now <= before[place] + 1e-4)
          if now < before[place] - 1e-4 { falls += 1 }
          before[place] = now
        }
      }
      #expect(falls > 20)
      for place in 0..<20 {
        #expect(workspace.courses[place].isAtRest)
        #expect(abs(workspace.courses[place].energy - before[place]) < 1e-3)
      }
    }
  }

  /// Eleven states: whole numbers are worked on four at a time. Far from rest nearly half of the units change in a sweep;
  /// later, few. Links are multiples of `unit`, or real numbers, so that no input is exactly 0.
  @Test("Synchronous recall is that of the equations, in whole numbers and others", arguments: [1, 2, nil])
  func synchronous(unit: Int?) {
    let (n, count, sweeps) = (70, 11, 6)
    for low in [Float(-1), 0] {
      var stream = RandomStream(seed: 8)
      let links = FlatBuffer(count: n * n)
      for k in 0..<n * n where k % (n + 1) != 0 {
        links.base[k] =
          unit.map { Float($0 * (stream.below(19) - 9)) } ?? Float(stream.below(1 << 20)) / 4096 - 128
      }
      let workspace = RecallWorkspace(units: n, maximumBatch: count)
      var states = (0..<count).map { _ in (0..<n).map { _ in stream.happens(0.5) ? 1 : low } }
      // One of them repeats another, one is off altogether.
      states[3] = states[0]
      states[7] = Array(repeating: low, count: n)
      for place in 0..<count { _ = workspace.state(place).update(fromContentsOf: states[place]) }
      (0..<count).map { UInt32($0) }.withUnsafeBufferPointer {
        workspace.recall(
          $0, links: ThresholdLinks(outgoing: .init(links.elements), isSymmetric: false),
          ThresholdRecall(order: .synchronous, sweeps: sweeps, low: low))
      }
      for place in 0..<count {
        var course = RecallCourse()
        func inputs() -> [Double] {
          (0..<n).map { i in
            (0..<n).reduce(0) { $0 + Double(links.base[$1 * n + i]) * Double(states[place][$1]) }
          }
        }
        while course.sweeps < sweeps && !course.isAtRest {
          let next = zip(inputs(), states[place]).map { h, s in h > 0 ? 1 : h < 0 ? low : s }
          let flips = zip(next, states[place]).count { $0 != $1 }
          states[place] = next
          course.sweeps += 1
          course.flips += flips
          if course.sweeps == 1 { course.firstFlips = flips }
          course.isAtRest = flips == 0
        }
        let energy = -0.5 * zip(inputs(), states[place]).reduce(0) { $0 + $1.0 * Double($1.1) }
        #expect(Array(workspace.state(place)) == states[place], "\(low) \(place)")
        #expect(abs(workspace.courses[place].energy - energy) < 1e-3 * (1 + abs(energy)), "\(low) \(place)")
        course.energy = workspace.courses[place].energy
        #expect(workspace.courses[place] == course, "\(low) \(place)")
      }
    }
  }

  @Test("A state's recall does not depend on the states beside it")
  func alone() throws {
    let patterns = try Self.random(12, units: 50)
    let memory = try Memory(#"{"patterns": 12, "cue": "half"}"#, patterns)
    let together = try memory.recall(Array(0..<12))
    let alone = try (0..<12).map { try memory.recall([$0]) }
    for name in ["error", "bit_error", "energy", "sweeps", "first_flips"] {
      #expect(abs(together[name]! - alone.reduce(0) { $0 + $1[name]! } / 12) < 1e-9, "\(name)")
    }
  }

  @Test(
    "Of two linked units that disagree, synchronous recall swaps both for ever; asynchronous comes to rest")
  func cycle() throws {
    let patterns: [[Float]] = [[1, 1]]
    for (order, isUnfinished) in [("synchronous", 1.0), ("asynchronous", 0.0)] {
      let memory = try Memory(
        #"{"patterns": 1, "cue": {"flip": 1}, "recall": {"order": "\#(order)", "sweeps": 9}}"#, patterns)
      #expect(memory.figures["unfinished"] == isUnfinished)
      #expect(memory.figures["memory"] == 1 - isUnfinished)
    }
  }

  @Test("Clipped links are signs, bounded links forget what is old, one-way links still remember")
  func weights() throws {
    let patterns = try Self.random(60, units: 100)
    let few = Array(patterns[..<5])
    #expect(try Memory(#"{"patterns": 5, "weights": "clipped"}"#, few).figures["error"]! <= 0.2)
    #expect(try Memory(#"{"patterns": 5, "links": "one_way"}"#, few).figures["bit_error"]! <= 0.02)
    let bounded = try Memory(#"{"patterns": 60, "weights": {"limit": 3}}"#, patterns, atOnce: 1)
    #expect((0..<100).allSatisfy { i in (0..<100).allSatisfy { abs(bounded.weight(0, i, $0)) <= 3 } })
    let newest = try bounded.recall([59, 58])
    let oldest = try bounded.recall(Array(0..<30))
    #expect(newest["overlap"]! > 0.9 && oldest["overlap"]! < 0.6, "\(newest) \(oldest)")
    #expect(try Memory(#"{"patterns": 60}"#, patterns).recall([59, 58])["overlap"]! < 0.8)
  }

  @Test("Steps to the next pattern lead through a sequence")
  func sequence() throws {
    let patterns = try Self.random(4, units: 200)
    let memory = try Memory(
      #"{"patterns": 4, "sequence": 1.5, "recall": {"order": "synchronous", "sweeps": 6}}"#, patterns,
      epochs: 2)
    #expect(try memory.recall([0])["passed"] == 4)
    #expect(try memory.recall([2])["passed"] == 2)
    #expect(try memory.model.figures(of: memory.task.batch([3, 1])) == ["longest_sequence": 3])
    let still = try Memory(#"{"patterns": 4, "sequence": 0.1}"#, patterns, epochs: 2)
    #expect(try still.recall([0])["passed"] == 1)
  }

  @Test("One softmax step recalls more patterns than there are units")
  func softmax() throws {
    let patterns = try Self.random(500, units: 50)
    let memory = try Memory(#"{"patterns": 500, "rule": "softmax", "cue": {"flip": 5}}"#, patterns)
    #expect(memory.figures["bit_error"]! < 0.02, "\(memory.figures)")
    #expect(memory.model.parameters[0].slots.map(\.name) == ["pattern"])
  }

  @Test(
    "The share of wrong units in the first step is that of Hopfield's theory, and so is that of whole patterns"
  )
  func noise() throws {
    let patterns = try Self.random(10 * 200, units: 100)
    let memory = try Memory(
      """
      {"patterns": 10, "networks": 200, "coding": "zero_one", "recall": {"order": "synchronous", "sweeps": 1}}
      """, patterns)
    // The formula takes the noise for normal: 0.0092. Of whole numbers, counted exactly, it is 0.0088.
    let figures = memory.figures
    #expect(abs(figures["first_flips"]! - 0.0088) < 0.001, "\(figures)")
    #expect(abs(figures["stable"]! - 0.59) < 0.06, "\(figures)")
  }

  @Test("Samples are where random states come to rest, the same for the same seed")
  func samples() throws {
    let memory = try Memory(#"{"patterns": 2}"#, try Self.random(2, units: 64))
    func pixels(_ seed: UInt64) throws -> [UInt8] {
      let artifacts = try memory.model.samples(SampleRequest(count: 40, seed: seed))
      guard case .images(let shape, let pixels) = artifacts[1].content else { return [] }
      #expect(shape == [64])
      return pixels
    }
    let ends = try pixels(1)
    #expect(try ends == pixels(1) && ends != pixels(2))
    // Two patterns and their complements are where nearly all states end.
    let states: [[UInt8]] = (0..<40).map { Array(ends[($0 * 64)..<($0 * 64 + 64)]) }
    #expect(Set(states).count <= 12)
    #expect(throws: ConfigurationError.self) {
      try memory.model.samples(SampleRequest(count: 1, seed: 1, label: 3))
    }
  }

  @Test("What cannot be stored is refused with the remedy")
  func refusals() throws {
    let patterns = try Self.random(3, units: 10)
    func refused(_ text: String, _ json: String, _ inputs: [[Float]]? = nil) {
      #expect {
        _ = try Memory(json, inputs ?? patterns)
      } throws: { "\($0)".contains(text) }
    }
    refused("set model.binarize", #"{"patterns": 3}"#, [[0, 0.5, 1]])
    refused("raise it, or lower data.training_count", #"{"patterns": 2}"#)
    refused("patterns is 0", #"{"patterns": 0}"#)
    refused("networks is 0", #"{"patterns": 3, "networks": 0}"#)
    refused("GiB", #"{"patterns": 1000000, "networks": 1000000}"#)
    refused("at most as many as there are units, 10", #"{"patterns": 11, "rule": "pseudo_inverse"}"#)
    refused("weights.limit is 0", #"{"patterns": 3, "weights": {"limit": 0}}"#)
    refused("belongs to the rule hebb", #"{"patterns": 3, "weights": {"limit": 2}, "rule": "storkey"}"#)
    refused("unknown weights «cliped»", #"{"patterns": 3, "weights": "cliped"}"#)
    refused("cue.flip is 11", #"{"patterns": 3, "cue": {"flip": 11}}"#)
    refused("unknown cue «none»", #"{"patterns": 3, "cue": "none"}"#)
    refused("recall.sweeps is 0", #"{"patterns": 3, "recall": {"sweeps": 0}}"#)
    refused("belongs to the rule softmax", #"{"patterns": 3, "recall": {"beta": 2}}"#)
    refused("recall.beta is -1", #"{"patterns": 3, "rule": "softmax", "recall": {"beta": -1}}"#)
    refused("has no weights", #"{"patterns": 3, "rule": "softmax", "weights": "clipped"}"#)
    let memory = try Memory(#"{"patterns": 1, "binarize": 0.4}"#, [[0, 0.5, 1]])
    #expect(memory.figures["error"] == 0)
  }
}
