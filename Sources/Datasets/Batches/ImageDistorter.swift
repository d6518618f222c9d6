import Networks

/// Distorts single images: for each pixel of the result, looks up where it comes from and interpolates bilinearly.
///
/// With (x, y) measured from the middle, source = A (x, y) + shift + e(x, y), where A = rotation · shear · squeeze ·
/// scale and e is the elastic field: a cubic B-spline over random coefficients at a spacing of σ√3 pixels, which has the
/// width of Simard's Gaussian of σ, and the strength that his α gives it. Background comes in from outside.
///
/// One object a thread; after `init` nothing is allocated. About 5 µs for a 28x28 image without, 7 with elastic field.
final class ImageDistorter {
  private let augmentation: Augmentation
  private let channels: Int
  private let height: Int
  private let width: Int
  private let padding: Int
  // The source image with a border of one pixel before and two behind, so that a look-up needs no branch.
  private let source: UnsafeMutableBufferPointer<Float>
  private let pitch: Int
  private let field: ElasticField?

  /// A distorter for images of `shape`, stored without the padding that its results have.
  init(_ augmentation: Augmentation, shape: Shape, padding: Int) {
    precondition(shape.extents.count == 3, "images are [channels, height, width], not \(shape)")
    self.augmentation = augmentation
    self.padding = padding
    (channels, height, width) = (shape.extents[0], shape.extents[1], shape.extents[2])
    pitch = width + 3
    source = .zeros(channels * (height + 3) * pitch)
    field =
      augmentation.elasticAlpha > 0
      ? ElasticField(
        alpha: augmentation.elasticAlpha, sigma: augmentation.elasticSigma, height: height + 2 * padding,
        width: width + 2 * padding) : nil
  }

  deinit {
    source.deallocate()
  }

  /// Writes the distorted image `[channels, height + 2 padding, width + 2 padding]`, in stored units, to `result`.
  func distort(
    _ row: UnsafeRawPointer, element: RowFormat.Element, random: RandomAddress, example: UInt32,
    into result: UnsafeMutablePointer<Float>
  ) {
    load(row, element)
    var draws = RandomSequence(random, example: example)
    let map = affineMap(&draws)
    field?.draw(&draws)
    let (rows, columns) = (height + 2 * padding, width + 2 * padding)
    let (middleX, middleY) = (Float(columns - 1) / 2, Float(rows - 1) / 2)
    let (largestX, largestY) = (Float(width) + 1, Float(height) + 1)
    for y in 0..<rows {
      let fromMiddle = Float(y) - middleY
      // The border shifts source coordinates by one pixel.
      var startX = map.shift.x + map.a * -middleX + map.b * fromMiddle + Float(width - 1) / 2 + 1
      var startY = map.shift.y + map.c * -middleX + map.d * fromMiddle + Float(height - 1) / 2 + 1
      for x in 0..<columns {
        var (sourceX, sourceY) = (startX, startY)
        if let field {
          sourceX += field.x[y * columns + x]
          sourceY += field.y[y * columns + x]
        }
        sourceX = min(max(sourceX, 0), largestX)
        sourceY = min(max(sourceY, 0), largestY)
        let (column, line) = (Int(sourceX), Int(sourceY))
        let (right, down) = (sourceX - Float(column), sourceY - Float(line))
        for channel in 0..<channels {
          let corner = source.baseAddress! + (channel * (height + 3) + line) * pitch + column
          let upper = corner[0] + right * (corner[1] - corner[0])
          let lower = corner[pitch] + right * (corner[pitch + 1] - corner[pitch])
          result[(channel * rows + y) * columns + x] = upper + down * (lower - upper)
        }
        startX += map.a
        startY += map.c
      }
    }
  }

  private func load(_ row: UnsafeRawPointer, _ element: RowFormat.Element) {
    for line in 0..<channels * height {
      let (channel, y) = (line / height, line % height)
      let target = source.baseAddress! + (channel * (height + 3) + y + 1) * pitch + 1
      switch element {
      case .uint8:
        let values = row.assumingMemoryBound(to: UInt8.self) + line * width
        for x in 0..<width { target[x] = Float(values[x]) }
      case .float:
        let values = row.assumingMemoryBound(to: Float.self) + line * width
        for x in 0..<width { target[x] = values[x] }
      }
    }
  }

  // From the result's pixel to the source's: (x', y') = (a x + b y, c x + d y) + shift.
  private func affineMap(
    _ draws: inout RandomSequence
  ) -> (a: Float, b: Float, c: Float, d: Float, shift: SIMD2<Float>) {
    // Always the same number of draws, so that one amount does not change what another draws.
    let plain = draws.uniform() >= augmentation.share
    func within(_ amount: Float) -> Float { draws.uniform(-1, 1) * amount }
    let shift = SIMD2(within(augmentation.shift), within(augmentation.shift))
    let size = 1 + within(augmentation.scale)
    let squeeze = within(augmentation.squeeze)
    let ratio = squeeze >= 0 ? 1 + squeeze : 1 / (1 - squeeze)
    let shear = within(augmentation.shear)
    let angle = within(augmentation.rotation) * (Float.pi / 180)
    field?.isStill = plain
    guard !plain else { return (1, 0, 0, 1, SIMD2()) }
    let (sine, cosine) = Trigonometry.sineCosine(angle)
    let (across, along) = (size * ratio, size / ratio)
    // rotation [cosine -sine; sine cosine] times shear [1 shear; 0 1] times size [across 0; 0 along]
    return (
      cosine * across, (cosine * shear - sine) * along, sine * across, (sine * shear + cosine) * along, shift
    )
  }
}
