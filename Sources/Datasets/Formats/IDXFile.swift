import Networks

/// An IDX file, plain (memory-mapped) or gzip-compressed (inflated into memory).
struct IDXFile {
  let path: String
  let header: IDXHeader
  /// The values in the file's byte order.
  let payload: RowStorage

  /// Opens and checks the file at `path`.
  ///
  /// - Throws: `DataError` where it is missing, not IDX, truncated, longer or shorter than its head says.
  init(path: String) throws {
    self.path = path
    let mapping = try FileMapping(
      path: path, remedy: "check the path, or set data.directory (--set data.directory=PATH)")
    let bytes = mapping.bytes
    guard !bytes.isEmpty else {
      throw DataError(.malformed, "\(path): the file is empty, an IDX file was expected; fetch it again")
    }
    if bytes.count >= 2, bytes[0] == 0x1F, bytes[1] == 0x8B {
      (header, payload) = try Self.inflated(bytes, path: path)
    } else {
      header = try IDXHeader(parsing: bytes, path: path)
      guard bytes.count == header.fileSize else {
        throw Self.sizeError(
          path: path, header: header, actual: "\(bytes.count) bytes", short: bytes.count < header.fileSize)
      }
      payload = RowStorage(mapping: mapping, offset: header.length, byteCount: header.payload)
    }
  }

  private static func inflated(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws -> (IDXHeader, RowStorage) {
    let stream = try GzipStream(bytes, path: path)
    let head = UnsafeMutableRawBufferPointer.allocate(byteCount: IDXHeader.maximumLength, alignment: 8)
    defer { head.deallocate() }
    var filled = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: head[..<4]))
    if filled == 4 {
      let rest = min(4 * Int(head[3]), IDXHeader.maximumLength - 4)
      filled += try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: head[4..<4 + rest]))
    }
    let header = try IDXHeader(parsing: UnsafeRawBufferPointer(rebasing: head[..<filled]), path: path)
    // Deflate cannot shrink by more than 1032 to 1: a head that claims more is refused before memory is taken.
    guard header.payload <= bytes.count * GzipStream.maximumRatio else {
      throw DataError(
        .malformed,
        "\(path): claims \(header.description) values, \(header.payload) bytes, which \(bytes.count) compressed bytes cannot"
          + " hold; the head is damaged, fetch the file again")
    }
    let payload = try RowStorage(byteCount: header.payload) { memory in
      let count = try stream.read(into: memory)
      guard count == header.payload else {
        throw sizeError(path: path, header: header, actual: "\(header.length + count) bytes", short: true)
      }
      guard try stream.isAtEnd() else {
        throw sizeError(path: path, header: header, actual: "more", short: false)
      }
    }
    return (header, payload)
  }

  private static func sizeError(path: String, header: IDXHeader, actual: String, short: Bool) -> DataError {
    DataError(
      .malformed,
      "\(path): its head announces \(header.description) values of \(header.type.size) bytes, \(header.fileSize) bytes with the"
        + " head, but the file holds \(actual); it is \(short ? "truncated" : "followed by bytes that do not belong to it"),"
        + " fetch it again")
  }

  /// The rows as a data set of images `[1, height, width]`, `[channels, height, width]` or vectors `[features]`.
  ///
  /// - Parameter labels: the label file, or nil for a set without labels.
  /// - Parameter classes: the number of classes, or nil for the largest label plus one.
  func dataset(name: String, labels: IDXFile?, classes: Int?) throws -> Dataset {
    let element: RowFormat.Element
    let rows: RowStorage
    switch header.type {
    case .ubyte:
      (element, rows) = (.uint8, payload)
    case .float:
      (element, rows) = (.float, try nativeFloats())
    default:
      throw DataError(
        .malformed,
        "\(path): values have the IDX type \(header.type); unsigned bytes (0x08) and floats (0x0D) can be read,"
          + " convert the file")
    }
    let extents = Array(header.dimensions.dropFirst())
    let shape = Shape(extents.isEmpty ? [1] : extents.count == 2 ? [1] + extents : extents)
    let count = header.dimensions[0]
    guard let labels else {
      return try Dataset(
        name: name, format: RowFormat(element: element, shape: shape, classes: 0), count: count, rows: rows,
        labels: nil)
    }
    let numbers = try labels.labels()
    guard numbers.count == count else {
      throw DataError(
        .inconsistent,
        "\(labels.path): holds \(numbers.count) labels, but \(path) holds \(count) examples; the two files must belong"
          + " together")
    }
    let known = classes ?? Int((numbers.max() ?? 0)) + 1
    if let wrong = numbers.firstIndex(where: { $0 < 0 || Int($0) >= known }) {
      throw DataError(
        .inconsistent,
        "\(labels.path): label \(numbers[wrong]) of example \(wrong) is outside 0...\(known - 1); the file is damaged, or"
          + " data.classes is too small")
    }
    return try Dataset(
      name: name, format: RowFormat(element: element, shape: shape, classes: known), count: count, rows: rows,
      labels: numbers)
  }

  private func labels() throws -> [Int32] {
    guard header.dimensions.count == 1 else {
      throw DataError(
        .malformed,
        "\(path): labels of \(header.dimensions.count) dimensions; one number an example was expected")
    }
    let bytes = UnsafeRawBufferPointer(start: payload.base, count: payload.byteCount)
    switch header.type {
    case .ubyte:
      return bytes.map(Int32.init)
    case .int:
      return (0..<header.count).map {
        Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
      }
    default:
      throw DataError(
        .malformed,
        "\(path): labels have the IDX type \(header.type); unsigned bytes (0x08) and 32-bit numbers (0x0C) can be read"
      )
    }
  }

  private func nativeFloats() throws -> RowStorage {
    let bytes = UnsafeRawBufferPointer(start: payload.base, count: payload.byteCount)
    return try RowStorage(byteCount: payload.byteCount) { memory in
      for index in 0..<header.count {
        let bits = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self))
        guard Float(bitPattern: bits).isFinite else {
          throw DataError(
            .malformed,
            "\(path): value \(index) is \(Float(bitPattern: bits)); every value must be a finite number")
        }
        memory.storeBytes(of: bits, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
  }
}

extension Dataset {
  /// The examples of an IDX file, with labels from a second one.
  ///
  /// Plain files of bytes are memory-mapped; gzip files and floats are read into memory.
  ///
  /// - Parameters:
  ///   - path: the values: unsigned bytes (0x08) or floats (0x0D), first dimension the examples.
  ///   - labels: the labels: unsigned bytes or 32-bit numbers, one dimension; nil for none.
  ///   - classes: the number of classes; nil for the largest label plus one.
  /// - Throws: `DataError` that names the file, what was wrong and what was expected.
  public static func idx(path: String, labels: String?, classes: Int? = nil, name: String) throws -> Dataset {
    let values = try IDXFile(path: path)
    return try values.dataset(name: name, labels: try labels.map(IDXFile.init(path:)), classes: classes)
  }
}
