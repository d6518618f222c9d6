import Kernels
import Networks

extension HopfieldNetwork {
  /// What is summed over cues, in the order of the metrics.
  enum Figure: String, CaseIterable {
    /// The cue did not end exactly in its pattern.
    case error
    /// The share of units that ended wrong.
    case bitError = "bit_error"
    /// 1 - 2 bit_error: 1 for the pattern, 0 for a state that has nothing to do with it.
    case overlap
    /// It ended within `near` units of its pattern.
    case recalled
    /// It ended exactly in some stored pattern or the complement of one.
    case memory
    /// Within `near` units of one, but not in it.
    case near
    /// Farther away from all.
    case spurious
    /// No unit changed.
    case stable
    /// The share of units that changed in the first sweep.
    case firstFlips = "first_flips"
    /// The sweeps until one changed nothing.
    case sweeps
    /// There was none such.
    case unfinished
    /// The energy at the end.
    case energy
    /// The patterns of a sequence that were passed in their order, the first one counted.
    case passed

    static func metrics(hasSequence: Bool) -> [Metric] {
      allCases.filter { hasSequence || $0 != .passed }.map { Metric($0.rawValue) }
    }
  }

  /// Lets cues made from a group's patterns come to rest in their network, and adds what became of them.
  func addRecall(of group: NetworkGroups.Group, into sums: UnsafeMutableBufferPointer<Double>) {
    let count = group.places.count
    for (place, source) in group.places.enumerated() {
      writeCue(of: source, into: workspace.state(place))
    }
    let stored = storedPatterns(of: group.network)
    var passed: [Int] = []
    if configuration.rule == .softmax {
      recallBySoftmax(count, stored)
    } else if configuration.hasSequence {
      passed = recallSequence(group, stored)
    } else {
      recall(group)
    }
    let nearest = nearestDistances(count, stored)
    func add(_ figure: Figure, _ value: Double) { sums[1 + Figure.index(of: figure)] += value }
    for (place, source) in group.places.enumerated() {
      let course = workspace.courses[place]
      let state = workspace.state(place)
      var wrong = 0
      for i in 0..<units where (state[i] > 0) != (rows.base[source * units + i] > 0) { wrong += 1 }
      add(.error, wrong > 0 ? 1 : 0)
      add(.bitError, Double(wrong) / Double(units))
      add(.overlap, 1 - 2 * Double(wrong) / Double(units))
      add(.recalled, wrong <= near ? 1 : 0)
      add(.memory, nearest[place] == 0 ? 1 : 0)
      add(.near, nearest[place] > 0 && nearest[place] <= near ? 1 : 0)
      add(.spurious, nearest[place] > near ? 1 : 0)
      add(.stable, course.flips == 0 ? 1 : 0)
      add(.firstFlips, Double(course.firstFlips) / Double(units))
      add(.sweeps, Double(course.sweeps))
      add(.unfinished, course.isAtRest ? 0 : 1)
      add(.energy, course.energy)
      if configuration.hasSequence { add(.passed, Double(passed[place])) }
    }
  }

  func recall(_ group: NetworkGroups.Group, afterSweep: ((Int, Int) -> Void)? = nil) {
    groups.examples[group.places].withUnsafeBufferPointer {
      workspace.recall($0, links: links(of: group.network), recall, afterSweep: afterSweep)
    }
  }

  /// The cue for the pattern at `place`: a function of the pattern, of the example's number and of the seed.
  func writeCue(of place: Int, into state: UnsafeMutableBufferPointer<Float>) {
    let pattern = rows.base + place * units
    for i in 0..<units { state[i] = pattern[i] > 0 ? 1 : low }
    var stream = RandomStream(
      seed: UInt64(recall.seed) << 32 | UInt64(groups.examples[place]),
      stream: RandomAddress.Stream.model(17).number)
    switch configuration.cue ?? .stored {
    case .stored: break
    case .random: drawUnits(0..<units, of: state, from: &stream)
    case .half: drawUnits(units / 2..<units, of: state, from: &stream)
    case .flip(let count):
      // Each unit is chosen with the chance that remains: exactly `count` in the end.
      var left = count
      for i in 0..<units where left > 0 && stream.below(units - i) < left {
        state[i] = state[i] > 0 ? low : 1
        left -= 1
      }
    }
  }

  func drawUnits(
    _ range: Range<Int>, of state: UnsafeMutableBufferPointer<Float>, from stream: inout RandomStream
  ) {
    for i in range { state[i] = stream.happens(0.5) ? 1 : low }
  }

  /// How many units of each state are not those of the nearest stored pattern, or of the nearest complement of one.
  private func nearestDistances(_ count: Int, _ stored: UnsafeBufferPointer<Float>) -> [Int] {
    let patterns = stored.count / units
    guard patterns > 0 else { return Array(repeating: units, count: count) }
    let products = overlaps(count, stored, scale: 1)
    var largest = [Float](repeating: 0, count: count)
    for pattern in 0..<patterns {
      for place in 0..<count { largest[place] = max(largest[place], abs(products[pattern * count + place])) }
    }
    return largest.map { (units - Int($0)) / 2 }
  }
}

extension HopfieldNetwork.Figure {
  static func index(of figure: Self) -> Int { allCases.firstIndex(of: figure)! }
}
