import CMPI

// Nonblocking point-to-point calls on memory that the caller looks after: see `Request` for the promises.

extension Communicator {
  /// Starts to send elements, which must not change until the request is finished (`MPI_Isend`).
  @inlinable
  public func isend<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    try counted("MPI_Isend", elements.count, of: Element.self) { count, type in
      cmpi_isend(elements.baseAddress, count, type, c(destination), c(tag), handle, &request.handle)
    }
    return request
  }

  /// Starts to send elements; finished when the receiver has begun to take them (`MPI_Issend`).
  @inlinable
  public func isynchronousSend<Element: Datatype>(
    _ elements: UnsafeBufferPointer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> Request {
    var request = Request()
    try counted("MPI_Issend", elements.count, of: Element.self) { count, type in
      cmpi_issend(elements.baseAddress, count, type, c(destination), c(tag), handle, &request.handle)
    }
    return request
  }

  /// Starts to receive into memory, which must not be touched until the request is finished (`MPI_Irecv`).
  @inlinable
  public func ireceive<Element: Datatype>(
    into elements: UnsafeMutableBufferPointer<Element>, from source: Int?, tag: Int? = nil
  ) throws(MPIError) -> Request {
    var request = Request()
    try counted("MPI_Irecv", elements.count, of: Element.self) { count, type in
      cmpi_irecv(
        elements.baseAddress, count, type, MPI.source(source), receivable(tag), handle, &request.handle)
    }
    return request
  }
}

// The same with buffers that the request owns.

extension Communicator {
  /// Starts to send a buffer, which `wait` gives back (`MPI_Isend`).
  @inlinable
  public func isend<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try isend(UnsafeBufferPointer(buffer.elements), to: destination, tag: tag)
    return BufferRequest(request, buffer)
  }

  /// Starts to send a buffer; finished when the receiver has begun to take it (`MPI_Issend`).
  @inlinable
  public func isynchronousSend<Element: Datatype>(
    _ buffer: consuming Buffer<Element>, to destination: Int, tag: Int = 0
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try isynchronousSend(UnsafeBufferPointer(buffer.elements), to: destination, tag: tag)
    return BufferRequest(request, buffer)
  }

  /// Starts to receive into a buffer, which `wait` gives back (`MPI_Irecv`).
  @inlinable
  public func ireceive<Element: Datatype>(
    into buffer: consuming Buffer<Element>, from source: Int?, tag: Int? = nil
  ) throws(MPIError) -> BufferRequest<Element> {
    let request = try ireceive(into: buffer.elements, from: source, tag: tag)
    return BufferRequest(request, buffer, isReceive: true)
  }
}
