import Networks

/// Draws one digit after the other; one object a thread, nothing is allocated after the first few images.
final class DigitWriter {
  // A point of the pen's way: its place and the pen's radius there; `ends` where the pen is lifted.
  private struct Dot {
    var place: SIMD2<Float>
    var radius: Float
    var ends: Bool
  }

  private let glyphs: DigitGlyphs
  private var dots: [Dot] = []
  private var shaken: [SIMD2<Float>] = []
  private var ink = [Float](repeating: 0, count: HandwrittenDigits.side * HandwrittenDigits.side)
  private static let side = HandwrittenDigits.side
  private static let box: Float = 20
  private static let piecesPerSpan = 6

  /// A writer of these shapes.
  init(_ glyphs: DigitGlyphs) {
    self.glyphs = glyphs
  }

  /// Draws image `example` of `address`.
  ///
  /// - Returns: the digit.
  func draw(_ address: RandomAddress, example: UInt32, into pixels: UnsafeMutableBufferPointer<UInt8>)
    -> Int32
  {
    var draws = RandomSequence(address, example: example)
    let digit = draws.integer(below: 10)
    write(digit, &draws)
    deform(digit, &draws)
    fit(&draws)
    paint(&draws, into: pixels)
    return Int32(digit)
  }

  // The pen's way in the unit box, with a shaking hand.
  private func write(_ digit: Int, _ draws: inout RandomSequence) {
    let strokes = choose(glyphs.styles[digit], &draws).strokes
    let hand = draws.uniform(0.012, 0.045)
    dots.removeAll(keepingCapacity: true)
    for stroke in strokes {
      // Where points lie close together, the same shaking would break the curve.
      let shake = hand * min(1, 8 / Float(stroke.count))
      shaken.removeAll(keepingCapacity: true)
      for (index, point) in stroke.enumerated() {
        if index > 0, point == stroke[index - 1] {
          shaken.append(shaken[index - 1])
        } else {
          shaken.append(point + SIMD2(draws.bell(), draws.bell()) * shake)
        }
      }
      let pressure = SIMD3(draws.uniform(0.75, 1.15), draws.uniform(0.85, 1.2), draws.uniform(0.6, 1.1))
      trace(pressure)
    }
  }

  private func choose(_ styles: [DigitGlyphs.Style], _ draws: inout RandomSequence) -> DigitGlyphs.Style {
    var rest = draws.uniform() * styles.reduce(0) { $0 + $1.weight }
    for style in styles {
      rest -= style.weight
      if rest < 0 { return style }
    }
    return styles[styles.count - 1]
  }

  // Catmull–Rom through the shaken points; the pressure runs from start over middle to end.
  private func trace(_ pressure: SIMD3<Float>) {
    let last = shaken.count - 1
    for span in 0..<last where shaken[span] != shaken[span + 1] {
      let (p1, p2) = (shaken[span], shaken[span + 1])
      let p0 = span > 0 && shaken[span - 1] != p1 ? shaken[span - 1] : p1
      let p3 = span + 2 <= last && shaken[span + 2] != p2 ? shaken[span + 2] : p2
      for piece in 0..<Self.piecesPerSpan {
        let t = Float(piece) / Float(Self.piecesPerSpan)
        let slope1 = (p2 - p0) * 0.5
        let slope2 = (p3 - p1) * 0.5
        let cubic = (p1 - p2) * 2 + slope1 + slope2
        let square = (p2 - p1) * 3 - slope1 * 2 - slope2
        let place = ((cubic * t + square) * t + slope1) * t + p1
        append(place, at: (Float(span) + t) / Float(last), pressure, ends: false)
      }
    }
    append(shaken[last], at: 1, pressure, ends: true)
  }

  private func append(_ place: SIMD2<Float>, at way: Float, _ pressure: SIMD3<Float>, ends: Bool) {
    let radius =
      way < 0.5
      ? pressure.x + (pressure.y - pressure.x) * 2 * way
      : pressure.y + (pressure.z - pressure.y) * (2 * way - 1)
    dots.append(Dot(place: place, radius: radius, ends: ends))
  }

  // Slant, rotation, aspect, and a smooth distortion by a bilinear quadratic field.
  private func deform(_ digit: Int, _ draws: inout RandomSequence) {
    let (sine, cosine) = Trigonometry.sineCosine(draws.bell() * 0.15)
    let slant = 0.13 + draws.bell() * 0.28
    let width = (digit == 1 ? 0.6 : 0.78) * (1 + draws.bell() * 0.18)
    var field = (SIMD8<Float>(), SIMD8<Float>())
    for term in 0..<8 { (field.0[term], field.1[term]) = (draws.bell(), draws.bell()) }
    for index in dots.indices {
      var (x, y) = (dots[index].place.x - 0.5, dots[index].place.y - 0.5)
      let terms = SIMD8<Float>(
        x * y * 1.4, x * x, y * y, x * x * y * 2, x * y * y * 2, y * y * y * 2, x * x * x * 2,
        x * x * y * y * 2)
      x += (field.0 * terms).sum() * 0.24
      y += (field.1 * terms).sum() * 0.24
      x = (x - slant * y) * width
      dots[index].place = SIMD2(cosine * x - sine * y, sine * x + cosine * y)
    }
  }

