import CMPI

// MPI 3.1 takes counts as `int`. A message of more elements goes as one element of a derived datatype that
// stands for all of them; a reduction, which wants the basic datatype, goes in pieces.

extension Communicator {
  /// Makes a call that moves `count` elements: `body` gets the count and the datatype to pass.
  @inlinable @inline(__always)
  func counted<Element: Datatype>(
    _ call: StaticString, _ count: Int, of type: Element.Type,
    _ body: (Int32, CMPIDatatype) -> Int32
  ) throws(MPIError) {
    if count <= countLimit {
      try check(body(Int32(truncatingIfNeeded: count), Element.mpiDatatype), call)
    } else {
      try countedLarge(call, count, Element.mpiDatatype, body)
    }
  }

  @usableFromInline @inline(never)
  func countedLarge(
    _ call: StaticString, _ count: Int, _ element: CMPIDatatype, _ body: (Int32, CMPIDatatype) -> Int32
  ) throws(MPIError) {
    var large = cmpi_type_null()
    try check(
      cmpi_type_create_large(count, element, Int32(countLimit), &large), "MPI_Type_create_struct")
    let code = body(1, large)
    // The library keeps a freed datatype until the calls that use it are finished.
    let freed = cmpi_type_free(&large)
    try check(code, call)
    try check(freed, "MPI_Type_free")
  }

  /// Makes an elementwise call piece by piece: `body` gets the offset and the count of a piece.
  @inlinable @inline(__always)
  func inPieces<Element: Datatype>(
    _ call: StaticString, _ count: Int, _ reduction: Reduction<Element>, _ body: (Int, Int32) -> Int32
  ) throws(MPIError) {
    defer { withExtendedLifetime(reduction.owner) {} }
    if count <= countLimit {
      try check(body(0, Int32(truncatingIfNeeded: count)), call)
    } else {
      try inManyPieces(call, count, body)
    }
  }

  @usableFromInline @inline(never)
  func inManyPieces(_ call: StaticString, _ count: Int, _ body: (Int, Int32) -> Int32) throws(MPIError) {
    var offset = 0
    while offset < count {
      let piece = min(countLimit, count - offset)
      try check(body(offset, Int32(piece)), call)
      offset += piece
    }
  }

  /// Refuses a count that a nonblocking reduction or v-form cannot take in one call.
  @inlinable @inline(__always)
  func requireSmall(_ call: StaticString, _ count: Int) throws(MPIError) {
    try require(
      count <= countLimit, call,
      """
      \(count) elements are more than one such call can take (\(countLimit)). Split the buffer, or use \
      the blocking form; for an exchange, use isend and ireceive, which take any count.
      """)
  }
}
