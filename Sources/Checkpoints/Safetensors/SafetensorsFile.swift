/// A file of the safetensors format: names, types and shapes are read when it is opened, values when asked for.
public struct SafetensorsFile: Sendable, Hashable {
  /// Where it is.
  public let path: String
  /// The names, types, shapes and places of the tensors.
  public let header: SafetensorsHeader

  /// Opens a file and checks its header.
  ///
  /// - Throws: `CheckpointError` where the file cannot be read or its header contradicts itself or the file's size.
  public init(_ path: String) throws(CheckpointError) {
    self.path = path
    header = try SafetensorsHeader(reading: InputFile(path))
  }

  /// The tensors, in the order of their bytes.
  public var entries: [TensorEntry] { header.entries }

  /// Fills all of `destinations`, which must name exactly the tensors of this file, with their types and shapes.
  ///
  /// - Throws: `CheckpointError`; of kind `mismatch`, and with nothing filled yet, where they name others.
  public func read(into destinations: [TensorDestination]) throws(CheckpointError) {
    let differences = TensorDifference.between(entries, destinations)
    if !differences.isEmpty { throw .mismatch(differences, path: path) }
    let places = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.range.lowerBound) })
    let file = try InputFile(path)
    for destination in destinations {
      let offset = header.length + places[destination.name]!
      try withExtendedLifetime(destination) { () throws(CheckpointError) in
        try file.read(into: destination.bytes, at: offset)
      }
    }
  }

  /// The bytes of one tensor, little endian.
  public func bytes(of entry: TensorEntry) throws(CheckpointError) -> [UInt8] {
    try InputFile(path).bytes(count: entry.range.count, at: header.length + entry.range.lowerBound)
  }

  /// The values of one tensor of single precision; `nil` if there is none of this name and type.
  public func floats(of name: String) throws(CheckpointError) -> [Float]? {
    guard let entry = entries.first(where: { $0.name == name && $0.type == .float32 }) else { return nil }
    var values = [Float](repeating: 0, count: entry.count)
    let file = try InputFile(path)
    try values.withUnsafeMutableBufferPointer { (buffer) throws(CheckpointError) in
      try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: header.length + entry.range.lowerBound)
    }
    return values
  }

  /// The SHA-256 of all tensors' bytes in the order of the file, in hexadecimal digits.
  public func dataSHA256() throws(CheckpointError) -> String {
    try InputFile(path).sha256(from: header.length)
  }

  /// Writes `tensors` to a new file, straight from their memory, and syncs it.
  ///
  /// - Returns: The SHA-256 of the file, in hexadecimal digits.
  /// - Throws: `CheckpointError` where the file exists or cannot be written.
  @discardableResult
  public static func write(
    _ tensors: [NamedTensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) -> String {
    precondition(Set(tensors.map { $0.name }).count == tensors.count, "two tensors of \(path) have one name")
    precondition(!tensors.contains { $0.name == "__metadata__" }, "no tensor may have the name __metadata__")
    var file = try OutputFile(creating: path)
    try file.write(SafetensorsHeader(tensors, metadata: metadata).encoded())
    for tensor in SafetensorsHeader.inFileOrder(tensors) {
      try withExtendedLifetime(tensor) { () throws(CheckpointError) in try file.write(tensor.bytes) }
    }
    return try file.finish()
  }
}
