/// Red, green and blue, 0 to 255.
public struct Color: Sendable, Hashable {
  /// The share of red.
  public var red: UInt8
  /// The share of green.
  public var green: UInt8
  /// The share of blue.
  public var blue: UInt8

  /// A colour.
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Text and axes.
  public static let black = Color(0, 0, 0)
  /// What is there but not important: grid lines.
  public static let grey = Color(190, 190, 190)

  /// How bright it is as grey; grey stays what it is.
  var brightness: UInt8 {
    let sum: Int = 30 * Int(red) + 59 * Int(green) + 11 * Int(blue)
    return UInt8(sum / 100)
  }

  /// The colour of class `index`: ten that are easy to tell apart, then the same again.
  public static func ofClass(_ index: Int) -> Color {
    let palette = [
      Color(31, 119, 180), Color(255, 127, 14), Color(44, 160, 44), Color(214, 39, 40), Color(148, 103, 189),
      Color(140, 86, 75), Color(227, 119, 194), Color(127, 127, 127), Color(188, 189, 34),
      Color(23, 190, 207),
    ]
    return palette[(index % palette.count + palette.count) % palette.count]
  }
}

extension Picture {
  /// Channel `channel` of the pixel at column `x` of line `y`, counted from the top left.
  public subscript(x: Int, y: Int, channel: Int) -> UInt8 {
    get { pixels[(y * width + x) * channels + channel] }
    set { pixels[(y * width + x) * channels + channel] = newValue }
  }

  /// Colours one pixel; outside of the picture nothing happens.
  public mutating func set(_ x: Int, _ y: Int, _ color: Color) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    if channels == 1 {
      self[x, y, 0] = color.brightness
    } else {
      self[x, y, 0] = color.red
      self[x, y, 1] = color.green
      self[x, y, 2] = color.blue
    }
  }

  /// Fills a rectangle.
  public mutating func fill(left: Int, top: Int, width: Int, height: Int, _ color: Color) {
    for y in max(top, 0)..<max(top, min(top + height, self.height), 0) {
      for x in max(left, 0)..<max(left, min(left + width, self.width), 0) { set(x, y, color) }
    }
  }

  /// Fills a disc.
  public mutating func disc(x: Int, y: Int, radius: Int, _ color: Color) {
    for dy in -radius...radius {
      for dx in -radius...radius where dx * dx + dy * dy <= radius * radius { set(x + dx, y + dy, color) }
    }
  }

  /// A straight line of the given thickness in pixels.
  public mutating func line(
    from start: (x: Int, y: Int), to end: (x: Int, y: Int), thickness: Int = 1, _ color: Color
  ) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y), 1)
    for step in 0...steps {
      let x = start.x + (end.x - start.x) * step / steps
      let y = start.y + (end.y - start.y) * step / steps
      fill(left: x - thickness / 2, top: y - thickness / 2, width: thickness, height: thickness, color)
    }
  }

  /// Copies another picture to a place; what does not fit is cut.
  public mutating func draw(_ picture: Picture, left: Int, top: Int) {
    for y in 0..<picture.height {
      for x in 0..<picture.width {
        let red = picture[x, y, 0]
        let green = picture.channels == 3 ? picture[x, y, 1] : red
        let blue = picture.channels == 3 ? picture[x, y, 2] : red
        set(x + left, y + top, Color(red, green, blue))
      }
    }
  }

  /// Writes a line of text with its top left corner at a place; characters beyond ASCII appear as boxes.
  public mutating func text(_ text: String, left: Int, top: Int, scale: Int = 1, _ color: Color = .black) {
    for (index, character) in text.enumerated() {
      let columns = Glyphs.columns(of: character)
      for (column, bits) in columns.enumerated() {
        for row in 0..<8 where bits >> UInt8(row) & 1 == 1 {
          fill(
            left: left + (index * Glyphs.advance + column) * scale, top: top + row * scale, width: scale,
            height: scale, color)
        }
      }
    }
  }

  /// The pixels that a line of text is wide.
  public static func textWidth(_ text: String, scale: Int = 1) -> Int {
    max(text.count * Glyphs.advance - 1, 0) * scale
  }
}
