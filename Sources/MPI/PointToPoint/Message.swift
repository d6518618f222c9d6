import CMPI

/// A message that a matched probe has taken out of the queue and that only its owner can receive.
///
/// A message that is dropped is received and thrown away, so that its sender does not wait for ever.
public struct Message: ~Copyable {
  /// Who sent it, with which tag, and how many elements.
  public let status: Status
  private var handle: CMPIMessage
  private let communicator: Communicator

  init(handle: CMPIMessage, status: Status, communicator: Communicator) {
    self.handle = handle
    self.status = status
    self.communicator = communicator
  }

  /// The number of elements; throws if its bytes are not a whole number of them.
  public func count<Element: Datatype>(of type: Element.Type) throws(MPIError) -> Int {
    if let count = status.count(of: type) { return count }
    throw MPIError(
      .datatype, call: "MPI_Get_elements_x",
      text: "The message is not a whole number of \(type) elements. Receive it as what was sent.")
  }

  /// Puts the message into memory (`MPI_Mrecv`); throws `truncated` if it is longer.
  @discardableResult
  public consuming func receive<Element: Datatype>(
    into elements: UnsafeMutableBufferPointer<Element>
  ) throws(MPIError) -> Status {
    let communicator = self.communicator
    var handle = self.handle
    discard self
    var status = Status()
    try communicator.counted("MPI_Mrecv", elements.count, of: Element.self) { count, type in
      cmpi_mrecv(elements.baseAddress, count, type, &handle, &status.handle)
    }
    return status
  }

  /// Puts the message into an array, which keeps its size.
  @discardableResult
  public consuming func receive<Element: Datatype>(into elements: inout [Element]) throws(MPIError) -> Status
  {
    let communicator = self.communicator
    var handle = self.handle
    discard self
    var status = Status()
    try elements.withUnsafeMutableBufferPointer { (buffer) throws(MPIError) in
      try communicator.counted("MPI_Mrecv", buffer.count, of: Element.self) { count, type in
        cmpi_mrecv(buffer.baseAddress, count, type, &handle, &status.handle)
      }
    }
    return status
  }

  deinit {
    guard Environment.isRunning else { return }
    let bytes = status.count(of: Byte.self) ?? 0
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: 64)
    var message = handle
    var request = Request()
    do throws(MPIError) {
      try communicator.counted("MPI_Imrecv", bytes, of: Byte.self) { count, type in
        cmpi_imrecv(memory, count, type, &message, &request.handle)
      }
      AbandonedRequests.take(request, memory: memory, isReceive: false)
    } catch {
      memory.deallocate()
    }
  }
}

/// A byte without meaning (`MPI_BYTE`).
struct Byte: Datatype {
  let value: UInt8
  static var mpiDatatype: CMPIDatatype { cmpi_type_byte() }
}
