import CMPI

/// How two communicators, or two groups, are alike.
public enum Comparison: Sendable {
  /// They are the same object; groups: the same processes in the same order.
  case identical
  /// The same processes in the same order, but separate communicators.
  case congruent
  /// The same processes in another order.
  case similar
  /// Different processes.
  case unequal

  init(code: Int32) {
    switch code {
    case cmpi_ident(): self = .identical
    case cmpi_congruent(): self = .congruent
    case cmpi_similar(): self = .similar
    default: self = .unequal
    }
  }
}

extension Communicator {
  /// A communicator with the same ranks and its own messages (`MPI_Comm_dup`). Collective.
  ///
  /// Give each library or purpose its own, so that their messages can never be mixed up.
  public func duplicate() throws(MPIError) -> Communicator {
    var new = cmpi_comm_null()
    try check(cmpi_comm_dup(handle, &new), "MPI_Comm_dup")
    return try Communicator(handle: new, countLimit: countLimit)
  }

  /// The communicator of the ranks that give the same color (`MPI_Comm_split`). Collective.
  ///
  /// - Parameters:
  ///   - color: Which part this rank joins, at least 0; nil to join none.
  ///   - key: The order of ranks in the part; equal keys keep their order. Default: all equal.
  /// - Returns: The part, or nil where `color` is nil.
  public func split(color: Int?, key: Int = 0) throws(MPIError) -> Communicator? {
    var new = cmpi_comm_null()
    if let color, color < 0 {
      throw MPIError(
        .argument, call: "MPI_Comm_split",
        text: "color \(color) is negative; use 0 or more, or nil to join no part.")
    }
    let value = color.map(c) ?? cmpi_undefined()
    try check(cmpi_comm_split(handle, value, c(key), &new), "MPI_Comm_split")
    return try made(new)
  }

  /// The communicator of the ranks on this machine, which can share memory (`MPI_Comm_split_type`).
  /// Collective.
  ///
  /// - Parameter key: The order of ranks in the part. Default: their order here.
  public func splitBySharedMemory(key: Int = 0) throws(MPIError) -> Communicator {
    var new = cmpi_comm_null()
    try check(cmpi_comm_split_shared(handle, c(key), &new), "MPI_Comm_split_type")
    return try Communicator(handle: new, countLimit: countLimit)
  }

  /// The communicator of the ranks of a group (`MPI_Comm_create`). Collective, over this communicator.
  ///
  /// - Returns: The communicator, or nil on ranks outside the group.
  public func create(_ group: borrowing Group) throws(MPIError) -> Communicator? {
    var new = cmpi_comm_null()
    try check(cmpi_comm_create(handle, group.handle, &new), "MPI_Comm_create")
    return try made(new)
  }

  /// The communicator of the ranks of a group (`MPI_Comm_create_group`). Only the group's ranks call it.
  ///
  /// - Parameter tag: Tells apart calls that several threads make at one time.
  public func createFromGroup(_ group: borrowing Group, tag: Int = 0) throws(MPIError) -> Communicator? {
    var new = cmpi_comm_null()
    try check(cmpi_comm_create_group(handle, group.handle, c(tag), &new), "MPI_Comm_create_group")
    return try made(new)
  }

  private func made(_ new: CMPIComm) throws(MPIError) -> Communicator? {
    cmpi_comm_is_null(new) != 0 ? nil : try Communicator(handle: new, countLimit: countLimit)
  }

  /// Gives the communicator back to the library (`MPI_Comm_free`). Collective. Do not use it afterwards.
  public func free() throws(MPIError) {
    var handle = handle
    try check(cmpi_comm_free(&handle), "MPI_Comm_free")
  }

  /// Calls `body` with a duplicate and frees it afterwards, also when `body` throws. Collective.
  ///
  /// If `body` throws on some ranks only, those wait in `free` until the others come: let such an error
  /// end the job.
  public func withDuplicate<Result>(_ body: (Communicator) throws -> Result) throws -> Result {
    let new = try duplicate()
    let result = Swift.Result { try body(new) }
    try new.free()
    return try result.get()
  }

  /// Calls `body` with this rank's part of a split and frees it afterwards. Collective.
  ///
  /// - Returns: What `body` returned, or nil where `color` is nil and `body` is not called.
  public func withSplit<Result>(
    color: Int?, key: Int = 0, _ body: (Communicator) throws -> Result
  ) throws -> Result? {
    guard let new = try split(color: color, key: key) else { return nil }
    let result = Swift.Result { try body(new) }
    try new.free()
    return try result.get()
  }

  /// How this communicator and another are alike (`MPI_Comm_compare`).
  public func compare(with other: Communicator) throws(MPIError) -> Comparison {
    var result: Int32 = 0
    try check(cmpi_comm_compare(handle, other.handle, &result), "MPI_Comm_compare")
    return Comparison(code: result)
  }

  /// The processes of this communicator (`MPI_Comm_group`).
  public func group() throws(MPIError) -> Group {
    var group = cmpi_group_null()
    try check(cmpi_comm_group(handle, &group), "MPI_Comm_group")
    return Group(handle: group)
  }

  /// The name that debuggers and error texts show (`MPI_Comm_get_name`).
  public func name() throws(MPIError) -> String {
    var code: Int32 = 0
    let name = Environment.text(capacity: Int(cmpi_object_name_capacity)) {
      code = cmpi_comm_get_name(handle, $0, $1)
      return code
    }
    try check(code, "MPI_Comm_get_name")
    return name
  }

  /// Names the communicator for debuggers and error texts (`MPI_Comm_set_name`).
  public func setName(_ name: String) throws(MPIError) {
    try check(cmpi_comm_set_name(handle, name), "MPI_Comm_set_name")
  }

  /// Whether errors on this communicator come back as codes.
  package var returnsErrors: Bool { cmpi_comm_returns_errors(handle) == 1 }
}

extension Communicator: Equatable {
  /// Whether two values name the same communicator.
  public static func == (left: Communicator, right: Communicator) -> Bool {
    cmpi_comm_equal(left.handle, right.handle) != 0
  }
}
