import CMPI

/// Which threads of a process may call MPI.
///
/// The levels are ordered: a library that grants a higher one also serves a lower one.
public enum ThreadLevel: Int32, Comparable, Sendable, CaseIterable, CustomStringConvertible {
  /// The process has one thread.
  case single
  /// Only the thread that called `run` calls MPI.
  case funneled
  /// Any thread may call MPI, one at a time.
  case serialized
  /// Any thread may call MPI at any time.
  case multiple

  /// The constant that the C library knows.
  var code: Int32 {
    switch self {
    case .single: cmpi_thread_single()
    case .funneled: cmpi_thread_funneled()
    case .serialized: cmpi_thread_serialized()
    case .multiple: cmpi_thread_multiple()
    }
  }

  init(code: Int32) {
    self = Self.allCases.last { $0.code <= code } ?? .single
  }

  /// Whether `left` allows less than `right`.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The level's name in the standard, in lower case.
  public var description: String {
    switch self {
    case .single: "single"
    case .funneled: "funneled"
    case .serialized: "serialized"
    case .multiple: "multiple"
    }
  }
}
