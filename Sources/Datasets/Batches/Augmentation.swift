/// Random distortions of images, drawn anew for every example in every epoch. All amounts 0: off.
///
/// The affine ones are those of LeCun et al. 1998 (shift, scale, squeeze, horizontal shear) and rotation; each is
/// uniform within plus or minus its amount. The elastic one is that of Simard, Steinkraus and Platt, Best practices for
/// convolutional neural networks, 2003: a displacement of every pixel by a smooth random field.
public struct Augmentation: Sendable, Hashable, Codable {
  /// The share of the examples that are distorted, 0...1; LeCun et al. trained on 9 distorted examples for each plain
  /// one: 0.9.
  public var share: Float = 1
  /// The largest shift in pixels, both directions.
  public var shift: Float = 0
  /// The largest change of size: 0.1 for 90 to 110 %.
  public var scale: Float = 0
  /// The largest squeeze: one direction times `1 + squeeze`, the other divided by it.
  public var squeeze: Float = 0
  /// The largest horizontal shear: pixels sideways per pixel down.
  public var shear: Float = 0
  /// The largest rotation in degrees.
  public var rotation: Float = 0
  /// The strength of the elastic field: Simard's α, 34 for MNIST; 0 for none.
  public var elasticAlpha: Float = 0
  /// The smoothness of the elastic field in pixels: Simard's σ.
  public var elasticSigma: Float = 4

  /// No distortion; set what is wanted.
  public init() {}

  /// Shift 2 pixels, scale 10 %, squeeze 10 %, shear 0.15, nine of ten examples: what LeCun et al. 1998 describe.
  public static let lecun1998: Augmentation = {
    var amounts = Augmentation()
    (amounts.share, amounts.shift, amounts.scale, amounts.squeeze, amounts.shear) = (0.9, 2, 0.1, 0.1, 0.15)
    return amounts
  }()

  /// Whether nothing is distorted.
  public var isOff: Bool {
    share == 0 || [shift, scale, squeeze, shear, rotation, elasticAlpha].allSatisfy { $0 == 0 }
  }

  private enum CodingKeys: String, CodingKey {
    case share, shift, scale, squeeze, shear, rotation
    case elasticAlpha = "elastic_alpha"
    case elasticSigma = "elastic_sigma"
  }

  /// Reads amounts; keys that are absent have their defaults.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    let defaults = Augmentation()
    share = try keys.decodeIfPresent(Float.self, forKey: .share) ?? defaults.share
    shift = try keys.decodeIfPresent(Float.self, forKey: .shift) ?? defaults.shift
    scale = try keys.decodeIfPresent(Float.self, forKey: .scale) ?? defaults.scale
    squeeze = try keys.decodeIfPresent(Float.self, forKey: .squeeze) ?? defaults.squeeze
    shear = try keys.decodeIfPresent(Float.self, forKey: .shear) ?? defaults.shear
    rotation = try keys.decodeIfPresent(Float.self, forKey: .rotation) ?? defaults.rotation
    elasticAlpha = try keys.decodeIfPresent(Float.self, forKey: .elasticAlpha) ?? defaults.elasticAlpha
    elasticSigma = try keys.decodeIfPresent(Float.self, forKey: .elasticSigma) ?? defaults.elasticSigma
  }

  /// Checks the amounts.
  ///
  /// - Throws: `DataError` that names the amount and its range.
  public func validate() throws {
    try check("share", share, 0...1)
    try check("shift", shift, 0...1000)
    try check("scale", scale, 0...0.9)
    try check("squeeze", squeeze, 0...4)
    try check("shear", shear, 0...4)
    try check("rotation", rotation, 0...180)
    try check("elastic_alpha", elasticAlpha, 0...10_000)
    try check("elastic_sigma", elasticSigma, 1...1000)
  }

  private func check(_ key: String, _ value: Float, _ range: ClosedRange<Float>) throws {
    guard range.contains(value) else {
      throw DataError(
        .configuration,
        "data.augmentation.\(key) is \(value); \(range.lowerBound) to \(range.upperBound) is allowed")
    }
  }
}
