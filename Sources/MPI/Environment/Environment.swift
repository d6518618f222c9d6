import CMPI

/// What the MPI library and its state are.
public enum Environment {
  /// The implementation that the program was built against.
  public enum Implementation: Sendable {
    /// Open MPI.
    case openMPI
    /// MPICH or one of its descendants.
    case mpich
    /// Something else.
    case other
  }

  /// The implementation that the program was built against.
  public static var implementation: Implementation {
    switch cmpi_implementation() {
    case 1: .openMPI
    case 2: .mpich
    default: .other
    }
  }

  /// Whether MPI has been started.
  public static var isInitialized: Bool { cmpi_initialized() != 0 }

  /// Whether MPI has ended.
  public static var isFinalized: Bool { cmpi_finalized() != 0 }

  /// Whether MPI can be called now.
  public static var isRunning: Bool { isInitialized && !isFinalized }

  /// The thread level that the library granted; nil while MPI is not running.
  public static var threadLevel: ThreadLevel? {
    guard isRunning else { return nil }
    var code: Int32 = 0
    return cmpi_query_thread(&code) == 0 ? ThreadLevel(code: code) : nil
  }

  /// Whether this is the thread that started MPI; false while MPI is not running.
  public static var isMainThread: Bool {
    guard isRunning else { return false }
    var flag: Int32 = 0
    return cmpi_is_thread_main(&flag) == 0 && flag != 0
  }

  /// The library's name and version, in its own words, first line only.
  public static var libraryVersion: String {
    let all = text(capacity: Int(cmpi_library_version_capacity)) { cmpi_get_library_version($0, $1) }
    return String(all.prefix { !$0.isNewline })
  }

  /// The version of the MPI standard that the library follows.
  public static var standardVersion: (major: Int, minor: Int) {
    var major: Int32 = 0
    var minor: Int32 = 0
    _ = cmpi_get_version(&major, &minor)
    return (Int(major), Int(minor))
  }

  /// The name of the machine; empty while MPI is not running.
  public static var processorName: String {
    guard isRunning else { return "" }
    return text(capacity: Int(cmpi_processor_name_capacity)) { cmpi_get_processor_name($0, $1) }
  }

  /// Seconds since some moment in the past (`MPI_Wtime`). Requires that MPI is running.
  public static var wallTime: Double { cmpi_wtime() }

  /// The resolution of `wallTime` in seconds. Requires that MPI is running.
  public static var wallTick: Double { cmpi_wtick() }

  /// The text that a C call writes into a buffer.
  static func text(
    capacity: Int, _ write: (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int32>) -> Int32
  ) -> String {
    let bytes = [CChar](unsafeUninitializedCapacity: capacity) { buffer, count in
      var length: Int32 = 0
      count = write(buffer.baseAddress, &length) == 0 ? Int(length) : 0
    }
    let characters = bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return String(decoding: characters, as: UTF8.self)
  }
}
