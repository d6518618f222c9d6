import CMPI

/// What went wrong in an MPI call: the kind, the call, the rank, and the library's own words.
///
/// The text is taken at once, so that the error stays readable after the library has ended.
public struct MPIError: Error, Sendable, CustomStringConvertible {
  /// The kind of error.
  public let errorClass: ErrorClass
  /// The code that the C call returned; 0 if the binding refused the call before it reached the library.
  public let code: Int32
  /// The C call, for example `MPI_Allreduce`.
  public let call: String
  /// This process's rank in the world; -1 if MPI was not running.
  public let rank: Int
  /// What the library says about the code, or what the binding says about the arguments.
  public let text: String

  /// The error that a C call reported.
  @usableFromInline @inline(never)
  init(code: Int32, call: StaticString) {
    self.code = code
    self.call = call.description
    errorClass = ErrorClass(code: code)
    rank = Self.worldRank()
    var length: Int32 = 0
    let bytes = [CChar](unsafeUninitializedCapacity: Int(cmpi_error_string_capacity)) { buffer, count in
      count = cmpi_error_string(code, buffer.baseAddress, &length) == 0 ? Int(length) : 0
    }
    let said = String(decoding: bytes.map(UInt8.init(bitPattern:)), as: UTF8.self)
    text = said.isEmpty ? "error code \(code)" : said
  }

  /// An error that the binding found before calling the library.
  @usableFromInline @inline(never)
  init(_ errorClass: ErrorClass, call: StaticString, text: String) {
    self.errorClass = errorClass
    self.call = call.description
    self.text = text
    code = 0
    rank = Self.worldRank()
  }

  /// The call, the rank and the text, in one line.
  public var description: String {
    rank < 0 ? "\(call): \(text)" : "\(call) on rank \(rank): \(text)"
  }

  private static func worldRank() -> Int {
    guard cmpi_initialized() != 0, cmpi_finalized() == 0 else { return -1 }
    var rank: Int32 = -1
    return cmpi_comm_rank(cmpi_comm_world(), &rank) == 0 ? Int(rank) : -1
  }
}

/// Turns the code of a C call into an error, unless it says success.
@inlinable @inline(__always)
func check(_ code: Int32, _ call: StaticString) throws(MPIError) {
  if code != 0 { throw MPIError(code: code, call: call) }
}

/// Refuses a call whose counts cannot be right.
@inlinable @inline(__always)
func require(_ condition: Bool, _ call: StaticString, _ text: @autoclosure () -> String) throws(MPIError) {
  if !condition { throw MPIError(.count, call: call, text: text()) }
}

/// A rank, root or tag as the library takes it: what does not fit becomes an extreme, which it refuses.
@inlinable @inline(__always)
func c(_ value: Int) -> Int32 { Int32(clamping: value) }
