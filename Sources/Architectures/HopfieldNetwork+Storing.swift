import Kernels
import Networks

extension HopfieldNetwork {
  /// Adds the batch to the patterns and, by Hebb's or Storkey's rule, to the links.
  func store(into contribution: Contribution) throws(ConfigurationError) {
    let stored = cleared(0, of: contribution)
    for place in 0..<(groups.list.last?.places.upperBound ?? 0) {
      let (network, number) = try room(for: groups.examples[place])
      let target = stored.baseAddress! + (network * configuration.patterns + number) * units
      for i in 0..<units { target[i] += rows.base[place * units + i] }
    }
    guard configuration.rule != .softmax else { return }
    let weights = cleared(1, of: contribution)
    for group in groups.list {
      let own = UnsafeMutableBufferPointer(
        rebasing: weights[group.network * units * units..<(group.network + 1) * units * units])
      if configuration.rule == .storkey {
        addStorkey(group, to: own)
      } else {
        addProducts(of: rows, with: rows, group, scale: 1, to: own)
      }
    }
  }

  /// Turns Hebb's links into what needs all patterns: the projection, and the step from each pattern to the next.
  func derive(into contribution: Contribution) throws(ConfigurationError) {
    let weights = cleared(1, of: contribution)
    for group in groups.list {
      let own = UnsafeMutableBufferPointer(
        rebasing: weights[group.network * units * units..<(group.network + 1) * units * units])
      let stored = storedPatterns(of: group.network)
      let count = stored.count / units
      if configuration.rule == .pseudoInverse {
        let basis = try basis(of: group.network, stored, count)
        for place in group.places {
          basis.write(
            try room(for: groups.examples[place]).number,
            into: UnsafeMutableBufferPointer(start: otherRows.base + place * units, count: units))
        }
        addProducts(of: otherRows, with: otherRows, group, scale: 1, to: own)
        // Hebb's part, which the first epoch has added, goes.
        addProducts(of: rows, with: rows, group, scale: -1, to: own)
      }
      guard configuration.hasSequence else { continue }
      for place in group.places {
        let next = try room(for: groups.examples[place]).number + 1
        for i in 0..<units {
          otherRows.base[place * units + i] = next < count ? stored[next * units + i] : 0
        }
      }
      addProducts(of: otherRows, with: rows, group, scale: Float(configuration.sequence!), to: own)
    }
  }

  /// T += scale · Σ a bᵀ over the rows a and b of a group, without the diagonal.
  private func addProducts(
    of a: FlatBuffer, with b: FlatBuffer, _ group: NetworkGroups.Group, scale: Float,
    to weights: UnsafeMutableBufferPointer<Float>
  ) {
    let places = group.places
    func part(_ rows: FlatBuffer) -> UnsafeBufferPointer<Float> {
      UnsafeBufferPointer(start: rows.base + places.lowerBound * units, count: places.count * units)
    }
    Matrix.multiply(
      part(a), part(b), into: weights, rows: units, columns: units, inner: places.count, transposeA: true,
      alpha: scale, beta: 1)
    for i in 0..<units { weights[i * units + i] = 0 }
  }

  /// Storkey's rule, rearranged for patterns of ±1 and T_ii = 0:
  ///
  ///     ΔT_ij = (ξ_i ξ_j - ξ_i h_j - h_i ξ_j + T_ij + T_ji) / N,    h = T ξ
  private func addStorkey(_ group: NetworkGroups.Group, to weights: UnsafeMutableBufferPointer<Float>) {
    let before = storedWeights(of: group.network)
    let scale = 1 / Float(units)
    for place in group.places {
      let pattern = rows.base + place * units
      let h = UnsafeMutableBufferPointer(start: otherRows.base + place * units, count: units)
      Matrix.multiply(
        before, UnsafeBufferPointer(start: pattern, count: units), into: h, rows: units, columns: 1,
        inner: units)
      for i in 0..<units {
        for j in 0..<units where i != j {
          let old = before[i * units + j] + before[j * units + i]
          weights[i * units + j] +=
            scale * (pattern[i] * pattern[j] - pattern[i] * h[j] - h[i] * pattern[j] + old)
        }
      }
    }
  }

  private func basis(
    of network: Int, _ stored: UnsafeBufferPointer<Float>, _ count: Int
  ) throws(ConfigurationError) -> PatternBasis {
    if let known = bases[network] { return known }
    let basis = try PatternBasis(of: stored, count: count, units: units)
    bases[network] = basis
    return basis
  }

  /// The network that an example belongs to, and the number that the pattern has there.
  private func room(for example: UInt32) throws(ConfigurationError) -> (network: Int, number: Int) {
    let networks = configuration.networkCount
    let number = Int(example) / networks
    guard number < configuration.patterns else {
      throw ConfigurationError(
        "training example \(example) has no room: \(networks) network\(networks == 1 ? "" : "s") of "
          + "model.patterns \(configuration.patterns) store \(networks * configuration.patterns); raise it, or lower "
          + "data.training_count")
    }
    return (Int(example) % networks, number)
  }

  /// A slot of a contribution, to add to.
  private func cleared(_ slot: Int, of contribution: Contribution) -> UnsafeMutableBufferPointer<Float> {
    let (elements, adds) = contribution.slot(slot)
    if !adds { elements.update(repeating: 0) }
    return elements
  }
}