  // Into the box of 20x20 pixels, then the middle of the ink into the middle of the image.
  private func fit(_ draws: inout RandomSequence) {
    let pen = max(0.62, 1.28 + draws.bell() * 0.4)
    var low = SIMD2<Float>(repeating: .infinity)
    var high = -low
    for dot in dots {
      low = pointwiseMin(low, dot.place)
      high = pointwiseMax(high, dot.place)
    }
    let extent = high - low
    let scale = (Self.box - 2 * pen) / max(extent.x, extent.y, 0.1)
    var mass: Float = 0
    var middle = SIMD2<Float>()
    for index in dots.indices {
      dots[index].place = (dots[index].place - low) * scale
      dots[index].radius *= pen
      guard index > 0, !dots[index - 1].ends else { continue }
      let way = dots[index].place - dots[index - 1].place
      let weight = (way * way).sum().squareRoot() * (dots[index].radius + dots[index - 1].radius)
      mass += weight
      middle += (dots[index].place + dots[index - 1].place) * (0.5 * weight)
    }
    let centre = SIMD2<Float>(repeating: Float(Self.side - 1) / 2)
    let shift = centre - middle / max(mass, 1e-6) + SIMD2(draws.uniform(-0.5, 0.5), draws.uniform(-0.5, 0.5))
    for index in dots.indices { dots[index].place += shift }
  }

  // Each pixel takes the most ink that a piece of the pen's way gives it; edges are soft.
  private func paint(_ draws: inout RandomSequence, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    let softness = draws.uniform(0.7, 1.3)
    let blackness = draws.uniform(235, 290)
    let grain = draws.uniform(0, 18)
    for index in ink.indices { ink[index] = 0 }
    ink.withUnsafeMutableBufferPointer { ink in
      for index in 1..<dots.count where !dots[index - 1].ends {
        Self.paint(from: dots[index - 1], to: dots[index], softness: softness, ink: ink)
      }
    }
    let shift = distanceFromMiddle()
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let (column, row) = (x + shift.x, y + shift.y)
        let isInside = column >= 0 && column < Self.side && row >= 0 && row < Self.side
        let amount = isInside ? ink[row * Self.side + column] : 0
        let noise = amount > 0 ? (draws.uniform() - 0.5) * 2 * grain : 0
        pixels[y * Self.side + x] = UInt8(max(0, min(255, amount * (blackness + noise))))
      }
    }
  }

  // Whole pixels from the middle of the image to that of the ink, which may lie elsewhere where strokes overlap.
  private func distanceFromMiddle() -> (x: Int, y: Int) {
    var sums = SIMD3<Float>()
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let amount = ink[y * Self.side + x]
        sums += SIMD3(amount, amount * Float(x), amount * Float(y))
      }
    }
    let middle = Float(Self.side - 1) / 2
    let mass = max(sums.x, 1e-6)
    return (Int((sums.y / mass - middle).rounded()), Int((sums.z / mass - middle).rounded()))
  }

  private static func paint(
    from first: Dot, to second: Dot, softness: Float, ink: UnsafeMutableBufferPointer<Float>
  ) {
    let reach = max(first.radius, second.radius) + softness
    let way = second.place - first.place
    let inverse = 1 / max((way * way).sum(), 1e-9)
    let low = pointwiseMin(first.place, second.place) - reach
    let high = pointwiseMax(first.place, second.place) + reach
    let columns = bounds(low.x, high.x)
    let rows = bounds(low.y, high.y)
    for y in rows {
      for x in columns {
        let offset = SIMD2(Float(x), Float(y)) - first.place
        let along = max(0, min(1, (offset * way).sum() * inverse))
        let apart = offset - way * along
        let distance = (apart * apart).sum().squareRoot()
        let radius = first.radius + (second.radius - first.radius) * along
        let amount = max(0, min(1, (radius - distance) / softness + 0.5))
        if amount > ink[y * side + x] { ink[y * side + x] = amount }
      }
    }
  }

  private static func bounds(_ low: Float, _ high: Float) -> Range<Int> {
    let first = max(0, min(side, Int(low.rounded(.up))))
    let last = max(first, min(side, Int(high.rounded(.down)) + 1))
    return first..<last
  }
}
