import Datasets
import Testing

@Suite struct PermutationTests {
  private func order(_ count: Int, seed: UInt64 = 1, epoch: Int = 0) -> [Int] {
    let permutation = Permutation(count: count, seed: seed, epoch: epoch)
    return (0..<count).map { permutation($0) }
  }

  @Test("every number comes exactly once")
  func bijection() {
    for count in Array(0...70) + [127, 128, 129, 1000, 4096, 4097, 60_000] {
      #expect(order(count).sorted() == Array(0..<count))
    }
  }

  @Test("seed and epoch change the order, and the same ones give the same order")
  func addresses() {
    #expect(order(1000) == order(1000))
    #expect(order(1000) != order(1000, epoch: 1))
    #expect(order(1000) != order(1000, seed: 2))
    #expect(order(1000, seed: 1 << 40) != order(1000, seed: 2 << 40))
  }

  @Test("over many epochs every example visits every position about equally often")
  func uniformPositions() {
    let (count, epochs) = (20, 20_000)
    var visits = [Int](repeating: 0, count: count * count)
    for epoch in 0..<epochs {
      for (position, example) in order(count, epoch: epoch).enumerated() {
        visits[position * count + example] += 1
      }
    }
    let expected = Double(epochs) / Double(count)
    let chiSquare = visits.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // 361 degrees of freedom: mean 361, standard deviation 27.
    #expect(chiSquare > 361 - 5 * 27 && chiSquare < 361 + 5 * 27, "\(chiSquare)")
  }

  @Test("all orders of four examples are about equally frequent")
  func uniformOrders() {
    var counts: [[Int]: Int] = [:]
    let epochs = 24_000
    for epoch in 0..<epochs { counts[order(4, epoch: epoch), default: 0] += 1 }
    #expect(counts.count == 24)
    let chiSquare = counts.values.reduce(0.0) { $0 + (Double($1) - 1000) * (Double($1) - 1000) / 1000 }
    // 23 degrees of freedom: mean 23, standard deviation 6.8.
    #expect(chiSquare < 23 + 5 * 6.8, "\(chiSquare)")
  }

  @Test("neighbours in the set are no neighbours in the order more often than by chance")
  func neighbours() {
    let count = 60_000
    let shuffled = order(count, epoch: 3)
    let close = zip(shuffled, shuffled.dropFirst()).count { abs($0 - $1) <= 10 }
    // About 20 / count of all pairs: 20 expected, standard deviation 4.5.
    #expect(close < 20 + 5 * 5)
    // The rank correlation of position and example is 0 with deviation 1 / sqrt(count).
    let middle = Double(count - 1) / 2
    let covariance = shuffled.enumerated().reduce(0.0) {
      $0 + (Double($1.offset) - middle) * (Double($1.element) - middle)
    }
    let correlation = covariance / (Double(count) * (Double(count) * Double(count) - 1) / 12)
    #expect(abs(correlation) < 5 / Double(count).squareRoot())
  }

  @Test("a range of positions is written as the single positions say")
  func ranges() {
    let permutation = Permutation(count: 5000, seed: 3, epoch: 7)
    let room = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 200)
    defer { room.deallocate() }
    permutation.examples(at: 4800..<5000, into: room)
    #expect(room.map(Int.init) == (4800..<5000).map { permutation($0) })
  }
}
