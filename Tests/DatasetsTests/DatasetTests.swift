import Datasets
import Testing

@Suite struct DatasetTests {
  @Test("labels out of range, too few labels and broken rows are refused")
  func faults() {
    #expect(throws: DataError.self) {
      try Dataset(name: "a", shape: [2], bytes: [1, 2], labels: [3], classes: 3)
    }
    #expect(throws: DataError.self) {
      try Dataset(name: "a", shape: [2], bytes: [1, 2], labels: [-1], classes: 3)
    }
    #expect(throws: DataError.self) {
      try Dataset(name: "a", shape: [2], bytes: [1, 2], labels: [], classes: 3)
    }
    #expect(throws: DataError.self) {
      try Dataset(name: "a", shape: [2], bytes: [1, 2, 3], labels: nil, classes: 0)
    }
  }

  @Test("the parts of a task must agree in shape, type and classes")
  func splits() throws {
    let bytes = try Dataset(name: "bytes", shape: [2], bytes: [1, 2], labels: [0], classes: 2)
    let floats = try Dataset(name: "floats", shape: [2], floats: [1, 2], labels: [0], classes: 2)
    let fault = #expect(throws: DataError.self) { try DatasetSplits(training: bytes, test: floats) }
    #expect(fault?.description.contains("same task") == true)
  }

  @Test("the fingerprint sees every value, every label, the shape and the class count")
  func fingerprint() throws {
    func print(_ bytes: [UInt8], _ labels: [Int32]?, _ classes: Int, width: Int = 50) throws -> String {
      try Dataset(name: "set", shape: [width], bytes: bytes, labels: labels, classes: classes).fingerprint()
    }
    let bytes = (0..<100).map { UInt8($0) }
    let original = try print(bytes, [0, 1], 2)
    #expect(try print(bytes, [0, 1], 2) == original)
    var seen: Set = [original]
    for index in bytes.indices {
      var other = bytes
      other[index] ^= 1
      seen.insert(try print(other, [0, 1], 2))
    }
    #expect(seen.count == 101)
    seen.insert(try print(bytes, [1, 0], 2))
    seen.insert(try print(bytes, [0, 1], 3))
    seen.insert(try print(bytes, nil, 0))
    seen.insert(try print(bytes, [0], 2, width: 100))
    #expect(seen.count == 105)
  }
}
