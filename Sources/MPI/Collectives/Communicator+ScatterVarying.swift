import CMPI

extension Communicator {
  /// Gives blocks of different lengths to the ranks, in place (`MPI_Scatterv`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root the whole buffer, which stays; elsewhere room for the own block.
  ///   - partition: Where each rank's block lies in the root's buffer. Only the root needs it, unless a
  ///     count or displacement goes beyond `Int32.max`: then every rank must give it.
  ///   - root: The rank that gives. Default 0.
  @inlinable
  public func scatterv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition?, root: Int = 0
  ) throws(MPIError) {
    if let partition, partition.largest > countLimit {
      return try largeScatterv(elements, partition, root)
    }
    guard rank == root else {
      return try counted("MPI_Scatterv", elements.count, of: Element.self) { count, type in
        cmpi_scatterv(nil, nil, nil, type, elements.baseAddress, count, type, c(root), handle)
      }
    }
    let layout = try fit(partition, elements.count, "MPI_Scatterv")
    try check(
      cmpi_scatterv(
        elements.baseAddress, layout.storage.counts, layout.storage.displacements, Element.mpiDatatype,
        UnsafeMutableRawPointer(mutating: cmpi_in_place()), 0, Element.mpiDatatype, c(root), handle),
      "MPI_Scatterv")
  }

  /// Gives blocks of different lengths to the ranks' other memory (`MPI_Scatterv`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root the whole buffer; elsewhere unused, and may be nil.
  ///   - result: Where this rank's block goes.
  ///   - partition: Where each rank's block lies in the root's buffer. Only the root needs it.
  @inlinable
  public func scatterv<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>?, into result: UnsafeMutableBufferPointer<Element>,
    _ partition: Partition?, root: Int = 0
  ) throws(MPIError) {
    guard rank == root else { return try scatterv(result, partition, root: root) }
    let layout = try fit(partition, elements?.count ?? 0, "MPI_Scatterv")
    try require(
      result.count == layout.counts[rank], "MPI_Scatterv",
      "The root takes \(result.count) elements, but the partition has \(layout.counts[rank]) for it.")
    if layout.largest > countLimit, let elements {
      try largeScatterv(UnsafeMutableBufferPointer(mutating: elements), layout, root)
      _ = result.update(from: elements[layout.range(of: rank)])
      return
    }
    try check(
      cmpi_scatterv(
        elements?.baseAddress, layout.storage.counts, layout.storage.displacements, Element.mpiDatatype,
        result.baseAddress, Int32(truncatingIfNeeded: result.count), Element.mpiDatatype, c(root), handle),
      "MPI_Scatterv")
  }

  /// Starts a `scatterv` in place on memory that the caller looks after (`MPI_Iscatterv`). Collective.
  ///
  /// The partition must stay alive until the request is finished.
  @inlinable
  public func iscatterv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition?, root: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    guard rank == root else {
      try requireSmall("MPI_Iscatterv", elements.count)
      try check(
        cmpi_iscatterv(
          nil, nil, nil, Element.mpiDatatype, elements.baseAddress, Int32(truncatingIfNeeded: elements.count),
          Element.mpiDatatype, c(root), handle, &request.handle), "MPI_Iscatterv")
      return request
    }
    let layout = try fit(partition, elements.count, "MPI_Iscatterv")
    try requireSmall("MPI_Iscatterv", layout.largest)
    try check(
      cmpi_iscatterv(
        elements.baseAddress, layout.storage.counts, layout.storage.displacements, Element.mpiDatatype,
        UnsafeMutableRawPointer(mutating: cmpi_in_place()), 0, Element.mpiDatatype, c(root), handle,
        &request.handle), "MPI_Iscatterv")
    return request
  }

  /// Starts a `scatterv` of a buffer in place, which `wait` gives back (`MPI_Iscatterv`). Collective.
  @inlinable
  public func iscatterv<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ partition: Partition, root: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try iscatterv(buffer.elements, partition, root: root)
    return BufferRequest(request, buffer, keeping: partition.storage)
  }

  /// One scatter for each rank, in which only that rank gets anything.
  @usableFromInline
  func largeScatterv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition, _ root: Int
  ) throws(MPIError) {
    try fitLarge(partition, elements.count, root, "MPI_Scatterv")
    var counts = [Int32](repeating: 0, count: size)
    let displacements = [Int32](repeating: 0, count: size)
    for taker in 0..<size where taker != root {
      try counted("MPI_Scatterv", partition.counts[taker], of: Element.self) { count, type in
        guard rank == root else {
          return cmpi_scatterv(
            nil, nil, nil, type, elements.baseAddress, rank == taker ? count : 0, type, c(root), handle)
        }
        counts[taker] = count
        defer { counts[taker] = 0 }
        return cmpi_scatterv(
          elements.baseAddress.map { $0 + partition.displacements[taker] }, counts, displacements, type,
          UnsafeMutableRawPointer(mutating: cmpi_in_place()), 0, type, c(root), handle)
      }
    }
  }
}
