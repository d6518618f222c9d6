import Networks

extension HopfieldNetwork {
  /// Lets cues in the workspace run, and returns how many stored patterns each has passed in their order: 1 for its own,
  /// and one more for each that was reached within `near` units before any later one.
  func recallSequence(_ group: NetworkGroups.Group, _ stored: UnsafeBufferPointer<Float>) -> [Int] {
    let numbers = group.places.map { storedNumber(of: $0, stored) ?? stored.count / units }
    var passed = numbers.map { _ in 1 }
    recall(group) { place, _ in
      while self.isNear(place, numbers[place] + passed[place], stored) { passed[place] += 1 }
    }
    return passed
  }

  /// The number of the stored pattern that the example at `place` is; nil where it was never stored.
  func storedNumber(of place: Int, _ stored: UnsafeBufferPointer<Float>) -> Int? {
    let pattern = rows.base + place * units
    return (0..<stored.count / units).first { number in
      (0..<units).allSatisfy { stored[number * units + $0] == pattern[$0] }
    }
  }

  private func isNear(_ place: Int, _ number: Int, _ stored: UnsafeBufferPointer<Float>) -> Bool {
    guard (number + 1) * units <= stored.count else { return false }
    let state = workspace.state(place)
    var wrong = 0
    for i in 0..<units where (state[i] > 0) != (stored[number * units + i] > 0) { wrong += 1 }
    return wrong <= near
  }

  /// `longest_sequence`: the most patterns in a row that one of the examples has passed.
  public func figures(of examples: Batch) throws -> [String: Double] {
    guard configuration.hasSequence, examples.count > 0 else { return [:] }
    try arrange(examples)
    var longest = 0
    for group in groups.list {
      for (place, source) in group.places.enumerated() { writeCue(of: source, into: workspace.state(place)) }
      longest = max(longest, recallSequence(group, storedPatterns(of: group.network)).max() ?? 0)
    }
    return ["longest_sequence": Double(longest)]
  }
}
