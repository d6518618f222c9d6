import Datasets
import Testing

@Suite struct BinaryTaskTests {
  private func open(
    _ source: DataConfiguration.Source, _ change: (inout DataConfiguration) -> Void = { _ in }
  ) throws -> DatasetSplits {
    var data = DataConfiguration()
    data.source = source
    change(&data)
    return try data.open()
  }

  @Test("An encoder shows each unit in turn, the same on both sides")
  func encoder() throws {
    let splits = try open(.encoder) { $0.features = 5 }
    #expect(splits.training.count == 5 && splits.test.count == 5)
    for example in 0..<5 {
      #expect(splits.training.values(example) == (0..<10).map { $0 % 5 == example ? 1 : 0 })
    }
    let many = try open(.encoder) {
      $0.features = 5
      $0.trainingCount = 12
      $0.seed = 9
    }
    #expect(many.training.values(11) == splits.training.values(1))
    #expect(many.test.fingerprint() == splits.test.fingerprint())
  }

  @Test("A shifter's second half is the first, shifted as its last three units say; three bits of ten are on")
  func shifter() throws {
    let splits = try open(.shifter) { $0.trainingCount = 3000 }
    var shifts = [0, 0, 0]
    var on: Float = 0
    for example in 0..<3000 {
      let row = splits.training.values(example)
      #expect(row.count == 19 && row[16...].reduce(0, +) == 1)
      let shift = row[16...].firstIndex(of: 1)! - 16
      shifts[shift] += 1
      for bit in 0..<8 { #expect(row[8 + (bit + shift + 7) % 8] == row[bit]) }
      on += row[..<8].reduce(0, +)
    }
    #expect(abs(on / 24_000 - 0.3) < 0.02)
    #expect(shifts.allSatisfy { abs($0 - 1000) < 120 })
    #expect((0..<5).map { splits.test.values($0) } != (0..<5).map { splits.training.values($0) })
  }

  @Test("Words have a letter in each of three groups and a meaning of their own; the last can be left out")
  func words() throws {
    let splits = try open(.words)
    let words = (0..<20).map { splits.training.values($0) }
    for word in words {
      for position in 0..<3 { #expect(word[10 * position..<10 * position + 10].reduce(0, +) == 1) }
    }
    #expect(
      Set(words.map { Array($0[..<30]) }).count == 20 && Set(words.map { Array($0[30...]) }).count == 20)
    let share = words.reduce(0) { $0 + $1[30...].reduce(0, +) } / 600
    #expect(abs(share - 0.2) < 0.06)
    let less = try open(.words) {
      $0.trainingCount = 18
      $0.validationCount = 2
    }
    #expect(less.training.count == 18 && less.test.count == 20)
    let leftOut = try #require(less.validation)
    #expect((0..<2).map { leftOut.values($0) } == Array(words[18...]))
    #expect((0..<20).map { less.test.values($0) } == words)
    let other = try open(.words) { $0.seed = 2 }
    #expect((0..<20).map { other.training.values($0) } != words)
  }

  @Test("Sizes that make no task are refused with the key")
  func refuses() throws {
    for (source, features) in [(DataConfiguration.Source.encoder, 1), (.words, 12)] {
      do {
        _ = try open(source) { $0.features = features }
        Issue.record("\(features) features were accepted")
      } catch let error as DataError {
        #expect(error.description.contains("data.features"), "\(error)")
      }
    }
  }
}
