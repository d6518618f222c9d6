extension GeneralMachine {
  /// A diagram of weights as in 1985: a grey panel for each of `units`, in it a place for each unit of the machine, a line
  /// for each group, and there a square for the weight between the two: white where it is above 0, black where it is
  /// below, as large as the weight. In its own place a unit has its bias.
  ///
  /// The largest weight of all fills its place.
  public func weightDiagram(of units: some Collection<Int>) -> Picture {
    let cell = 13
    let lines = wiring.groups.flatMap { group in
      stride(from: group.units.lowerBound, to: group.units.upperBound, by: Self.lineUnits).map {
        $0..<min($0 + Self.lineUnits, group.units.upperBound)
      }
    }
    let width = lines.map(\.count).max()! * cell
    let height = lines.count * (cell + 2)
    let largest = (Array(weights) + Array(bias)).reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    let columns = max(1, min(units.count, Int(Double(units.count).squareRoot().rounded(.up))))
    let rows = (units.count + columns - 1) / columns
    let gap = 8
    var picture = Picture(
      width: gap + columns * (width + gap), height: gap + max(rows, 1) * (height + gap), fill: 235)
    for (index, unit) in units.enumerated() {
      let left = gap + index % columns * (width + gap)
      let top = gap + index / columns * (height + gap)
      picture.fill(left: left, top: top, width: width, height: height, Color(150, 150, 150))
      for (number, line) in lines.enumerated() {
        for (place, other) in line.enumerated() {
          let value = other == unit ? bias[unit] : weight(unit, other)
          let side = min(Int((abs(value) / largest).squareRoot() * Float(cell - 2) + 0.5), cell - 2)
          guard side > 0 else { continue }
          picture.fill(
            left: left + place * cell + (cell - side) / 2,
            top: top + number * (cell + 2) + 1 + (cell - side) / 2,
            width: side, height: side, value > 0 ? Color(255, 255, 255) : .black)
        }
      }
    }
    return picture
  }

  private static let lineUnits = 20
}
