import CKernels

/// The units of a Boltzmann machine as the kernels see them: unit i is linked to the units `neighbours[l]` by
/// `weights[l]`, l in `starts[i] ..< starts[i + 1]`; each link stands there twice, once for each of its ends.
///
///     a_i = bias_i + Σ_l weights[l] s_neighbours[l]
///
/// A view: whoever makes it keeps the memory alive and the numbers in range.
public struct LinkedUnits {
  /// The number of units.
  public let units: Int
  private let starts: UnsafePointer<Int32>
  private let neighbours: UnsafePointer<Int32>
  private let weights: UnsafePointer<Float>
  private let bias: UnsafePointer<Float>
  private let room: UnsafeMutablePointer<Float>

  /// The floats of room that work on `units` units needs.
  public static func room(units: Int) -> Int { 16 * units }

  /// A view.
  ///
  /// - Parameter room: `room(units:)` floats that nobody else uses meanwhile.
  public init(
    starts: UnsafeBufferPointer<Int32>, neighbours: UnsafeBufferPointer<Int32>,
    weights: UnsafeBufferPointer<Float>, bias: UnsafeBufferPointer<Float>,
    room: UnsafeMutableBufferPointer<Float>
  ) {
    units = bias.count
    precondition(starts.count == units + 1 && neighbours.count == weights.count, "a wiring of another size")
    precondition(Int(starts[units]) == weights.count, "the last unit's links end with the list")
    precondition(room.count >= Self.room(units: units), "too little room")
    self.starts = starts.baseAddress!
    self.neighbours = neighbours.baseAddress!
    self.weights = weights.baseAddress!
    self.bias = bias.baseAddress!
    self.room = room.baseAddress!
  }

  /// Which states of an anneal are kept: one after every `every` probes, behind the first `burn` of them.
  public struct Sampling: Hashable, Sendable {
    /// The probes before the first stretch.
    public var burn: Int
    /// The probes of a stretch.
    public var every: Int

    /// Stretches of `every` probes behind `burn`.
    public init(burn: Int, every: Int) {
      self.burn = burn
      self.every = every
    }
  }

  /// Probes units one after the other, the same ones in every column: s_i = 1 with probability σ(scale_k a_i), else 0.
  ///
  /// - Parameters:
  ///   - states: s, [units, examples.count].
  ///   - order: the unit of each probe.
  ///   - scales: the inverse temperature of each probe.
  ///   - samples: receives [units, samples, examples.count]; nil where no state is kept.
  ///   - examples: what each column is, for the random numbers.
  ///   - first: the number of the first probe, for the random numbers.
  ///
  /// Cost: about 10 ns + 0.3 ns a link, for each probe of 16 columns with AVX-512.
  public func anneal(
    _ states: UnsafeMutablePointer<Float>, order: UnsafeBufferPointer<Int32>,
    scales: UnsafeBufferPointer<Float>, sampling: Sampling? = nil,
    samples: UnsafeMutablePointer<Float>? = nil, examples: UnsafeBufferPointer<UInt32>, first: UInt32 = 0,
    random: RandomStream
  ) {
    precondition(scales.count == order.count, "a temperature for each probe")
    precondition((sampling == nil) == (samples == nil), "samples need room")
    guard !order.isEmpty, !examples.isEmpty else { return }
    ck_linked_anneal(
      states, samples, starts, neighbours, weights, bias, order.baseAddress!, scales.baseAddress!,
      order.count,
      sampling?.burn ?? 0, sampling?.every ?? 0, units, examples.baseAddress!, examples.count, first,
      random.seed,
      random.stream, random.step, room)
  }

  /// Sets units one after the other to their expectations: s_i = σ(scale a_i).
  public func expect(
    _ states: UnsafeMutablePointer<Float>, order: UnsafeBufferPointer<Int32>, scale: Float, batch: Int
  ) {
    guard !order.isEmpty, batch > 0 else { return }
    ck_linked_expect(
      states, starts, neighbours, weights, bias, order.baseAddress!, order.count, scale, units, batch, room)
  }

  /// x[k, b] = a_i of unit i = `list[k]`.
  public func inputs(
    of list: UnsafeBufferPointer<Int32>, _ states: UnsafePointer<Float>, batch: Int,
    into x: UnsafeMutablePointer<Float>
  ) {
    guard !list.isEmpty, batch > 0 else { return }
    ck_linked_inputs(
      x, states, starts, neighbours, weights, bias, list.baseAddress!, list.count, batch)
  }

  /// sums[b] += scale (Σ_i bias_i s_i + Σ_links w_ij s_i s_j): minus the energy, in double precision.
  public func addEnergies(
    of states: UnsafePointer<Float>, scale: Float = 1, to sums: UnsafeMutableBufferPointer<Double>
  ) {
    guard let p = sums.baseAddress else { return }
    ck_linked_energies(p, states, starts, neighbours, weights, bias, units, sums.count, scale)
  }

  /// counts[l] += factor Σ_b s[one[l], b] s[other[l], b]: exact for states of 0 and 1, a factor of ±1 and counts below
  /// 2^24.
  public static func addCounts(
    of states: UnsafePointer<Float>, one: UnsafeBufferPointer<Int32>, other: UnsafeBufferPointer<Int32>,
    columns: Int, factor: Float, to counts: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(one.count == counts.count && other.count == counts.count, "a count for each link")
    guard let p = counts.baseAddress, columns > 0 else { return }
    ck_linked_counts(p, states, one.baseAddress!, other.baseAddress!, counts.count, columns, factor)
  }
}
