#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory behind a data set's rows: allocated here, or a file that is mapped read-only.
///
/// `@unchecked Sendable`: the memory is written only before `init` returns (by the closure of the allocating form, or
/// by nobody where a file is mapped with `PROT_READ`), no member changes afterwards, and the memory lives as long as
/// the object. Concurrent reads of memory that nobody writes are safe.
package final class RowStorage: @unchecked Sendable {
  /// The first byte of row 0, aligned for the element type.
  package let base: UnsafeRawPointer
  /// The number of bytes.
  package let byteCount: Int
  private let mapping: FileMapping?

  /// `byteCount` fresh bytes, aligned to 64, filled by `fill`.
  package init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    do {
      try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<byteCount]))
    } catch {
      memory.deallocate()
      throw error
    }
    base = UnsafeRawPointer(memory.baseAddress!)
    self.byteCount = byteCount
    mapping = nil
  }

  /// The bytes of `mapping` from `offset` on.
  package init(mapping: FileMapping, offset: Int, byteCount: Int) {
    precondition(offset >= 0 && byteCount >= 0 && offset + byteCount <= mapping.bytes.count)
    // An empty file has no address; nobody reads through this one then.
    base = mapping.bytes.baseAddress.map { $0 + offset } ?? UnsafeRawPointer(bitPattern: 64)!
    self.byteCount = byteCount
    self.mapping = mapping
  }

  deinit {
    if mapping == nil { base.deallocate() }
  }

  /// Whether the rows are a mapped file, which ranks of one machine share and the system can drop and read again.
  package var isMapped: Bool { mapping != nil }

  /// Asks the system to read `count` bytes at `offset` ahead of use; does nothing for allocated memory or files small
  /// enough to have been asked for as a whole when they were mapped.
  package func readAhead(offset: Int, count: Int) {
    guard let mapping, !mapping.isReadAheadWhole else { return }
    let page = Int(bitPattern: base + offset) & ~(FileMapping.pageSize - 1)
    let end = Int(bitPattern: base + offset) + count
    _ = madvise(UnsafeMutableRawPointer(bitPattern: page)!, end - page, Int32(MADV_WILLNEED))
  }
}
