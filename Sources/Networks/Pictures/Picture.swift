/// A picture of grey or coloured pixels, 8 bits a channel.
public struct Picture: Sendable, Hashable {
  /// The pixels of a line.
  public let width: Int
  /// The lines.
  public let height: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// `[height, width, channels]`.
  public var pixels: [UInt8]

  /// A picture of one colour.
  public init(width: Int, height: Int, channels: Int = 1, fill: UInt8 = 255) {
    precondition(
      width > 0 && height > 0 && (channels == 1 || channels == 3),
      "a picture of \(width)x\(height)x\(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    pixels = Array(repeating: fill, count: width * height * channels)
  }
}
