extension SafetensorsHeader {
  /// Reads and checks the header of `file`: every claim in it must fit to the others and to the file's size.
  init(reading file: borrowing InputFile) throws(CheckpointError) {
    let path = file.path
    guard file.size >= 8 else {
      throw .damaged(
        path, "it has \(file.size) bytes, a safetensors file begins with 8 bytes of header length")
    }
    let claimed = try file.bytes(count: 8, at: 0).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard claimed <= UInt64(Self.maximumLength), Int(claimed) <= file.size - 8 else {
      throw .damaged(
        path, "it claims a header of \(claimed) bytes; allowed are \(min(Self.maximumLength, file.size - 8))")
    }
    let length = 8 + Int(claimed)
    var parser = HeaderParser(try file.bytes(count: Int(claimed), at: 8))
    do throws(HeaderParser.Failure) {
      let (raw, metadata) = try parser.parse()
      var entries: [TensorEntry] = []
      for entry in raw { entries.append(try Self.checked(entry, dataLength: file.size - length)) }
      self.entries = try Self.tiling(entries, dataLength: file.size - length)
      self.metadata = metadata
      self.length = length
    } catch {
      throw .damaged(path, error.text)
    }
  }

  private static func checked(
    _ raw: HeaderParser.RawEntry, dataLength: Int
  ) throws(HeaderParser.Failure) -> TensorEntry {
    let name = raw.name
    guard let typeName = raw.type, let extents = raw.extents, let offsets = raw.offsets else {
      throw .init(text: "tensor \"\(name)\" lacks one of dtype, shape and data_offsets")
    }
    guard let type = ElementType(rawValue: typeName) else {
      let known = ElementType.allCases.map { $0.rawValue }.joined(separator: ", ")
      throw .init(text: "tensor \"\(name)\" has the type \"\(typeName)\"; known are \(known)")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= dataLength else {
      throw .init(text: "tensor \"\(name)\" lies at \(offsets), outside of the \(dataLength) bytes of data")
    }
    var size = type.size
    for extent in extents {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      if overflow {
        throw .init(text: "tensor \"\(name)\" of shape \(extents) has more bytes than can be counted")
      }
      size = product
    }
    guard size == offsets[1] - offsets[0] else {
      throw .init(
        text: "tensor \"\(name)\" of shape \(extents) needs \(size) bytes and has \(offsets[1] - offsets[0])")
    }
    return TensorEntry(name: name, type: type, extents: extents, range: offsets[0]..<offsets[1])
  }

  /// The entries in the order of their bytes, which must cover the data without overlap and without holes.
  private static func tiling(
    _ entries: [TensorEntry], dataLength: Int
  ) throws(HeaderParser.Failure) -> [TensorEntry] {
    let sorted = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for entry in sorted {
      guard entry.range.lowerBound == end else {
        let what = entry.range.lowerBound < end ? "overlaps with the one before" : "leaves a hole before it"
        throw .init(text: "tensor \"\(entry.name)\" at byte \(entry.range.lowerBound) \(what)")
      }
      end = entry.range.upperBound
    }
    guard end == dataLength else {
      throw .init(text: "the tensors end at byte \(end) of the data, which has \(dataLength) bytes")
    }
    return sorted
  }
}
