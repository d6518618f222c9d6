#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Ends this process, should the library come back from `MPI_Abort`.
func endProcess(_ exitCode: Int32) -> Never {
  exit(exitCode)
}

/// Lets this thread sleep.
func pauseProcess(milliseconds: UInt32) {
  usleep(milliseconds * 1000)
}
