import CMPI

extension Communicator {
  /// Sends one message and receives another at the same time, so that a ring of ranks cannot lock up
  /// (`MPI_Sendrecv`).
  ///
  /// - Parameters:
  ///   - elements: What to send.
  ///   - destination: Its receiver, or `nobody`.
  ///   - sendTag: Its tag. Default 0.
  ///   - received: Where the other message goes; must not overlap with `elements`.
  ///   - source: The other message's sender; nil for any.
  ///   - receiveTag: The other message's tag; nil for any.
  @inlinable @discardableResult
  public func sendReceive<Element: Datatype, Other: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, to destination: Int, tag sendTag: Int = 0,
    into received: UnsafeMutableBufferPointer<Other>, from source: Int?, receiveTag: Int? = nil
  ) throws(MPIError) -> Status {
    var status = Status()
    var failure: MPIError?
    try counted("MPI_Sendrecv", elements.count, of: Element.self) { count, type in
      guard received.count > countLimit else {
        return cmpi_sendrecv(
          elements.baseAddress, count, type, c(destination), c(sendTag), received.baseAddress,
          Int32(truncatingIfNeeded: received.count), Other.mpiDatatype, MPI.source(source),
          receivable(receiveTag), handle, &status.handle)
      }
      do throws(MPIError) {
        try countedLarge("MPI_Sendrecv", received.count, Other.mpiDatatype) { otherCount, otherType in
          cmpi_sendrecv(
            elements.baseAddress, count, type, c(destination), c(sendTag), received.baseAddress, otherCount,
            otherType, MPI.source(source), receivable(receiveTag), handle, &status.handle)
        }
      } catch {
        failure = error
      }
      return 0
    }
    if let failure { throw failure }
    return status
  }

  /// Sends elements and receives as many in their place (`MPI_Sendrecv_replace`).
  @inlinable @discardableResult
  public func sendReceiveReplacing<Element: Datatype>(
    _ elements: UnsafeMutableBufferPointer<Element>, to destination: Int, tag sendTag: Int = 0,
    from source: Int?, receiveTag: Int? = nil
  ) throws(MPIError) -> Status {
    var status = Status()
    try counted("MPI_Sendrecv_replace", elements.count, of: Element.self) { count, type in
      cmpi_sendrecv_replace(
        elements.baseAddress, count, type, c(destination), c(sendTag), MPI.source(source),
        receivable(receiveTag), handle, &status.handle)
    }
    return status
  }
}
