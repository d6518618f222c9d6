import Datasets
import Testing

/// The tasks of Hochreiter and Schmidhuber 1997, by their statistics.
@Suite struct LongLagTests {
  @Test(
    "adding: pairs are marked in their ranges, and the target is half plus a quarter of the marked sum",
    arguments: [20, 100])
  func adding(length: Int) throws {
    let set = try open(#"{"source": "adding", "length": \#(length), "training_count": 2000}"#).training
    var lengths: Set<Int> = []
    var (first, second, small) = (Set<Int>(), Set<Int>(), 0)
    for sample in try set.samples() {
      lengths.insert(sample.length)
      #expect(sample.scored == Array(repeating: false, count: sample.length - 1) + [true])
      let markers = sample.values.map { $0[1] }
      #expect(markers.first == -1 && markers.last == -1)
      #expect(sample.values.allSatisfy { $0[0] >= -1 && $0[0] < 1 })
      let marks = markers.indices.filter { markers[$0] == 1 }
      #expect(markers.allSatisfy { [-1, 0, 1].contains($0) } && (1...2).contains(marks.count))
      let sum = marks.reduce(0) { $0 + sample.values[$1][0] }
      #expect(abs(sample.targetValues.last![0] - (0.5 + sum / 4)) < 1e-6)
      #expect(sample.targetValues.dropLast().allSatisfy { $0 == [0] })
      // A mark on the first pair is hidden by its -1, and its value counts as 0.
      if marks.count == 2 {
        first.insert(marks.min()!)
        second.insert(marks.max()!)
      } else {
        small += 1
      }
      #expect(marks.allSatisfy { $0 < length / 2 } && marks.contains { $0 < 10 } || marks.count == 1)
    }
    #expect(lengths == Set(length...length + length / 10))
    #expect(first.min() == 1 && second.max() == length / 2 - 1)
    // One mark in 10 falls on the first pair, and the other in 2 / T of the rest.
    #expect((150...450).contains(small))
  }

  @Test("multiplication: values of 0 to 1 and the product of the marked ones")
  func multiplication() throws {
    let set = try open(#"{"source": "multiplication", "training_count": 500}"#).training
    for sample in try set.samples() {
      #expect(sample.values.allSatisfy { (0..<1).contains($0[0]) })
      let product = sample.values.filter { $0[1] == 1 }.reduce(1) { $0 * $1[0] }
      #expect(abs(sample.targetValues.last![0] - product) < 1e-6)
    }
  }

  @Test(
    "temporal order: E first, B last, X and Y in their ranges, all classes alike", arguments: ["6a", "6b"])
  func temporalOrder(experiment: String) throws {
    let set = try open(
      #"{"source": "temporal_order", "experiment": "\#(experiment)", "training_count": 1600}"#
    ).training
    let starts = experiment == "6a" ? [10, 50] : [10, 33, 66]
    var counts: [Int: Int] = [:]
    var seen = starts.map { _ in Set<Int>() }
    for sample in try set.samples() {
      #expect((100...110).contains(sample.length) && sample.scored.filter { $0 }.count == 1)
      #expect(sample.symbols.first == 6 && sample.symbols.last == 7)
      let relevant = sample.symbols.indices.filter { [4, 5].contains(sample.symbols[$0]) }
      #expect(relevant.count == starts.count)
      for (index, step) in relevant.enumerated() { seen[index].insert(step + 1) }
      let order = relevant.reduce(0) { 2 * $0 + (sample.symbols[$1] - 4) }
      #expect(sample.targetSymbols.last == order)
      #expect(sample.targetSymbols.dropLast().allSatisfy { $0 == -1 })
      counts[order, default: 0] += 1
      #expect(sample.symbols.dropFirst().dropLast().allSatisfy { $0 < 6 })
    }
    #expect(seen == starts.map { Set($0...$0 + 10) })
    let share = 1600 / (1 << starts.count)
    #expect(counts.count == 1 << starts.count && counts.values.allSatisfy { abs($0 - share) < share / 3 })
  }

  @Test("two sequences: the class comes first, noise has variance 0.2, targets are those of the variant")
  func twoSequence() throws {
    for (experiment, targets) in [("3a", [Float(0), 1]), ("3b", [0, 1]), ("3c", [0.8, 0.2])] {
      let splits = try open(
        #"{"source": "two_sequence", "experiment": "\#(experiment)", "information": 3, "training_count": 1000}"#
      )
      #expect(splits.test.count == 256)
      for (set, isTraining) in [(splits.training, true), (splits.test, false)] {
        var noise: [Float] = []
        var (information, deviations): ([Float], [Float]) = ([], [])
        var firsts = 0
        for sample in try set.samples() {
          #expect((100...110).contains(sample.length))
          let isFirst =
            sample.values[0][0] > 0 && experiment != "3b" || sample.values[..<3].reduce(0) { $0 + $1[0] } > 0
          firsts += isFirst ? 1 : 0
          information += sample.values[..<3].map { isFirst ? $0[0] : -$0[0] }
          noise += sample.values[3...].map { $0[0] }
          deviations.append(sample.targetValues.last![0] - targets[isFirst ? 1 : 0])
        }
        #expect(abs(Self.mean(noise)) < 0.01 && abs(Self.variance(noise) - 0.2) < 0.01)
        #expect(abs(Self.mean(information) - 1) < 0.06)
        #expect(
          experiment == "3b"
            ? abs(Self.variance(information) - 0.2) < 0.06 : information.allSatisfy { $0 == 1 })
        #expect(abs(Double(firsts) / Double(set.count) - 0.5) < 0.1)
        if experiment == "3c" && isTraining {
          #expect(abs(Self.mean(deviations)) < 0.04, "mean \(Self.mean(deviations))")
          #expect(abs(Self.variance(deviations) - 0.1) < 0.02, "variance \(Self.variance(deviations))")
        } else if experiment == "3b" {
          // Three noisy elements tell the class nearly always.
          #expect(deviations.filter { abs($0) > 0.5 }.count <= 2)
        } else {
          #expect(deviations.allSatisfy { $0 == 0 })
        }
      }
    }
  }

  @Test(
    "long lags 2a and 2b: the first symbol is the last, and 2a asks for every next one",
    arguments: ["2a", "2b"])
  func longLag(experiment: String) throws {
    let splits = try open(
      #"{"source": "long_lag", "experiment": "\#(experiment)", "length": 10, "training_count": 1000}"#)
    #expect(splits.test.count == 10_000)
    let format = try #require(splits.training.format.sequence)
    #expect(format.input.count == 11 && format.symbols.suffix(2) == ["x", "y"])
    var lasts: [Int: Int] = [:]
    var middles: Set<[Int]> = []
    for sample in try splits.training.samples() {
      #expect(sample.length == 10 && sample.symbols[0] >= 9)
      #expect(sample.targetSymbols.last == sample.symbols.first)
      if experiment == "2a" {
        #expect(
          sample.targetSymbols.dropLast() == sample.symbols.dropFirst() && sample.scored.allSatisfy { $0 })
      } else {
        #expect(sample.scored == Array(repeating: false, count: 9) + [true])
      }
      #expect(sample.symbols.dropFirst().allSatisfy { $0 < 9 })
      lasts[sample.symbols[0], default: 0] += 1
      middles.insert(Array(sample.symbols.dropFirst()))
    }
    #expect(lasts.count == 2 && lasts.values.allSatisfy { abs($0 - 500) < 80 })
    #expect(experiment == "2a" ? middles == [Array(0..<9)] : middles.count > 990)
  }

  @Test("long lag 2c: the answer follows the trigger, after at least q distractors and ten more on average")
  func triggered() throws {
    let set = try open(
      #"{"source": "long_lag", "experiment": "2c", "length": 50, "distractors": 20, "training_count": 3000}"#
    ).training
    let format = try #require(set.format.sequence)
    #expect(format.input.count == 24 && format.target.count == 2)
    var extra = 0
    for sample in try set.samples() {
      #expect(sample.symbols[0] == 21 && sample.symbols.last == 20 && [22, 23].contains(sample.symbols[1]))
      #expect(sample.symbols[2...].dropLast().allSatisfy { $0 < 20 })
      #expect(sample.length >= 53 && sample.scored.filter { $0 }.count == 1 && sample.scored.last == true)
      #expect(sample.targetSymbols.last == sample.symbols[1] - 22)
      extra += sample.length - 53
    }
    // k is geometric: 9 on average.
    #expect(abs(Double(extra) / 3000 - 9) < 0.7)
  }

  @Test(
    "embedded Reber strings follow the grammar, test strings are new, and alternatives are its next symbols")
  func reber() throws {
    let splits = try open(#"{"source": "embedded_reber"}"#)
    #expect(splits.training.count == 256 && splits.test.count == 256)
    let names = try #require(splits.training.format.sequence?.symbols)
    let samples = try splits.training.samples() + splits.test.samples()
    var seen: [String] = []
    for sample in samples {
      let string = (sample.symbols + [sample.targetSymbols.last!]).map { names[$0] }.joined()
      seen.append(string)
      #expect(sample.targetSymbols.dropLast() == sample.symbols.dropFirst())
      // Strings that begin alike tell which symbols may follow.
      #expect(
        string.wholeMatch(of: /B(?:TB(?:TS*X|PT*VP).*ET|TBPT*VVET|PB(?:TS*X|PT*VP).*EP|PBPT*VVEP)E/)
          != nil)
      for (step, allowed) in sample.allowed.enumerated() {
        #expect(allowed.contains(sample.targetSymbols[step]) && allowed.count <= 2)
      }
      #expect(sample.allowed[0] == [1, 2] && sample.allowed.suffix(2) == [[sample.symbols[1]], [6]])
    }
    let known = Set(seen[..<256])
    #expect(known.isDisjoint(with: seen[256...]) && (60...140).contains(known.count))
    // 12 symbols on average where strings are drawn freely.
    let mean = Double(seen[..<256].reduce(0) { $0 + $1.count }) / 256
    #expect(abs(mean - 12) < 0.8)
    // What is seen to follow a beginning is exactly what is allowed there, where it was seen often.
    var followers: [String: (allowed: Set<Int>, seen: Set<Int>, count: Int)] = [:]
    for sample in samples {
      for step in sample.symbols.indices {
        let prefix = sample.symbols[...step].map { names[$0] }.joined()
        var entry = followers[prefix] ?? (sample.allowed[step], [], 0)
        #expect(entry.allowed == sample.allowed[step])
        entry.seen.insert(sample.targetSymbols[step])
        entry.count += 1
        followers[prefix] = entry
      }
    }
    let often = followers.values.filter { $0.count >= 40 }
    #expect(often.count > 10 && often.allSatisfy { $0.seen == $0.allowed })
    let many = #expect(throws: DataError.self) {
      try open(#"{"source": "embedded_reber", "training_count": 100000000}"#)
    }
    #expect(many?.description.contains("data.training_count is 100000000") == true)
  }

  private static func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }

  private static func variance(_ values: [Float]) -> Float {
    let mean = mean(values)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
  }
}
