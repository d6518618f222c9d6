extension RestrictedMachine {
  /// The weights of the first 100 hidden units as pictures of the input, each scaled to its largest weight.
  ///
  /// - Parameter input: the shape of the first visible units.
  public func receptiveFields(of input: Shape) -> Artifact {
    let width = visible.count
    var fields: [Float] = []
    for unit in 0..<min(hidden.count, 100) {
      let row = weights[unit * width..<unit * width + input.count]
      let most = max(row.reduce(0) { max($0, abs($1)) }, .leastNormalMagnitude)
      fields += row.map { $0 / most }
    }
    return Artifact(
      "receptive_fields", .picture(.grid(fields, shape: input, layout: GridLayout(range: -1...1))))
  }
}

extension Artifact {
  /// A grid of images of units: from 0 to 1, of Gaussian units from the least value to the largest.
  public static func units(
    _ values: [Float], of kind: UnitKind, shape: Shape, named name: String
  ) -> Artifact {
    let finite = values.filter(\.isFinite)
    let range = kind == .gaussian ? (finite.min() ?? 0)...(finite.max() ?? 1) : 0...1
    return Artifact(name, .picture(.grid(values, shape: shape, layout: GridLayout(range: range))))
  }
}
