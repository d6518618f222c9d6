/// The elements of a tensor on disk, piece by piece, so that no tensor is too big to look at.
struct TensorPieces: ~Copyable {
  private let file: InputFile
  private let start: Int
  private let entry: TensorEntry
  private let piece: UnsafeMutableRawBufferPointer

  init(_ entry: TensorEntry, in tensors: SafetensorsFile) throws(CheckpointError) {
    file = try InputFile(tensors.path)
    start = tensors.header.length + entry.range.lowerBound
    self.entry = entry
    piece = .allocate(byteCount: 1 << 18, alignment: 64)
  }

  deinit {
    piece.deallocate()
  }

  /// The number of bytes of the tensor.
  var byteCount: Int { entry.range.count }

  /// At most 2^18 bytes from byte `offset` on; valid until the next call.
  func read(at offset: Int) throws(CheckpointError) -> UnsafeRawBufferPointer {
    let part = UnsafeMutableRawBufferPointer(rebasing: piece.prefix(byteCount - offset))
    try file.read(into: part, at: start + offset)
    return UnsafeRawBufferPointer(part)
  }
}

extension ElementType {
  /// Element `index` of `bytes` as a number in double precision.
  func value(_ index: Int, of bytes: UnsafeRawBufferPointer) -> Double {
    switch self {
    case .float32: Double(bytes.load(fromByteOffset: index * 4, as: Float.self))
    case .float64: bytes.load(fromByteOffset: index * 8, as: Double.self)
    case .int32: Double(bytes.load(fromByteOffset: index * 4, as: Int32.self))
    case .int64: Double(bytes.load(fromByteOffset: index * 8, as: Int64.self))
    case .uint8: Double(bytes[index])
    }
  }
}
