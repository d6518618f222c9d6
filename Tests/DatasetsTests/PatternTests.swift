import Datasets
import Networks
import Testing

@Suite struct PatternTests {
  private func open(_ change: (inout DataConfiguration) -> Void) throws -> DatasetSplits {
    var data = DataConfiguration()
    data.source = .patterns
    change(&data)
    return try data.open()
  }

  @Test(
    "Random patterns are binary and balanced, a function of seed and number, and tested on again and again")
  func patterns() throws {
    let splits = try open {
      $0.features = 70
      $0.trainingCount = 200
      $0.testCount = 450
    }
    let patterns = (0..<200).map { splits.training.values($0) }
    #expect(patterns.allSatisfy { $0.count == 70 && $0.allSatisfy { $0 == 0 || $0 == 1 } })
    let share = patterns.joined().reduce(0, +) / Float(200 * 70)
    #expect(abs(share - 0.5) < 0.02)
    #expect(Set(patterns).count == 200)
    #expect((0..<450).allSatisfy { splits.test.values($0) == patterns[$0 % 200] })
    let newest = try open {
      $0.features = 70
      $0.trainingCount = 200
      $0.testCount = 30
    }
    #expect((0..<30).allSatisfy { newest.test.values($0) == patterns[170 + $0] })
    let other = try open {
      $0.features = 70
      $0.trainingCount = 200
      $0.seed = 2
    }
    #expect(other.training.values(0) != patterns[0])
    #expect(other.training.fingerprint() != splits.training.fingerprint())
  }

  @Test("With a distance, exactly that many values differ between the last two patterns of each network")
  func distance() throws {
    let networks = 20
    for distance in [0, 10, 100] {
      let splits = try open {
        $0.features = 100
        $0.trainingCount = 8 * networks
        $0.patterns.networks = networks
        $0.patterns.distance = distance
      }
      for network in 0..<networks {
        func pattern(_ number: Int) -> [Float] { splits.training.values(number * networks + network) }
        func differences(_ a: Int, _ b: Int) -> Int { zip(pattern(a), pattern(b)).count { $0 != $1 } }
        #expect(differences(6, 7) == distance)
        #expect(differences(5, 6) > 20 && differences(5, 6) < 80)
      }
    }
  }

  @Test("Patterns that do not fit their networks are refused with the remedy")
  func refusals() throws {
    func refused(_ text: String, _ change: (inout DataConfiguration) -> Void) {
      #expect {
        _ = try open(change)
      } throws: { "\($0)".contains(text) }
    }
    refused("a multiple of 3 is allowed") {
      $0.trainingCount = 10
      $0.patterns.networks = 3
    }
    refused("data.distance is 101") {
      $0.trainingCount = 10
      $0.patterns.distance = 101
    }
    refused("at least 2 patterns") {
      $0.trainingCount = 1
      $0.patterns.distance = 1
    }
    refused("nothing to hold back") { $0.validationCount = 5 }
  }

  @Test("Any set can be tested on what it is trained on, or on the first of it")
  func testOnTraining() throws {
    var data = DataConfiguration()
    data.source = .blobs
    data.trainingCount = 30
    data.testOnTraining = true
    data.testCount = 12
    let splits = try data.open()
    #expect(splits.test.count == 12)
    #expect((0..<12).allSatisfy { splits.test.values($0) == splits.training.values($0) })
    data.testCount = 31
    #expect(throws: DataError.self) { try data.open() }
    data.testCount = nil
    data.validationCount = 3
    #expect(throws: DataError.self) { try data.open() }
  }
}
