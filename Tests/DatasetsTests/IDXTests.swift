import Datasets
import Foundation
import Testing

@Suite struct IDXTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func images(_ count: Int) -> [UInt8] {
    (0..<count * 12).map { UInt8(truncatingIfNeeded: $0 * 7) }
  }

  private func labels(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8($0 % 10) }
  }

  private func error(_ images: [UInt8], _ labels: [UInt8]? = nil, classes: Int? = 10) throws -> DataError? {
    let path = try folder.write("images", images)
    let labelPath = try labels.map { try folder.write("labels", $0) }
    do {
      _ = try Dataset.idx(path: path, labels: labelPath, classes: classes, name: "set")
      return nil
    } catch let error as DataError {
      #expect(error.description.hasPrefix(folder.path), "names the file: \(error)")
      #expect(error.exitCode == 65)
      return error
    }
  }

  @Test("plain and compressed files give the same set, mapped and in memory")
  func plainAndCompressed() throws {
    let bytes = idx(8, [20, 3, 4], images(20))
    let labelBytes = idx(8, [20], labels(20))
    let plain = try Dataset.idx(
      path: folder.write("a", bytes), labels: folder.write("b", labelBytes), classes: 10, name: "plain")
    let packed = try Dataset.idx(
      path: folder.write("a.gz", gzip(bytes)), labels: folder.write("b.gz", gzip(labelBytes)), classes: 10,
      name: "packed")
    #expect(plain.isMapped && !packed.isMapped)
    #expect(plain.count == 20 && plain.shape == [1, 3, 4] && plain.classes == 10)
    #expect(plain.values(5) == (60..<72).map { Float(UInt8(truncatingIfNeeded: $0 * 7)) })
    #expect(plain.label(13) == 3)
    #expect(plain.fingerprint() == packed.fingerprint())
  }

  @Test("floats are read in big-endian order, and those that are not finite refused")
  func floats() throws {
    func bytes(_ values: [Float]) -> [UInt8] {
      values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (24 - 8 * $0)) } }
    }
    let path = try folder.write("f", idx(0x0D, [2, 3], bytes([1, -2.5, 3e8, 0, 1e-20, 7])))
    let set = try Dataset.idx(path: path, labels: nil, name: "floats")
    #expect(set.shape == [3] && set.classes == 0)
    #expect(set.values(0) == [1, -2.5, 3e8] && set.values(1) == [0, 1e-20, 7])
    let wrong = try #require(try error(idx(0x0D, [1, 2], bytes([1, .nan]))))
    #expect(wrong.description.contains("value 1 is nan"))
  }

  @Test("a set written as IDX is read back as it was")
  func roundTrip() throws {
    let digits = try HandwrittenDigits(seed: 4).splits(training: 30, test: 20)
    try digits.writeMNIST(to: folder.path)
    let read = try MNISTDirectory(path: folder.path).open()
    #expect(read.training.fingerprint() == digits.training.fingerprint())
    #expect(read.test.fingerprint() == digits.test.fingerprint())
    let points = try PointClouds.blobs(count: 10, classes: 300, features: 3)
    try points.writeIDX(to: "\(folder.path)/points")
    try points.writeIDXLabels(to: "\(folder.path)/classes")
    let back = try Dataset.idx(
      path: "\(folder.path)/points", labels: "\(folder.path)/classes", classes: 300, name: "points")
    #expect(back.fingerprint() == points.fingerprint())
  }

  @Test("a file cut at any byte is refused, plain and compressed")
  func truncated() throws {
    let bytes = idx(8, [4, 3, 4], images(4))
    for length in 0..<bytes.count {
      let found = try #require(try error(Array(bytes[..<length])), "\(length) bytes were accepted")
      #expect(found.kind == .malformed)
    }
    let packed = gzip(bytes)
    for length in 0..<packed.count {
      #expect(try error(Array(packed[..<length])) != nil, "\(length) compressed bytes were accepted")
    }
  }

  @Test("bytes behind the data are refused, plain and compressed")
  func trailing() throws {
    let bytes = idx(8, [4, 3, 4], images(4))
    #expect(try error(bytes + [0])?.description.contains("followed by bytes") == true)
    #expect(try error(gzip(bytes + [0]))?.description.contains("followed by bytes") == true)
    #expect(try error(gzip(bytes) + [1, 2, 3])?.description.contains("3 bytes follow") == true)
    // A second member is part of the format, and here too much.
    #expect(try error(gzip(bytes) + gzip([9]))?.kind == .malformed)
    let halves = gzip(Array(bytes[..<20])) + gzip(Array(bytes[20...]))
    #expect(try error(halves) == nil)
  }

  @Test("a flipped bit in compressed data is noticed")
  func damagedGzip() throws {
    var packed = gzip(idx(8, [40, 3, 4], images(40)))
    packed[packed.count / 2] ^= 0x10
    #expect(try error(packed)?.kind == .malformed)
    packed[packed.count / 2] ^= 0x10
    packed[packed.count - 6] ^= 1  // the check sum
    #expect(try error(packed)?.kind == .malformed)
  }

  @Test("a head that claims more than can be is refused before memory is taken")
  func lyingHeads() throws {
    let terabyte = idx(8, [1 << 20, 1 << 10, 1 << 10], images(1))
    #expect(try error(terabyte)?.description.contains("truncated") == true)
    #expect(try error(gzip(terabyte))?.description.contains("cannot hold") == true)
    let overflow = idx(8, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [])
    #expect(try error(overflow)?.description.contains("more than can be addressed") == true)
    #expect(try error(gzip(overflow))?.description.contains("more than can be addressed") == true)
    let doubled = idx(0x0D, [1 << 31, 1 << 31], [])
    #expect(try error(doubled)?.kind == .malformed)
    #expect(try error(idx(8, [3, 0, 4], []))?.description.contains("is 0") == true)
  }

  @Test("a gzip bomb is read no further than its head announces")
  func bomb() throws {
    let zeros = [UInt8](repeating: 0, count: 64 << 20)
    let found = try #require(try error(gzip(idx(8, [2, 2, 2], zeros))))
    #expect(found.description.contains("followed by bytes"))
  }

  @Test("another kind of file is named as such")
  func wrongMagic() throws {
    #expect(try error(Array("P5 28 28 255".utf8))?.description.contains("50 35 20 32") == true)
    #expect(try error(idx(7, [1, 1, 1], [0]))?.kind == .malformed)
    #expect(try error(idx(9, [1, 1, 1], [0]))?.description.contains("convert the file") == true)
    #expect(try error([0, 0, 8, 0])?.description.contains("0 dimensions") == true)
    #expect(try error([0, 0, 8, 9])?.description.contains("9 dimensions") == true)
    #expect(try error([])?.description.contains("empty") == true)
  }

  @Test("labels must be as many as images and within the classes")
  func labelFaults() throws {
    let bytes = idx(8, [4, 3, 4], images(4))
    #expect(try error(bytes, idx(8, [5], labels(5)))?.description.contains("5 labels") == true)
    #expect(
      try error(bytes, idx(8, [4], [0, 1, 10, 2]))?.description.contains("label 10 of example 2") == true)
    #expect(try error(bytes, idx(8, [4, 1], labels(4)))?.description.contains("2 dimensions") == true)
    #expect(
      try error(bytes, idx(12, [4], [0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 2, 255, 255, 255, 255]))?.kind
        == .inconsistent)
    #expect(try error(bytes, idx(8, [4], [0, 1, 9, 2])) == nil)
  }

  @Test("missing files and directories in place of files say which path and what to set")
  func missing() throws {
    let absent = "\(folder.path)/absent"
    let first = #expect(throws: DataError.self) { try Dataset.idx(path: absent, labels: nil, name: "set") }
    #expect(first?.kind == .unreadable)
    #expect(first?.description.contains(absent) == true)
    #expect(first?.description.contains("--set data.directory=PATH") == true)
    let second = #expect(throws: DataError.self) {
      try Dataset.idx(path: folder.path, labels: nil, name: "set")
    }
    #expect(second?.description.contains("is a directory") == true)
    let pipe = "\(folder.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let fifo = #expect(throws: DataError.self) { try Dataset.idx(path: pipe, labels: nil, name: "set") }
    #expect(fifo?.description.contains("not a regular file") == true)
    let third = #expect(throws: DataError.self) { try MNISTDirectory(path: absent).open() }
    #expect(third?.description.contains("--set data.directory=PATH") == true)
    let fourth = #expect(throws: DataError.self) { try MNISTDirectory(path: folder.path).open() }
    #expect(fourth?.description.contains("train-images-idx3-ubyte") == true)
  }

  @Test("a set without examples can be opened and has no rows")
  func noExamples() throws {
    let set = try Dataset.idx(path: folder.write("none", idx(8, [0, 3, 4], [])), labels: nil, name: "none")
    #expect(set.count == 0 && set.fingerprint().count == 16)
  }
}
