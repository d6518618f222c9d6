import Kernels

/// A Boltzmann machine of any wiring: binary units, each linked with some of the others.
///
///     E(s) = - Σ_links w_ij s_i s_j - Σ_i b_i s_i,   p(s) = e^(-E/T) / Z
///     p(s_i = 1 | all others) = σ((Σ_j w_ij s_j + b_i) / T)
///
/// A bias is a link to a unit that is always on. Ackley, Hinton & Sejnowski, A learning algorithm for Boltzmann machines,
/// 1985. Its parameters are two slots of a group, `weights` [links] and `bias` [units]: each link is stored once.
public final class GeneralMachine {
  /// Its units and links.
  public let wiring: UnitWiring
  /// The temperature T that probabilities are those of.
  public let temperature: Float
  /// The group that holds the parameters.
  public private(set) var group: ParameterGroup
  private let rowWeights: FlatBuffer
  private let room: FlatBuffer

  /// The slots of a machine.
  ///
  /// - Parameter deviation: the standard deviation of the first weights; 0 for weights of 0, as in 1985.
  public static func slots(_ wiring: UnitWiring, deviation: Float = 0) -> [Slot] {
    [
      Slot(
        "weights", shape: [wiring.linkCount],
        initializer: deviation == 0 ? .zero : .normal(mean: 0, standardDeviation: deviation)),
      Slot("bias", shape: [wiring.units], initializer: .zero, decays: false),
    ]
  }

  /// A machine on the first two slots of `group`.
  public init(_ wiring: UnitWiring, group: ParameterGroup, temperature: Float = 1) {
    self.wiring = wiring
    self.group = group
    self.temperature = temperature
    rowWeights = FlatBuffer(count: wiring.neighbours.count)
    room = FlatBuffer(count: LinkedUnits.room(units: wiring.units))
  }

  /// The weights, in the order of the links.
  public var weights: UnsafeBufferPointer<Float> { UnsafeBufferPointer(group[0]) }
  /// The biases of all units.
  public var bias: UnsafeBufferPointer<Float> { UnsafeBufferPointer(group[1]) }

  /// Works on the parameters of another group from now on.
  public func share(_ group: ParameterGroup) { self.group = group }

  /// Lays each unit's weights side by side: call it when the parameters have changed.
  public func prepare() {
    let (own, rows) = (weights, rowWeights.elements)
    for (place, link) in wiring.links.enumerated() { rows[place] = own[Int(link)] }
  }

  /// The units as the kernels see them, with the weights of the last `prepare`, while `body` works.
  public func withLinks<Result>(_ body: (LinkedUnits) throws -> Result) rethrows -> Result {
    try wiring.starts.withUnsafeBufferPointer { starts in
      try wiring.neighbours.withUnsafeBufferPointer { neighbours in
        try withExtendedLifetime(self) {
          try body(
            LinkedUnits(
              starts: starts, neighbours: neighbours, weights: UnsafeBufferPointer(rowWeights.elements),
              bias: bias, room: room.elements))
        }
      }
    }
  }

  /// The weight between two units; 0 where they are not linked.
  public func weight(_ i: Int, _ j: Int) -> Float {
    let range = Int(wiring.starts[i])..<Int(wiring.starts[i + 1])
    guard let place = range.first(where: { Int(wiring.neighbours[$0]) == j }) else { return 0 }
    return weights[Int(wiring.links[place])]
  }
}
