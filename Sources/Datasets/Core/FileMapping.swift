#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file mapped read-only into memory; unmapped with the last reference.
///
/// `@unchecked Sendable`: both members are constants and the pages are mapped with `PROT_READ`. A file that another
/// process truncates while it is mapped ends the program with a bus error, as with every use of `mmap`.
package final class FileMapping: @unchecked Sendable {
  /// The file's bytes.
  package let bytes: UnsafeRawBufferPointer
  /// Whether the whole file was asked for ahead of use.
  package let isReadAheadWhole: Bool

  /// Files up to this size are read ahead as a whole: 1 GiB.
  package static let wholeReadAheadLimit = 1 << 30
  package static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Maps the file at `path`.
  ///
  /// - Throws: `DataError` where the file is missing, unreadable or not a regular file.
  package init(path: String, remedy: String) throws {
    // Without O_NONBLOCK, a pipe in place of the file would wait for a writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw DataError(.unreadable, "\(path): cannot be opened (\(Self.reason())); \(remedy)")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw DataError(.unreadable, "\(path): its size cannot be read (\(Self.reason())); \(remedy)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
      throw DataError(.unreadable, "\(path): is \(kind), a data file was expected; \(remedy)")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isReadAheadWhole = true
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw DataError(.unreadable, "\(path): \(size) bytes cannot be mapped (\(Self.reason())); \(remedy)")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
    isReadAheadWhole = size <= Self.wholeReadAheadLimit
    if isReadAheadWhole { _ = madvise(address, size, Int32(MADV_WILLNEED)) }
  }

  deinit {
    if let address = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }

  private static func reason() -> String {
    String(cString: strerror(errno))
  }
}
