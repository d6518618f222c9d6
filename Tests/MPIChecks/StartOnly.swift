import Foundation
import MPI

/// Starts MPI and ends it, or says why that is not possible and exits with 64.
func startOnly() {
  do throws(LaunchError) {
    try MPI.run { world in print("started as \(world.rank) of \(world.size)") }
  } catch {
    print("refused: \(error)")
    exit(64)
  }
}
