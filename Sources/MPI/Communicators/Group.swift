import CMPI

/// An ordered set of processes, from which communicators are made.
///
/// A group belongs to one owner and is given back to the library when that owner ends. All operations are
/// local: no other rank takes part.
public struct Group: ~Copyable, Sendable {
  /// The library's handle.
  public let handle: CMPIGroup

  init(handle: CMPIGroup) { self.handle = handle }

  deinit {
    guard Environment.isRunning else { return }
    var handle = handle
    _ = cmpi_group_free(&handle)
  }

  /// The group without processes.
  public static var empty: Group { Group(handle: cmpi_group_empty()) }

  /// The number of processes.
  public var size: Int {
    get throws(MPIError) {
      var size: Int32 = 0
      try check(cmpi_group_size(handle, &size), "MPI_Group_size")
      return Int(size)
    }
  }

  /// This process's rank in the group; nil if it is not in it.
  public var rank: Int? {
    get throws(MPIError) {
      var rank: Int32 = 0
      try check(cmpi_group_rank(handle, &rank), "MPI_Group_rank")
      return rank == cmpi_undefined() ? nil : Int(rank)
    }
  }

  /// The processes with the given ranks, in that order (`MPI_Group_incl`).
  public func including(_ ranks: [Int]) throws(MPIError) -> Group {
    var new = cmpi_group_null()
    try check(cmpi_group_incl(handle, Int32(ranks.count), ranks.map(c), &new), "MPI_Group_incl")
    return Group(handle: new)
  }

  /// The processes without those of the given ranks, in the same order (`MPI_Group_excl`).
  public func excluding(_ ranks: [Int]) throws(MPIError) -> Group {
    var new = cmpi_group_null()
    try check(cmpi_group_excl(handle, Int32(ranks.count), ranks.map(c), &new), "MPI_Group_excl")
    return Group(handle: new)
  }

  /// The processes of this group, then those of the other that are not in this (`MPI_Group_union`).
  public func union(_ other: borrowing Group) throws(MPIError) -> Group {
    var new = cmpi_group_null()
    try check(cmpi_group_union(handle, other.handle, &new), "MPI_Group_union")
    return Group(handle: new)
  }

  /// The processes of this group that are also in the other (`MPI_Group_intersection`).
  public func intersection(_ other: borrowing Group) throws(MPIError) -> Group {
    var new = cmpi_group_null()
    try check(cmpi_group_intersection(handle, other.handle, &new), "MPI_Group_intersection")
    return Group(handle: new)
  }

  /// The processes of this group that are not in the other (`MPI_Group_difference`).
  public func difference(_ other: borrowing Group) throws(MPIError) -> Group {
    var new = cmpi_group_null()
    try check(cmpi_group_difference(handle, other.handle, &new), "MPI_Group_difference")
    return Group(handle: new)
  }

  /// The ranks that processes of this group have in another; nil for those that are not in it
  /// (`MPI_Group_translate_ranks`).
  public func translate(_ ranks: [Int], to other: borrowing Group) throws(MPIError) -> [Int?] {
    var found = [Int32](repeating: 0, count: ranks.count)
    try check(
      cmpi_group_translate(handle, Int32(ranks.count), ranks.map(c), other.handle, &found),
      "MPI_Group_translate_ranks")
    return found.map { $0 == cmpi_undefined() ? nil : Int($0) }
  }

  /// How this group and another are alike: identical, similar (another order) or unequal.
  public func compare(with other: borrowing Group) throws(MPIError) -> Comparison {
    var result: Int32 = 0
    try check(cmpi_group_compare(handle, other.handle, &result), "MPI_Group_compare")
    return Comparison(code: result)
  }
}
