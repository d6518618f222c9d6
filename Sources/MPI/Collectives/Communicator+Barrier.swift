import CMPI

extension Communicator {
  /// Waits until all ranks are here (`MPI_Barrier`). Collective.
  @inlinable
  public func barrier() throws(MPIError) {
    try check(cmpi_barrier(handle), "MPI_Barrier")
  }

  /// Starts a barrier; its request is finished when all ranks have started it (`MPI_Ibarrier`). Collective.
  @inlinable
  public func ibarrier() throws(MPIError) -> Request {
    var request = Request()
    try check(cmpi_ibarrier(handle, &request.handle), "MPI_Ibarrier")
    return request
  }
}
