import CMPI

/// A set of processes, numbered by rank, that exchange messages apart from every other communicator.
///
/// A communicator is a value that names an object inside the library: copies name the same object. What
/// `duplicate`, `split` and `create` make lives until `free`, which all its ranks call, in the same order
/// relative to their other collective calls; `withDuplicate` and `withSplit` do that by scope.
///
/// "Collective" in a method's comment means that every rank of the communicator must call it, with matching
/// arguments. All ranks and roots are ranks in this communicator. Errors are returned, never fatal
/// (`MPI_ERRORS_RETURN`), on every communicator that this type makes.
@frozen
public struct Communicator: Sendable {
  /// The library's handle.
  public let handle: CMPIComm
  /// This process's rank, 0…size-1.
  public let rank: Int
  /// The number of processes.
  public let size: Int
  /// The largest count that goes to the library as it is.
  @usableFromInline let countLimit: Int

  /// The communicator that a handle of the library names. Sets its errors to be returned.
  public init(handle: CMPIComm) throws(MPIError) {
    try self.init(handle: handle, countLimit: Int(Int32.max))
  }

  init(handle: CMPIComm, countLimit: Int) throws(MPIError) {
    var rank: Int32 = 0
    var size: Int32 = 0
    try check(cmpi_comm_return_errors(handle), "MPI_Comm_set_errhandler")
    try check(cmpi_comm_rank(handle, &rank), "MPI_Comm_rank")
    try check(cmpi_comm_size(handle, &size), "MPI_Comm_size")
    self.handle = handle
    self.rank = Int(rank)
    self.size = Int(size)
    self.countLimit = countLimit
  }

  /// All processes of the job. Requires that MPI is running.
  public static var world: Communicator {
    get throws(MPIError) {
      try requireRunning("MPI_Comm_rank")
      return try Communicator(handle: cmpi_comm_world())
    }
  }

  /// This process alone. Requires that MPI is running.
  public static var `self`: Communicator {
    get throws(MPIError) {
      try requireRunning("MPI_Comm_rank")
      return try Communicator(handle: cmpi_comm_self())
    }
  }

  private static func requireRunning(_ call: StaticString) throws(MPIError) {
    if Environment.isRunning { return }
    throw MPIError(
      .communicator, call: call, text: "MPI is not running. Use communicators inside MPI.run only.")
  }

  /// The same communicator that sends more than `limit` elements the way it would send more than
  /// `Int32.max`, so that tests reach that path with little memory.
  package func limitingCounts(to limit: Int) throws(MPIError) -> Communicator {
    precondition((1...Int(Int32.max)).contains(limit), "a count limit is an int")
    return try Communicator(handle: handle, countLimit: limit)
  }

  /// Whether this is a communicator of `limitingCounts`.
  package var limitsCounts: Bool { countLimit < Int(Int32.max) }

  /// The peer that stands for nobody: messages to it vanish, messages from it are empty
  /// (`MPI_PROC_NULL`). It spares the special case at the ends of a line of ranks.
  public static var nobody: Int { Int(cmpi_proc_null()) }

  /// The largest tag that a message may carry; at least 32767.
  public var largestTag: Int {
    get throws(MPIError) {
      var tag: Int32 = 0
      try check(cmpi_comm_largest_tag(handle, &tag), "MPI_Comm_get_attr")
      return Int(tag)
    }
  }

  /// Ends the whole job at once with an exit code, from any rank (`MPI_Abort`). Nothing is cleaned up.
  ///
  /// - Parameter exitCode: What the launcher returns, 1…255.
  public func abort(exitCode: Int32 = 1) -> Never {
    _ = cmpi_abort(handle, exitCode)
    endProcess(exitCode)
  }
}
