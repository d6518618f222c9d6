/// How images are laid out in a grid.
public struct GridLayout: Sendable, Hashable {
  /// The images of a line; nil for about as many as there are lines.
  public var columns: Int?
  /// The pixels between images and around all.
  public var gap: Int
  /// Each pixel of an image becomes a square of this many.
  public var scale: Int
  /// The values that are shown as black and as white; what lies outside is cut.
  public var range: ClosedRange<Float>

  /// A layout.
  public init(
    columns: Int? = nil, gap: Int = 2, scale: Int = 2, range: ClosedRange<Float> = 0...1
  ) {
    precondition((columns ?? 1) > 0 && gap >= 0 && scale > 0, "a grid of \(columns ?? 1) columns")
    self.columns = columns
    self.gap = gap
    self.scale = scale
    self.range = range
  }
}

extension Picture {
  /// Images side by side and below each other, on grey.
  ///
  /// A shape of one extent n is seen as a square where n is one, otherwise as a line; images of 1 channel are grey, of 3
  /// coloured, the maps of others lie below each other.
  ///
  /// - Parameter images: `[count, shape…]`, one image after the other.
  public static func grid(_ images: [Float], shape: Shape, layout: GridLayout = GridLayout()) -> Picture {
    let low = layout.range.lowerBound
    let width = max(layout.range.upperBound - low, .leastNormalMagnitude)
    let bytes = images.map { value -> UInt8 in
      // NaN is shown as black.
      let share = (value - low) / width
      return share > 0 ? UInt8((min(share, 1) * 255).rounded()) : 0
    }
    return grid(bytes: bytes, shape: shape, layout: layout)
  }

  /// The first `count` images of a tensor `[shape…, batch]` in a grid.
  public static func grid(_ images: Tensor, count: Int? = nil, layout: GridLayout = GridLayout()) -> Picture {
    grid(images.examples(count ?? images.batch), shape: images.shape, layout: layout)
  }

  /// Images of bytes in a grid.
  public static func grid(bytes: [UInt8], shape: Shape, layout: GridLayout = GridLayout()) -> Picture {
    precondition(!bytes.isEmpty && bytes.count.isMultiple(of: shape.count), "no whole number of images")
    let image = ImageExtent(shape)
    let count = bytes.count / shape.count
    let columns = layout.columns ?? max(1, Int(Double(count).squareRoot().rounded(.up)))
    let lines = (count + columns - 1) / columns
    let (gap, scale) = (layout.gap, layout.scale)
    var picture = Picture(
      width: gap + min(columns, max(count, 1)) * (image.width * scale + gap),
      height: gap + lines * (image.height * scale + gap), channels: image.channels, fill: 128)
    for index in 0..<count {
      let left = gap + index % columns * (image.width * scale + gap)
      let top = gap + index / columns * (image.height * scale + gap)
      for y in 0..<image.height * scale {
        for x in 0..<image.width * scale {
          for channel in 0..<image.channels {
            let plane = channel * image.height * image.width
            let value = bytes[index * shape.count + plane + y / scale * image.width + x / scale]
            picture[left + x, top + y, channel] = value
          }
        }
      }
    }
    return picture
  }

  /// Several sets of images, each set's line below that of the one before: the inputs above their reconstructions.
  ///
  /// - Parameter sets: each `[count, shape…]`, all of the same shape and count.
  public static func comparison(_ sets: [[Float]], shape: Shape, layout: GridLayout = GridLayout()) -> Picture
  {
    precondition(!sets.isEmpty && sets.allSatisfy { $0.count == sets[0].count }, "sets of different sizes")
    let count = sets[0].count / shape.count
    let columns = min(layout.columns ?? 16, max(count, 1))
    var layout = layout
    layout.columns = columns
    let lines = stride(from: 0, to: count, by: columns).map { first -> Picture in
      let end = min(first + columns, count)
      let images = sets.flatMap { set in
        set[first * shape.count..<end * shape.count]
          + Array(repeating: layout.range.lowerBound, count: (columns - (end - first)) * shape.count)
      }
      return grid(images, shape: shape, layout: layout)
    }
    return stacked(lines, gap: layout.gap)
  }

  /// Pictures below each other, flush left, on white; coloured where one of them is.
  public static func stacked(_ pictures: [Picture], gap: Int = 8) -> Picture {
    precondition(!pictures.isEmpty, "no pictures")
    let channels = pictures.map(\.channels).max()!
    var whole = Picture(
      width: pictures.map(\.width).max()!,
      height: pictures.reduce(0) { $0 + $1.height } + gap * (pictures.count - 1), channels: channels)
    var top = 0
    for picture in pictures {
      whole.draw(picture, left: 0, top: top)
      top += picture.height + gap
    }
    return whole
  }
}

/// The image that a shape is seen as.
struct ImageExtent: Hashable {
  let channels: Int
  let height: Int
  let width: Int

  init(_ shape: Shape) {
    let extents = shape.extents
    let side = Int(Double(shape.count).squareRoot().rounded())
    switch extents.count {
    case 3 where extents[0] == 1 || extents[0] == 3:
      (channels, height, width) = (extents[0], extents[1], extents[2])
    case 2...:
      (channels, height, width) = (1, shape.count / extents[extents.count - 1], extents[extents.count - 1])
    default:
      (channels, height, width) = side * side == shape.count ? (1, side, side) : (1, 1, shape.count)
    }
  }
}

extension Tensor {
  /// The first `count` examples, one after the other: `[count, shape…]`. Allocates; for showing, not for training.
  public func examples(_ count: Int) -> [Float] {
    precondition(count >= 0 && count <= batch, "\(count) of \(batch) examples")
    let features = shape.count
    return [Float](unsafeUninitializedCapacity: count * features) { rows, initialized in
      for example in 0..<count {
        for feature in 0..<features { rows[example * features + feature] = base[feature * batch + example] }
      }
      initialized = count * features
    }
  }
}
