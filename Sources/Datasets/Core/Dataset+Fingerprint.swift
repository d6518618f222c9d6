extension Dataset {
  /// 16 hexadecimal digits that stand for the content: shape, element type, classes, rows and labels.
  ///
  /// Equal sets give equal digits on every machine; sets that differ by accident give different ones. It is no
  /// protection against forgery. Costs one pass over the memory (about 10 GB/s). Of computed rows it takes what they are
  /// made from, and up to 64 of them.
  public func fingerprint() -> String {
    withExtendedLifetime(self) {
      var hash = ContentHash()
      hash.combine(UInt64(count))
      hash.combine(UInt64(format.element.size))
      hash.combine(UInt64(format.classes))
      for extent in format.shape.extents { hash.combine(UInt64(extent)) }
      if let layout = format.layout { hash.combine(layout) }
      if let computed = computedHash {
        hash.combine(computed.content)
        hash.combine(UInt64(computed.first))
        for part in 0..<min(count, 64) { withRow(count * part / min(count, 64)) { hash.combine(bytes: $0) } }
      } else {
        hash.combine(bytes: rows)
        hash.combine(bytes: UnsafeRawBufferPointer(labels))
      }
      let digits = String(hash.finished(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
  }
}

extension ContentHash {
  fileprivate mutating func combine(_ layout: SequenceLayout) {
    let format = layout.format
    for step in [format.input, format.target] {
      switch step {
      case .symbols(let count): combine(UInt64(count))
      case .values(let count): combine(UInt64(count) | 1 << 32)
      }
    }
    combine(UInt64(format.steps))
    for text in [
      layout.input.rawValue, layout.target.rawValue, layout.targets.rawValue, layout.scoring.rawValue,
    ]
      + format.symbols + format.groups + ["\(format.isStream)"]
    {
      combine(text)
    }
  }

  mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

/// A 64-bit hash of bytes in four independent lanes, each `h = rotate(h ^ word, 29) * odd`, so that it runs as fast as
/// memory. Words are read in little-endian order on every machine.
struct ContentHash {
  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  private var lanes = SIMD4<UInt64>(
    0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89)

  mutating func combine(_ word: UInt64) {
    combine(SIMD4(word, 0, 0, 0))
  }

  private mutating func combine(_ words: SIMD4<UInt64>) {
    let mixed = lanes ^ words
    lanes = ((mixed &<< 29) | (mixed &>> 35)) &* Self.multiplier
  }

  mutating func combine(bytes: UnsafeRawBufferPointer) {
    combine(UInt64(bytes.count))
    let whole = bytes.count & ~31
    for offset in stride(from: 0, to: whole, by: 32) {
      combine(
        SIMD4(
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)),
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)),
          UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self))))
    }
    for offset in whole..<bytes.count { combine(UInt64(bytes[offset])) }
  }

  func finished() -> UInt64 {
    var hash: UInt64 = 0
    for lane in 0..<4 {
      hash = (hash ^ lanes[lane]) &* Self.multiplier
      hash ^= hash &>> 32
    }
    return hash
  }
}
