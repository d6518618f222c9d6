import Foundation

/// The axes of a chart and the way from values to pixels.
struct Chart {
  private static let left = 64
  private static let top = 28
  private static let right = 16
  private static let bottom = 44

  var picture: Picture
  private let x: ClosedRange<Double>
  private let y: ClosedRange<Double>

  /// Axes that hold all finite values of `x` and `y`, with a little room.
  init(_ frame: ChartFrame, x: [Double], y: [Double], ticksX: Bool = true) {
    self.x = Self.range(of: x, margin: 0)
    self.y = frame.yRange ?? Self.range(of: y, margin: 0.05)
    picture = Picture(width: frame.width, height: frame.height, channels: 3)
    drawAxes(ticksX: ticksX)
    picture.text(frame.title, left: Self.left, top: 8, scale: 1)
    picture.text(
      frame.xLabel, left: (frame.width - Picture.textWidth(frame.xLabel)) / 2, top: frame.height - 12)
    picture.text(frame.yLabel, left: 4, top: 18)
  }

  private static func range(of values: [Double], margin: Double) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let extent = high - low
    guard extent > 0, extent.isFinite else { return low - 0.5...low + 0.5 }
    return low - margin * extent...high + margin * extent
  }

  /// The pixel of a value; values outside of the axes lie on their border.
  func place(_ x: Double, _ y: Double) -> (x: Int, y: Int) {
    func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
      let width = range.upperBound - range.lowerBound
      return min(max(width > 0 ? (value - range.lowerBound) / width : 0.5, 0), 1)
    }
    let width = Double(picture.width - Self.left - Self.right - 1)
    let height = Double(picture.height - Self.top - Self.bottom - 1)
    return (
      Self.left + Int((share(x, self.x) * width).rounded()),
      Self.top + Int(((1 - share(y, self.y)) * height).rounded())
    )
  }

  /// A vertical line with a name at its top.
  mutating func mark(_ x: Double, _ name: String) {
    let place = self.place(x, y.upperBound)
    picture.line(from: place, to: self.place(x, y.lowerBound), .grey)
    picture.text(name, left: place.x + 2, top: place.y + 2)
  }

  /// An entry of the legend, at the top right.
  mutating func legend(_ name: String, color: Color, line: Int) {
    let left = picture.width - Self.right - 6 - Picture.textWidth(name)
    let top = Self.top + 4 + 12 * line
    picture.fill(left: left - 12, top: top, width: 8, height: 8, color)
    picture.text(name, left: left, top: top)
  }

  /// A label below the horizontal axis.
  mutating func labelBelow(_ label: String, at x: Double) {
    picture.text(
      label, left: place(x, 0).x - Picture.textWidth(label) / 2, top: picture.height - Self.bottom + 6)
  }

  private mutating func drawAxes(ticksX: Bool) {
    for tick in Self.ticks(y) {
      let from = place(x.lowerBound, tick)
      picture.line(from: from, to: place(x.upperBound, tick), Color(230, 230, 230))
      let label = Self.label(tick)
      picture.text(label, left: Self.left - 4 - Picture.textWidth(label), top: from.y - 3)
    }
    if ticksX {
      for tick in Self.ticks(x) {
        let from = place(tick, y.lowerBound)
        picture.line(from: from, to: (from.x, from.y + 4), .black)
        labelBelow(Self.label(tick), at: tick)
      }
    }
    let origin = place(x.lowerBound, y.lowerBound)
    picture.line(from: origin, to: place(x.upperBound, y.lowerBound), .black)
    picture.line(from: origin, to: place(x.lowerBound, y.upperBound), .black)
  }

  /// Round numbers in a range, about five of them.
  private static func ticks(_ range: ClosedRange<Double>) -> [Double] {
    let extent = range.upperBound - range.lowerBound
    guard extent > 0, extent.isFinite else { return [range.lowerBound] }
    let rough = extent / 5
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? rough
    let first = (range.lowerBound / step).rounded(.up)
    return (0..<12).map { (first + Double($0)) * step }.filter { $0 <= range.upperBound + 1e-9 * extent }
  }

  private static func label(_ value: Double) -> String {
    value == 0 ? "0" : String(format: "%.4g", value)
  }
}
