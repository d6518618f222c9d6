import CMPI

// The nonblocking twins of `allToAll` and `allToAllv`, which need room for what is given and for what comes.

extension Communicator {
  /// Starts an all-to-all in place on memory that the caller looks after (`MPI_Ialltoall`). Collective.
  @inlinable
  public func iallToAll<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>
  ) throws(MPIError) -> Request {
    var request = Request()
    let block = try block(elements.count, "MPI_Ialltoall")
    try counted("MPI_Ialltoall", block, of: Element.self) { count, type in
      cmpi_ialltoall(cmpi_in_place(), 0, type, elements.baseAddress, count, type, handle, &request.handle)
    }
    return request
  }

  /// Starts an all-to-all into other memory; the caller looks after both (`MPI_Ialltoall`). Collective.
  @inlinable
  public func iallToAll<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>
  ) throws(MPIError) -> Request {
    try require(
      elements.count == result.count, "MPI_Ialltoall",
      "\(elements.count) elements are given, but there is room for \(result.count).")
    var request = Request()
    let block = try block(elements.count, "MPI_Ialltoall")
    try counted("MPI_Ialltoall", block, of: Element.self) { count, type in
      cmpi_ialltoall(
        elements.baseAddress, count, type, result.baseAddress, count, type, handle, &request.handle)
    }
    return request
  }

  /// Starts an all-to-all of a buffer in place, which `wait` gives back (`MPI_Ialltoall`). Collective.
  @inlinable
  public func iallToAll<Element: Datatype>(
    _ buffer: consuming Buffer<Element>
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iallToAll(buffer.elements)
    return BufferRequest(request, buffer)
  }

  /// Starts an `allToAllv` into other memory; the caller looks after both (`MPI_Ialltoallv`). Collective.
  ///
  /// Both partitions must stay alive until the request is finished.
  @inlinable
  public func iallToAllv<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, _ given: Partition,
    into result: UnsafeMutableBufferPointer<Element>, _ taken: Partition
  ) throws(MPIError) -> Request {
    _ = try fit(given, elements.count, "MPI_Ialltoallv")
    _ = try fit(taken, result.count, "MPI_Ialltoallv")
    try requireSmall("MPI_Ialltoallv", max(given.largest, taken.largest))
    var request = Request()
    try check(
      cmpi_ialltoallv(
        elements.baseAddress, given.storage.counts, given.storage.displacements, Element.mpiDatatype,
        result.baseAddress, taken.storage.counts, taken.storage.displacements, Element.mpiDatatype, handle,
        &request.handle), "MPI_Ialltoallv")
    return request
  }

  /// Starts an `allToAllv` in place on memory that the caller looks after (`MPI_Ialltoallv`). Collective.
  ///
  /// Two ranks must give each other equally many. The partition must stay alive until the request is
  /// finished.
  @inlinable
  public func iallToAllv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition
  ) throws(MPIError) -> Request {
    _ = try fit(partition, elements.count, "MPI_Ialltoallv")
    try requireSmall("MPI_Ialltoallv", partition.largest)
    var request = Request()
    try check(
      cmpi_ialltoallv(
        cmpi_in_place(), nil, nil, Element.mpiDatatype, elements.baseAddress, partition.storage.counts,
        partition.storage.displacements, Element.mpiDatatype, handle, &request.handle), "MPI_Ialltoallv")
    return request
  }

  /// Starts an `allToAllv` of a buffer in place, which `wait` gives back (`MPI_Ialltoallv`). Collective.
  @inlinable
  public func iallToAllv<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ partition: Partition
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iallToAllv(buffer.elements, partition)
    return BufferRequest(request, buffer, keeping: partition.storage)
  }

  /// Starts an all-to-all from one buffer into another; `wait` gives both back (`MPI_Ialltoall`).
  /// Collective.
  public func iallToAll<Element: Datatype>(
    _ given: consuming Buffer<Element>, into taken: consuming Buffer<Element>
  ) throws(MPIError) -> BufferPairRequest<Element> {
    let request = try iallToAll(UnsafeBufferPointer(given.elements), into: taken.elements)
    return BufferPairRequest(request, given: given, taken: taken, keeping: nil)
  }

  /// Starts an `allToAllv` from one buffer into another; `wait` gives both back (`MPI_Ialltoallv`).
  /// Collective.
  public func iallToAllv<Element: Datatype>(
    _ given: consuming Buffer<Element>, _ givenPartition: Partition,
    into taken: consuming Buffer<Element>, _ takenPartition: Partition
  ) throws(MPIError) -> BufferPairRequest<Element> {
    let request = try iallToAllv(
      UnsafeBufferPointer(given.elements), givenPartition, into: taken.elements, takenPartition)
    return BufferPairRequest(
      request, given: given, taken: taken, keeping: KeptObjects(givenPartition, takenPartition))
  }
}
