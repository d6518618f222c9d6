import CMPI

/// The kind of an MPI error, the same on every implementation (MPI 3.1, section 8.4).
public enum ErrorClass: Sendable, Hashable {
  /// A buffer pointer is invalid.
  case buffer
  /// A count is negative, too large, or does not fit the other counts of the call.
  case count
  /// A datatype is invalid.
  case datatype
  /// A tag is negative or above `Communicator.largestTag`.
  case tag
  /// A communicator is invalid: freed, or used before `run` or after it.
  case communicator
  /// A rank lies outside the communicator.
  case rank
  /// A request is invalid.
  case request
  /// A root lies outside the communicator.
  case root
  /// A group is invalid.
  case group
  /// A reduction is invalid, or does not suit the datatype.
  case reduction
  /// An argument is invalid.
  case argument
  /// The message was longer than the receive buffer.
  case truncated
  /// One of several requests failed.
  case inStatus
  /// The request is not finished.
  case pending
  /// A window is invalid, or the call does not suit its state.
  case window
  /// The memory of the window cannot be shared by these processes.
  case notShared
  /// The library is out of memory.
  case noMemory
  /// An error inside the MPI library.
  case `internal`
  /// A known error that has no class of its own.
  case other
  /// A class that this binding does not name.
  case unknown(Int32)

  init(code: Int32) {
    var value: Int32 = 0
    guard cmpi_error_class(code, &value) == 0 else {
      self = .unknown(code)
      return
    }
    self = Self.named(value) ?? .unknown(value)
  }

  private static func named(_ value: Int32) -> ErrorClass? {
    switch value {
    case cmpi_err_buffer(): .buffer
    case cmpi_err_count(): .count
    case cmpi_err_type(): .datatype
    case cmpi_err_tag(): .tag
    case cmpi_err_comm(): .communicator
    case cmpi_err_rank(): .rank
    case cmpi_err_request(): .request
    case cmpi_err_root(): .root
    case cmpi_err_group(): .group
    case cmpi_err_op(): .reduction
    case cmpi_err_arg(): .argument
    case cmpi_err_truncate(): .truncated
    case cmpi_err_in_status(): .inStatus
    case cmpi_err_pending(): .pending
    case cmpi_err_win(), cmpi_err_rma_sync(): .window
    case cmpi_err_rma_shared(): .notShared
    case cmpi_err_no_mem(): .noMemory
    case cmpi_err_intern(): .internal
    case cmpi_err_other(): .other
    default: nil
    }
  }
}
