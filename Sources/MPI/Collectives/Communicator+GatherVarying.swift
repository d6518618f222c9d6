import CMPI

extension Communicator {
  /// Brings blocks of different lengths to the root, in place (`MPI_Gatherv`). Collective.
  ///
  /// - Parameters:
  ///   - elements: On the root the whole buffer, its own block already in its place; elsewhere the own block.
  ///   - partition: Where each rank's block lies in the root's buffer. Only the root needs it, unless a
  ///     count or displacement goes beyond `Int32.max`: then every rank must give it.
  ///   - root: The rank that gets all blocks. Default 0.
  @inlinable
  public func gatherv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition?, root: Int = 0
  ) throws(MPIError) {
    if let partition, partition.largest > countLimit {
      return try largeGatherv(elements, partition, root)
    }
    guard rank == root else {
      return try counted("MPI_Gatherv", elements.count, of: Element.self) { count, type in
        cmpi_gatherv(elements.baseAddress, count, type, nil, nil, nil, type, c(root), handle)
      }
    }
    let layout = try fit(partition, elements.count, "MPI_Gatherv")
    try check(
      cmpi_gatherv(
        cmpi_in_place(), 0, Element.mpiDatatype, elements.baseAddress, layout.storage.counts,
        layout.storage.displacements, Element.mpiDatatype, c(root), handle), "MPI_Gatherv")
  }

  /// Brings blocks of different lengths to the root's other memory (`MPI_Gatherv`). Collective.
  ///
  /// - Parameters:
  ///   - elements: This rank's block.
  ///   - result: On the root where the blocks go; elsewhere unused, and may be nil.
  ///   - partition: Where each rank's block goes. Only the root needs it.
  @inlinable
  public func gatherv<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>?,
    _ partition: Partition?, root: Int = 0
  ) throws(MPIError) {
    guard rank == root else {
      return try gatherv(UnsafeMutableBufferPointer(mutating: elements), partition, root: root)
    }
    let layout = try fit(partition, result?.count ?? 0, "MPI_Gatherv")
    try require(
      elements.count == layout.counts[rank], "MPI_Gatherv",
      "The root gives \(elements.count) elements, but the partition has \(layout.counts[rank]) for it.")
    if layout.largest > countLimit, let result {
      _ = UnsafeMutableBufferPointer(rebasing: result[layout.range(of: rank)]).update(from: elements)
      return try largeGatherv(result, layout, root)
    }
    try check(
      cmpi_gatherv(
        elements.baseAddress, Int32(truncatingIfNeeded: elements.count), Element.mpiDatatype,
        result?.baseAddress, layout.storage.counts, layout.storage.displacements, Element.mpiDatatype,
        c(root), handle), "MPI_Gatherv")
  }

  /// The blocks of all ranks, of any lengths, in a new array on the root; nil elsewhere. Collective.
  ///
  /// Exchanges the lengths first.
  public func gatheredVarying<Element: Datatype>(
    _ elements: [Element], root: Int = 0
  ) throws(MPIError) -> (elements: [Element], partition: Partition)? {
    let partition = Partition(counts: try allGathered([elements.count]))
    return try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
      guard rank == root else {
        try gatherv(buffer, into: nil, partition, root: root)
        return nil
      }
      let all: [Element] = try newArray(partition.extent) { (result) throws(MPIError) in
        try gatherv(buffer, into: result, partition, root: root)
      }
      return (all, partition)
    }
  }

  /// Starts a `gatherv` in place on memory that the caller looks after (`MPI_Igatherv`). Collective.
  ///
  /// The partition must stay alive until the request is finished.
  @inlinable
  public func igatherv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition?, root: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    guard rank == root else {
      try requireSmall("MPI_Igatherv", elements.count)
      try check(
        cmpi_igatherv(
          elements.baseAddress, Int32(truncatingIfNeeded: elements.count), Element.mpiDatatype, nil, nil, nil,
          Element.mpiDatatype, c(root), handle, &request.handle), "MPI_Igatherv")
      return request
    }
    let layout = try fit(partition, elements.count, "MPI_Igatherv")
    try requireSmall("MPI_Igatherv", layout.largest)
    try check(
      cmpi_igatherv(
        cmpi_in_place(), 0, Element.mpiDatatype, elements.baseAddress, layout.storage.counts,
        layout.storage.displacements, Element.mpiDatatype, c(root), handle, &request.handle),
      "MPI_Igatherv")
    return request
  }

  /// Starts a `gatherv` of a buffer in place, which `wait` gives back (`MPI_Igatherv`). Collective.
  @inlinable
  public func igatherv<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ partition: Partition, root: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try igatherv(buffer.elements, partition, root: root)
    return BufferRequest(request, buffer, keeping: partition.storage)
  }

  /// A partition that suits this communicator and a buffer.
  @inlinable
  func fit(_ partition: Partition?, _ count: Int, _ call: StaticString) throws(MPIError) -> Partition {
    guard let partition else {
      throw MPIError(.argument, call: call, text: "The root gave no partition; it needs one.")
    }
    try require(
      partition.ranks == size, call,
      "The partition is for \(partition.ranks) ranks, but the communicator has \(size).")
    try require(
      partition.extent <= count, call,
      "The partition reaches to element \(partition.extent), but the buffer has \(count).")
    return partition
  }

  /// Checks a large partition on every rank, because every rank uses it.
  @usableFromInline
  func fitLarge(_ partition: Partition, _ count: Int, _ root: Int, _ call: StaticString) throws(MPIError) {
    _ = try fit(partition, rank == root ? count : partition.extent, call)
    try require(
      rank == root || count == partition.counts[rank], call,
      "This rank has \(count) elements, but the partition has \(partition.counts[rank]) for it.")
  }

  /// One gather for each rank, in which only that rank gives anything.
  @usableFromInline
  func largeGatherv<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ partition: Partition, _ root: Int
  ) throws(MPIError) {
    try fitLarge(partition, elements.count, root, "MPI_Gatherv")
    var counts = [Int32](repeating: 0, count: size)
    let displacements = [Int32](repeating: 0, count: size)
    for giver in 0..<size where giver != root {
      try counted("MPI_Gatherv", partition.counts[giver], of: Element.self) { count, type in
        guard rank == root else {
          return cmpi_gatherv(
            elements.baseAddress, rank == giver ? count : 0, type, nil, nil, nil, type, c(root), handle)
        }
        counts[giver] = count
        defer { counts[giver] = 0 }
        return cmpi_gatherv(
          cmpi_in_place(), 0, type, elements.baseAddress.map { $0 + partition.displacements[giver] },
          counts, displacements, type, c(root), handle)
      }
    }
  }
}
