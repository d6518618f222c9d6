import CMPI

extension Communicator {
  /// Brings the blocks of all ranks to all ranks, in rank order, in place (`MPI_Allgather`). Collective.
  ///
  /// - Parameter elements: All `size` blocks; this rank's own is already in its place.
  @inlinable
  public func allGather<Element: Datatype>(_ elements: UnsafeMutableBufferPointer<Element>) throws(MPIError) {
    try counted("MPI_Allgather", try block(elements.count, "MPI_Allgather"), of: Element.self) {
      count, type in
      cmpi_allgather(cmpi_in_place(), 0, type, elements.baseAddress, count, type, handle)
    }
  }

  /// Brings the blocks of all ranks to other memory on all ranks (`MPI_Allgather`). Collective.
  @inlinable
  public func allGather<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>
  ) throws(MPIError) {
    try require(
      result.count == elements.count * size, "MPI_Allgather",
      "The result holds \(result.count) elements, but \(size) ranks give \(elements.count) each.")
    try counted("MPI_Allgather", elements.count, of: Element.self) { count, type in
      cmpi_allgather(elements.baseAddress, count, type, result.baseAddress, count, type, handle)
    }
  }

  /// The blocks of all ranks, in rank order, in a new array on all ranks. Collective.
  @inlinable
  public func allGathered<Element: Datatype>(_ elements: [Element]) throws(MPIError) -> [Element] {
    try newArray(elements.count * size) { (result) throws(MPIError) in
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in try allGather(buffer, into: result)
      }
    }
  }

  /// Brings blocks of different lengths to all ranks, in place (`MPI_Allgatherv`). Collective.
  ///
  /// - Parameters:
  ///   - elements: The whole buffer; this rank's own block is already in its place.
  ///   - partition: Where each rank's block lies, the same on all ranks.
  @inlinable
  public func allGatherv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition
  ) throws(MPIError) {
    _ = try fit(partition, elements.count, "MPI_Allgatherv")
    if partition.largest > countLimit { return try largeAllGatherv(elements, partition) }
    try check(
      cmpi_allgatherv(
        cmpi_in_place(), 0, Element.mpiDatatype, elements.baseAddress, partition.storage.counts,
        partition.storage.displacements, Element.mpiDatatype, handle), "MPI_Allgatherv")
  }

  /// Brings blocks of different lengths to other memory on all ranks (`MPI_Allgatherv`). Collective.
  @inlinable
  public func allGatherv<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ partition: Partition
  ) throws(MPIError) {
    _ = try fit(partition, result.count, "MPI_Allgatherv")
    try require(
      elements.count == partition.counts[rank], "MPI_Allgatherv",
      "This rank gives \(elements.count) elements, but the partition has \(partition.counts[rank]) for it.")
    if partition.largest > countLimit {
      _ = UnsafeMutableBufferPointer(rebasing: result[partition.range(of: rank)]).update(from: elements)
      return try largeAllGatherv(result, partition)
    }
    try check(
      cmpi_allgatherv(
        elements.baseAddress, Int32(truncatingIfNeeded: elements.count), Element.mpiDatatype,
        result.baseAddress, partition.storage.counts, partition.storage.displacements, Element.mpiDatatype,
        handle), "MPI_Allgatherv")
  }

  /// The blocks of all ranks, of any lengths, in a new array on all ranks. Collective.
  ///
  /// Exchanges the lengths first.
  public func allGatheredVarying<Element: Datatype>(
    _ elements: [Element]
  ) throws(MPIError) -> (elements: [Element], partition: Partition) {
    let partition = Partition(counts: try allGathered([elements.count]))
    let all: [Element] = try newArray(partition.extent) { (result) throws(MPIError) in
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
        try allGatherv(buffer, into: result, partition)
      }
    }
    return (all, partition)
  }

  /// Starts an all-gather in place on memory that the caller looks after (`MPI_Iallgather`). Collective.
  @inlinable
  public func iallGather<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>
  ) throws(MPIError) -> Request {
    var request = Request()
    let block = try block(elements.count, "MPI_Iallgather")
    try counted("MPI_Iallgather", block, of: Element.self) { count, type in
      cmpi_iallgather(cmpi_in_place(), 0, type, elements.baseAddress, count, type, handle, &request.handle)
    }
    return request
  }

  /// Starts an all-gather of a buffer in place, which `wait` gives back (`MPI_Iallgather`). Collective.
  @inlinable
  public func iallGather<Element: Datatype>(
    _ buffer: consuming Buffer<Element>
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iallGather(buffer.elements)
    return BufferRequest(request, buffer)
  }

  /// Starts an `allGatherv` in place on memory that the caller looks after (`MPI_Iallgatherv`). Collective.
  ///
  /// The partition must stay alive until the request is finished.
  @inlinable
  public func iallGatherv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition
  ) throws(MPIError) -> Request {
    _ = try fit(partition, elements.count, "MPI_Iallgatherv")
    try requireSmall("MPI_Iallgatherv", partition.largest)
    var request = Request()
    try check(
      cmpi_iallgatherv(
        cmpi_in_place(), 0, Element.mpiDatatype, elements.baseAddress, partition.storage.counts,
        partition.storage.displacements, Element.mpiDatatype, handle, &request.handle), "MPI_Iallgatherv")
    return request
  }

  /// Starts an `allGatherv` of a buffer in place, which `wait` gives back (`MPI_Iallgatherv`). Collective.
  @inlinable
  public func iallGatherv<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ partition: Partition
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iallGatherv(buffer.elements, partition)
    return BufferRequest(request, buffer, keeping: partition.storage)
  }

  /// One broadcast for each rank.
  @usableFromInline
  func largeAllGatherv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition
  ) throws(MPIError) {
    for giver in 0..<size {
      try broadcast(UnsafeMutableBufferPointer(rebasing: elements[partition.range(of: giver)]), root: giver)
    }
  }
}
