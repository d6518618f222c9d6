import CMPI

extension Communicator {
  /// Waits until a message is there and says what it is, without taking it (`MPI_Probe`).
  @inlinable
  public func probe(from source: Int?, tag: Int? = nil) throws(MPIError) -> Status {
    var status = Status()
    try check(cmpi_probe(MPI.source(source), receivable(tag), handle, &status.handle), "MPI_Probe")
    return status
  }

  /// Says what message is there, without taking it; nil if there is none (`MPI_Iprobe`).
  @inlinable
  public func iprobe(from source: Int?, tag: Int? = nil) throws(MPIError) -> Status? {
    var status = Status()
    var flag: Int32 = 0
    try check(
      cmpi_iprobe(MPI.source(source), receivable(tag), handle, &flag, &status.handle), "MPI_Iprobe")
    return flag != 0 ? status : nil
  }

  /// Waits until a message is there and takes it out of the queue, so that nobody else can receive it
  /// (`MPI_Mprobe`).
  public func matchedProbe(from source: Int?, tag: Int? = nil) throws(MPIError) -> Message {
    var status = Status()
    var message = cmpi_message_null()
    try check(
      cmpi_mprobe(MPI.source(source), receivable(tag), handle, &message, &status.handle), "MPI_Mprobe")
    return Message(handle: message, status: status, communicator: self)
  }

  /// Takes a message out of the queue; nil if there is none (`MPI_Improbe`).
  public func imatchedProbe(from source: Int?, tag: Int? = nil) throws(MPIError) -> Message? {
    var status = Status()
    var message = cmpi_message_null()
    var flag: Int32 = 0
    try check(
      cmpi_improbe(MPI.source(source), receivable(tag), handle, &flag, &message, &status.handle),
      "MPI_Improbe")
    return flag != 0 ? Message(handle: message, status: status, communicator: self) : nil
  }
}
