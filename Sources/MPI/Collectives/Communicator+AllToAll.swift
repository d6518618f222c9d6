import CMPI

extension Communicator {
  /// Gives block i to rank i and puts what rank i gives at block i, in place (`MPI_Alltoall`). Collective.
  ///
  /// - Parameter elements: `size` blocks of equal length, the same length on all ranks.
  @inlinable
  public func allToAll<Element: Datatype>(_ elements: UnsafeMutableBufferPointer<Element>) throws(MPIError) {
    try counted("MPI_Alltoall", try block(elements.count, "MPI_Alltoall"), of: Element.self) { count, type in
      cmpi_alltoall(cmpi_in_place(), 0, type, elements.baseAddress, count, type, handle)
    }
  }

  /// Gives block i to rank i and puts what rank i gives at block i of other memory (`MPI_Alltoall`).
  /// Collective.
  @inlinable
  public func allToAll<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>
  ) throws(MPIError) {
    try require(
      elements.count == result.count, "MPI_Alltoall",
      "\(elements.count) elements are given, but there is room for \(result.count).")
    try counted("MPI_Alltoall", try block(elements.count, "MPI_Alltoall"), of: Element.self) { count, type in
      cmpi_alltoall(elements.baseAddress, count, type, result.baseAddress, count, type, handle)
    }
  }

  /// The blocks that the ranks give this rank, in a new array. Collective.
  @inlinable
  public func exchangedAllToAll<Element: Datatype>(_ elements: [Element]) throws(MPIError) -> [Element] {
    try newArray(elements.count) { (result) throws(MPIError) in
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in try allToAll(buffer, into: result) }
    }
  }

  /// Gives each rank a block and gets one from each, of different lengths (`MPI_Alltoallv`). Collective.
  ///
  /// - Parameters:
  ///   - elements: What to give; `given` says which part goes to which rank.
  ///   - result: Where it comes; `taken` says which part comes from which rank.
  /// - Throws: `count` if a count or displacement goes beyond `Int32.max`: use `isend` and `ireceive` then.
  @inlinable
  public func allToAllv<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, _ given: Partition,
    into result: UnsafeMutableBufferPointer<Element>, _ taken: Partition
  ) throws(MPIError) {
    _ = try fit(given, elements.count, "MPI_Alltoallv")
    _ = try fit(taken, result.count, "MPI_Alltoallv")
    try requireSmall("MPI_Alltoallv", max(given.largest, taken.largest))
    try check(
      cmpi_alltoallv(
        elements.baseAddress, given.storage.counts, given.storage.displacements, Element.mpiDatatype,
        result.baseAddress, taken.storage.counts, taken.storage.displacements, Element.mpiDatatype, handle),
      "MPI_Alltoallv")
  }

  /// Exchanges blocks of different lengths in place (`MPI_Alltoallv`). Collective.
  ///
  /// - Parameter partition: Which part goes to which rank, and comes back from it: two ranks must give each
  ///   other equally many.
  @inlinable
  public func allToAllv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition
  ) throws(MPIError) {
    _ = try fit(partition, elements.count, "MPI_Alltoallv")
    try requireSmall("MPI_Alltoallv", partition.largest)
    try check(
      cmpi_alltoallv(
        cmpi_in_place(), nil, nil, Element.mpiDatatype, elements.baseAddress, partition.storage.counts,
        partition.storage.displacements, Element.mpiDatatype, handle), "MPI_Alltoallv")
  }
}
