import CMPI

extension Communicator {
  /// Combines the elements of all ranks and gives each rank one block of the result
  /// (`MPI_Reduce_scatter_block`), in place. Collective.
  ///
  /// - Parameter elements: `size` blocks of equal length. Rank i's block of the result replaces the first
  ///   block of rank i's memory; the rest is undefined afterwards.
  @inlinable
  public func reduceScatterBlock<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    let block = try block(elements.count, "MPI_Reduce_scatter_block")
    if block > countLimit { return try largeReduceScatterBlock(elements, block, reduction) }
    defer { withExtendedLifetime(reduction.owner) {} }
    try check(
      cmpi_reduce_scatter_block(
        cmpi_in_place(), elements.baseAddress, Int32(truncatingIfNeeded: block), reduction.datatype,
        reduction.handle, handle), "MPI_Reduce_scatter_block")
  }

  /// Combines the elements of all ranks and puts one block of the result into other memory
  /// (`MPI_Reduce_scatter_block`). Collective.
  @inlinable
  public func reduceScatterBlock<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ reduction: Reduction<Element>
  ) throws(MPIError) {
    try require(
      elements.count == result.count * size, "MPI_Reduce_scatter_block",
      "\(elements.count) elements are not \(size) blocks of \(result.count).")
    if result.count > countLimit {
      let partition = Partition(counts: Array(repeating: result.count, count: size))
      return try largeReduceScatter(elements, into: result, partition, reduction)
    }
    defer { withExtendedLifetime(reduction.owner) {} }
    try check(
      cmpi_reduce_scatter_block(
        elements.baseAddress, result.baseAddress, Int32(truncatingIfNeeded: result.count),
        reduction.datatype, reduction.handle, handle), "MPI_Reduce_scatter_block")
  }

  /// Combines the elements of all ranks and puts this rank's part of the result into other memory
  /// (`MPI_Reduce_scatter`). Collective.
  ///
  /// - Parameters:
  ///   - elements: This rank's contribution to all parts, which follow one another without gaps.
  ///   - result: Where this rank's part goes.
  ///   - partition: The length of each rank's part, the same on all ranks. Displacements are not used.
  @inlinable
  public func reduceScatter<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ partition: Partition, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    _ = try fit(partition, elements.count, "MPI_Reduce_scatter")
    try require(
      result.count == partition.counts[rank], "MPI_Reduce_scatter",
      "The result holds \(result.count) elements, but the partition has \(partition.counts[rank]) for it.")
    if partition.largest > countLimit {
      return try largeReduceScatter(elements, into: result, partition, reduction)
    }
    defer { withExtendedLifetime(reduction.owner) {} }
    try check(
      cmpi_reduce_scatter(
        elements.baseAddress, result.baseAddress, partition.storage.counts, reduction.datatype,
        reduction.handle, handle), "MPI_Reduce_scatter")
  }

  /// This rank's block of the combination of all ranks' elements, in a new array. Collective.
  @inlinable
  public func reducedScattered<Element: Datatype>(
    _ elements: [Element], _ reduction: Reduction<Element>
  ) throws(MPIError) -> [Element] {
    try newArray(try block(elements.count, "MPI_Reduce_scatter_block")) { (result) throws(MPIError) in
      try elements.withUnsafeBufferPointer { (buffer) throws(MPIError) in
        try reduceScatterBlock(buffer, into: result, reduction)
      }
    }
  }

  /// Starts `reduceScatterBlock` in place on memory that the caller looks after
  /// (`MPI_Ireduce_scatter_block`). Collective.
  @inlinable
  public func ireduceScatterBlock<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> Request {
    let block = try block(elements.count, "MPI_Ireduce_scatter_block")
    try requireSmall("MPI_Ireduce_scatter_block", block)
    var request = Request()
    try check(
      cmpi_ireduce_scatter_block(
        cmpi_in_place(), elements.baseAddress, Int32(truncatingIfNeeded: block), reduction.datatype,
        reduction.handle, handle, &request.handle), "MPI_Ireduce_scatter_block")
    return request
  }

  /// Starts `reduceScatterBlock` of a buffer in place, which `wait` gives back. Collective.
  @inlinable
  public func ireduceScatterBlock<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, _ reduction: Reduction<Element>
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try ireduceScatterBlock(buffer.elements, reduction)
    return BufferRequest(request, buffer, keeping: reduction.owner)
  }

  /// Starts `reduceScatter` on memory that the caller looks after (`MPI_Ireduce_scatter`). Collective.
  ///
  /// The partition must stay alive until the request is finished.
  @inlinable
  public func ireduceScatter<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ partition: Partition, _ reduction: Reduction<Element>
  ) throws(MPIError) -> Request {
    _ = try fit(partition, elements.count, "MPI_Ireduce_scatter")
    try require(
      result.count == partition.counts[rank], "MPI_Ireduce_scatter",
      "The result holds \(result.count) elements, but the partition has \(partition.counts[rank]) for it.")
    try requireSmall("MPI_Ireduce_scatter", partition.largest)
    var request = Request()
    try check(
      cmpi_ireduce_scatter(
        elements.baseAddress, result.baseAddress, partition.storage.counts, reduction.datatype,
        reduction.handle, handle, &request.handle), "MPI_Ireduce_scatter")
    return request
  }

  /// Starts `reduceScatter` from one buffer into another; `wait` gives both back. Collective.
  public func ireduceScatter<Element: Datatype>(
    _ given: consuming Buffer<Element>, into taken: consuming Buffer<Element>,
    _ partition: Partition, _ reduction: Reduction<Element>
  ) throws(MPIError) -> BufferPairRequest<Element> {
    let request = try ireduceScatter(
      UnsafeBufferPointer(given.elements), into: taken.elements, partition, reduction)
    return BufferPairRequest(
      request, given: given, taken: taken, keeping: KeptObjects(partition, nil, reduction.owner))
  }

  /// One reduce to each rank.
  @usableFromInline
  func largeReduceScatter<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>,
    _ partition: Partition, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    var start = 0
    for owner in 0..<size {
      let part = UnsafeBufferPointer(rebasing: elements[start..<start + partition.counts[owner]])
      try reduce(part, into: rank == owner ? result : nil, reduction, root: owner)
      start += partition.counts[owner]
    }
  }

  /// One reduce to each rank, in place; then each rank's block moves to the beginning.
  @usableFromInline
  func largeReduceScatterBlock<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, _ block: Int, _ reduction: Reduction<Element>
  ) throws(MPIError) {
    for owner in 0..<size {
      let part = UnsafeMutableBufferPointer(rebasing: elements[owner * block..<(owner + 1) * block])
      try reduce(part, reduction, root: owner)
    }
    if let start = elements.baseAddress { start.update(from: start + rank * block, count: block) }
  }
}
