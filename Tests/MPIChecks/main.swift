// Checks of the MPI binding. Starts under mpiexec, on any number of processes:
//
//   mpiexec -n 3 MPIChecks              every check, on world, self, splits and with a low count limit
//   mpiexec -n 3 MPIChecks --only NAME  the checks whose name contains NAME
//   mpiexec -n 2 MPIChecks --overhead   what a call costs in Swift and in C
//   mpiexec -n 2 MPIChecks --large      counts beyond Int32.max; takes 2.2 GB a process
//   mpiexec -n 3 MPIChecks --abort      the last rank fails; the job must end with exit code 42
//   mpiexec -n 3 MPIChecks --fail       the last rank fails without choosing an exit code
//   mpiexec -n 3 MPIChecks --drop       ends with requests that nobody has waited for
//   MPIChecks --launcher                says whether a launcher is seen; touches no MPI if there is none
//   MPIChecks --start                   starts MPI and ends it, or says why not and exits with 64

import Foundation
import MPI

let arguments = Array(CommandLine.arguments.dropFirst())

switch arguments.first {
case "--overhead": try MPI.run(measureOverhead)
case "--large": try MPI.run(moveLargeCounts)
case "--abort": try MPI.run { try failOnLastRank($0, with: ChosenExit()) }
case "--fail": try MPI.run { try failOnLastRank($0, with: CheckFailure("on purpose")) }
case "--drop": try MPI.run(endWithOpenRequests)
case "--launcher": reportLauncher()
case "--start": startOnly()
case "--only": try MPI.run { try runChecks(in: $0, only: arguments.dropFirst().first) }
case nil: try MPI.run { try runChecks(in: $0, only: nil) }
case let unknown?:
  print("MPIChecks does not know \(unknown): see the head of Tests/MPIChecks/main.swift")
  exit(64)
}
