/// Sine and cosine from additions and multiplications alone, so that they are the same bits with every C library.
enum Trigonometry {
  /// The sine and cosine of `angle` in radians, |angle| <= π; about 1e-6 exact.
  static func sineCosine(_ angle: Float) -> (sine: Float, cosine: Float) {
    // Taylor series at a quarter of the angle, then twice the double-angle formulas.
    let quarter = angle / 4
    let square = quarter * quarter
    var sine =
      quarter * (1 - square * (1.0 / 6 - square * (1.0 / 120 - square * (1.0 / 5040))))
    var cosine = 1 - square * (0.5 - square * (1.0 / 24 - square * (1.0 / 720 - square * (1.0 / 40320))))
    for _ in 0..<2 { (sine, cosine) = (2 * sine * cosine, 1 - 2 * sine * sine) }
    return (sine, cosine)
  }
}
