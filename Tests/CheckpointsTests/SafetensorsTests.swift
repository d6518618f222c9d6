import Checkpoints
import Foundation
import Testing

@Suite("The safetensors format")
struct SafetensorsTests {
  /// A file with this JSON, a true header length unless another is given, and `data` bytes of data.
  private func file(_ json: String, data: Int, length: UInt64? = nil, in folder: TemporaryDirectory) throws
    -> String
  {
    let text = Array(json.utf8)
    let head = withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian, Array.init)
    try folder.write(head + text + [UInt8](repeating: 1, count: data), to: "x.safetensors")
    return "\(folder.path)/x.safetensors"
  }

  @Test("Tensors of all types, sizes and names come back with their bytes")
  func roundTrip() throws {
    let folder = try TemporaryDirectory()
    let path = "\(folder.path)/all.safetensors"
    let names = ["plain", "Ä/ö \u{1F600}", "quote\" back\\ slash", "line\n\u{1} control", ""]
    let extents = [[3], [], [2, 0, 5], [1, 2, 3], [4, 1]]
    var all: [(NamedTensor, [UInt8])] = []
    var memory: [UnsafeMutableRawBufferPointer] = []
    defer { memory.forEach { $0.deallocate() } }
    for (number, type) in ElementType.allCases.enumerated() {
      let count = extents[number].reduce(1, *) * type.size
      let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
      for index in 0..<count { bytes[index] = UInt8(truncatingIfNeeded: index &* 37 &+ number) }
      memory.append(bytes)
      let tensor = NamedTensor(names[number], type: type, extents: extents[number], bytes: .init(bytes))
      all.append((tensor, Array(bytes)))
    }
    try SafetensorsFile.write(all.map { $0.0 }, metadata: ["format": "pt", "a\"b": "c\n"], to: path)
    let file = try SafetensorsFile(path)
    #expect(file.header.metadata == ["format": "pt", "a\"b": "c\n"])
    #expect(file.header.length % 8 == 0)
    #expect(file.entries.count == 5)
    for (tensor, bytes) in all {
      let entry = try #require(file.entries.first { $0.name == tensor.name })
      #expect(entry.type == tensor.type)
      #expect(entry.extents == tensor.extents)
      #expect(entry.range.lowerBound % tensor.type.size == 0)
      #expect(try file.bytes(of: entry) == bytes)
    }
  }

  @Test("A file as the public implementation writes it is read")
  func foreignFile() throws {
    let folder = try TemporaryDirectory()
    let json =
      #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
      + #""a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}}     "#
    let file = try SafetensorsFile(try file(json, data: 12, in: folder))
    #expect(file.entries.map { $0.name } == ["b", "a"])
    #expect(try file.floats(of: "a") == [Float(bitPattern: 0x0101_0101)])
    #expect(try file.floats(of: "c") == nil)
  }

  @Test("An empty list of tensors makes a file that can be read")
  func empty() throws {
    let folder = try TemporaryDirectory()
    try SafetensorsFile.write([], to: "\(folder.path)/none.safetensors")
    #expect(try SafetensorsFile("\(folder.path)/none.safetensors").entries.isEmpty)
  }

  static let hostile: [(json: String, data: Int, reason: String)] = [
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}}"#, 9, "needs 8 bytes and has 9"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7, "outside of the 7 bytes"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "outside"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}"#, 8, "outside"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12, "the tensors end at byte 8"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "leaves a hole"),
    (
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      12, "overlaps"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8, "stands there twice"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8, "stands there twice"
    ),
    (#"{"__metadata__":{"k":"1","k":"2"}}"#, 0, "stands there twice"),
    (#"{"__metadata__":{"k":1}}"#, 0, "'\"' is wanted"),
    (#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "for the second time"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":[1]}}"#, 4, "unknown"),
    (#"{"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,4]}}"#, 4, "known are F32, F64, I32, I64, U8"),
    (#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, 4, "lacks"),
    (
      #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
      "more bytes than can be counted"
    ),
    (
      #"{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}"#, 0,
      "more bytes than can be counted"
    ),
    (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "']' is wanted"),
    (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, 4, "'}' is wanted"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"#, 4, "something follows"),
    (#" {}"#, 0, "does not begin with '{'"),
    (#"[]"#, 0, "does not begin with '{'"),
    ("", 0, "does not begin with '{'"),
    (#"{"a"#, 0, "text does not end"),
    (#"{"a\"#, 0, "text does not end"),
    (#"{"\u00"#, 0, "text does not end"),
    (#"{"\u+123":1}"#, 0, "hexadecimal"),
    (#"{"\ud800":1}"#, 0, "surrogate"),
    (#"{"\ud800\u0041":1}"#, 0, "surrogate"),
    (#"{"\x":1}"#, 0, "unknown escape"),
    ("{\"\u{1}\":1}", 0, "control character"),
    (String(repeating: "{\"a\":", count: 5000), 0, "unknown"),
  ]

  @Test("A header that lies, contradicts itself or is not JSON is refused with its reason", arguments: 0..<35)
  func hostileHeaders(number: Int) throws {
    let folder = try TemporaryDirectory()
    let (json, data, reason) = Self.hostile[number]
    let path = try file(json, data: data, in: folder)
    let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path) }
    #expect(error?.kind == .damaged)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "") lacks \(reason)")
  }

  @Test("Every hostile header is tested")
  func allHostileHeaders() {
    #expect(Self.hostile.count == 35)
  }

  @Test(
    "A header length beyond the file or beyond all reason is refused", arguments: [3, 1 << 27, 1 << 40, .max])
  func headerLength(length: UInt64) throws {
    let folder = try TemporaryDirectory()
    let path = try file("{}", data: 0, length: length, in: folder)
    let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path) }
    #expect(error?.description.contains("claims a header of \(length) bytes") == true)
  }

  @Test("Text that is not UTF-8 is refused")
  func notUTF8() throws {
    let folder = try TemporaryDirectory()
    try folder.write([6, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF] + Array("\":1".utf8), to: "x")
    let error = #expect(throws: CheckpointError.self) { try SafetensorsFile("\(folder.path)/x") }
    #expect(error?.description.contains("not UTF-8") == true)
  }

  @Test("Cut at many lengths, a file is refused")
  func truncation() throws {
    let folder = try TemporaryDirectory()
    let tensors = sampleGroup().tensors().map { $0.tensor }
    try SafetensorsFile.write(tensors, to: "\(folder.path)/whole")
    let bytes = try folder.bytes("whole")
    for length in stride(from: 0, to: bytes.count, by: 3) {
      try folder.write(Array(bytes.prefix(length)), to: "cut")
      #expect(throws: CheckpointError.self, "cut at \(length)") { try SafetensorsFile("\(folder.path)/cut") }
    }
  }

  @Test("Any byte of the header may be any other: the file is read or refused, never more")
  func anyHeaderByte() throws {
    let folder = try TemporaryDirectory()
    let tensors = sampleGroup().tensors().map { $0.tensor }
    try SafetensorsFile.write(tensors, to: "\(folder.path)/whole")
    let bytes = try folder.bytes("whole")
    let length = try SafetensorsFile("\(folder.path)/whole").header.length
    var refused = 0
    for place in 0..<length {
      var changed = bytes
      changed[place] = UInt8(truncatingIfNeeded: place &* 31 &+ 7) ^ changed[place] | 1
      try folder.write(changed, to: "changed")
      if let file = try? SafetensorsFile("\(folder.path)/changed") {
        #expect(file.header.length + file.header.dataLength == bytes.count)
      } else {
        refused += 1
      }
    }
    #expect(refused > length / 2)
  }
}
