import CKernels

/// Moves examples between their own rows and batches of [features, batch], batch contiguous.
public enum Layout {
  /// x[f, b] = scale * rows[indices[b], f] + offset, rows of bytes.
  ///
  /// Cost: about 5.5 microseconds for 64 examples of 784 bytes.
  ///
  /// - Parameters:
  ///   - rows: Examples one after the other, `features` bytes each.
  ///   - indices: The example of each column; each below rows.count / features (checked).
  ///   - x: [features, indices.count].
  public static func gather(
    _ rows: UnsafeRawBufferPointer, features: Int, indices: UnsafeBufferPointer<UInt32>,
    into x: UnsafeMutableBufferPointer<Float>, scale: Float = 1, offset: Float = 0
  ) {
    precondition(x.count == features * indices.count, "the batch is not [features, batch]")
    check(indices, within: features == 0 ? 0 : rows.count / features)
    ck_gather_bytes(
      x.baseAddress, rows.bindMemory(to: UInt8.self).baseAddress, features, indices.baseAddress, features,
      indices.count, scale, offset)
  }

  /// x[f, b] = scale * rows[indices[b], f] + offset, rows of floats.
  public static func gather(
    _ rows: UnsafeBufferPointer<Float>, features: Int, indices: UnsafeBufferPointer<UInt32>,
    into x: UnsafeMutableBufferPointer<Float>, scale: Float = 1, offset: Float = 0
  ) {
    precondition(x.count == features * indices.count, "the batch is not [features, batch]")
    check(indices, within: features == 0 ? 0 : rows.count / features)
    ck_gather_floats(
      x.baseAddress, rows.baseAddress, features, indices.baseAddress, features, indices.count, scale, offset)
  }

  /// Places byte images in the middle of larger ones: 28x28 digits into LeNet-5's 32x32.
  ///
  /// x[p, top + r, left + c, b] = scale * rows[indices[b], p, r, c] + offset, and `background` around it,
  /// with top = (outHeight - height) / 2 rounded down, left likewise.
  public static func gatherPadded(
    _ rows: UnsafeRawBufferPointer, planes: Int = 1, height: Int, width: Int, outHeight: Int, outWidth: Int,
    indices: UnsafeBufferPointer<UInt32>, into x: UnsafeMutableBufferPointer<Float>, scale: Float = 1,
    offset: Float = 0, background: Float = 0
  ) {
    let batch = indices.count
    let features = planes * height * width
    precondition(outHeight >= height && outWidth >= width && features > 0, "the padded image is smaller")
    precondition(x.count == planes * outHeight * outWidth * batch, "the batch is not [features, batch]")
    check(indices, within: rows.count / features)
    guard batch > 0 else { return }
    let top = (outHeight - height) / 2
    let left = (outWidth - width) / 2
    let source = rows.bindMemory(to: UInt8.self).baseAddress!
    var out = x.baseAddress!
    func margin(rows count: Int, columns: Int) {
      ck_fill(out, background, count * columns * batch)
      out += count * columns * batch
    }
    for plane in 0..<planes {
      margin(rows: top, columns: outWidth)
      for row in 0..<height {
        margin(rows: 1, columns: left)
        ck_gather_bytes(
          out, source + (plane * height + row) * width, features, indices.baseAddress, width, batch, scale,
          offset)
        out += width * batch
        margin(rows: 1, columns: outWidth - width - left)
      }
      margin(rows: outHeight - height - top, columns: outWidth)
    }
  }

  /// rows[b, f] = x[f, b]: a batch back to examples one after the other.
  public static func scatter(
    _ x: UnsafeBufferPointer<Float>, features: Int, batch: Int, into rows: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(x.count == features * batch && rows.count == x.count, "the batch is not [features, batch]")
    ck_transpose(rows.baseAddress, x.baseAddress, features, batch, features, batch)
  }

  /// y[c, b] = on where labels[b] == c, else off.
  public static func oneHot(
    _ labels: UnsafeBufferPointer<Int32>, classes: Int, into y: UnsafeMutableBufferPointer<Float>,
    on: Float = 1,
    off: Float = 0
  ) {
    precondition(y.count == classes * labels.count, "one-hot codes are [classes, batch]")
    ck_one_hot(y.baseAddress, labels.baseAddress, classes, labels.count, on, off)
  }

  private static func check(_ indices: UnsafeBufferPointer<UInt32>, within count: Int) {
    var largest: UInt32 = 0
    for index in indices { largest = max(largest, index) }
    precondition(indices.isEmpty || Int(largest) < count, "example \(largest) of \(count)")
  }
}
