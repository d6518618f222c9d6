import MPI
import Testing

/// What holds under mpiexec. One job at a time: each wants all cores.
@Suite(.serialized)
struct MPIJobTests {
  @Test("every check passes on 1, 2, 3 and 4 processes", arguments: [1, 2, 3, 4])
  func everyCheckPasses(processes: Int) throws {
    let outcome = try Job(processes: processes, arguments: []).run()
    #expect(!outcome.isTimedOut, "the job hung: \(outcome.output.suffix(2000))")
    #expect(outcome.exitCode == 0, "\(outcome.output.suffix(2000))")
    #expect(outcome.output.contains("checks passed on \(processes) ranks"))
  }

  @Test("a throw on one rank ends the job with the exit code that the error chooses")
  func throwEndsTheJob() throws {
    let outcome = try Job(processes: 3, arguments: ["--abort"], seconds: 60).run()
    #expect(!outcome.isTimedOut)
    #expect(outcome.exitCode == 42, "\(outcome.output.suffix(2000))")
    #expect(outcome.output.contains("rank 2 of 3"))
    #expect(outcome.output.contains("failed on purpose"))
    #expect(!outcome.output.contains("the barrier was passed"))
  }

  @Test("an error that chooses no exit code ends the job with 1")
  func plainErrorEndsTheJob() throws {
    let outcome = try Job(processes: 2, arguments: ["--fail"], seconds: 60).run()
    #expect(!outcome.isTimedOut)
    #expect(outcome.exitCode == 1, "\(outcome.output.suffix(2000))")
    #expect(outcome.output.contains("rank 1 of 2"))
  }

  @Test("requests that nobody has waited for neither trap nor hang")
  func openRequestsDoNotHang() throws {
    let outcome = try Job(processes: 2, arguments: ["--drop"], seconds: 60).run()
    #expect(!outcome.isTimedOut)
    #expect(outcome.exitCode == 0, "\(outcome.output.suffix(2000))")
    #expect(outcome.output.contains("ended with open requests"))
  }

  @Test("a program that is started alone sees no launcher and touches no MPI")
  func aloneTouchesNoMPI() throws {
    let outcome = try Job(processes: nil, arguments: ["--launcher"], seconds: 60).run()
    #expect(outcome.exitCode == 0)
    #expect(outcome.output == "alone; MPI was not touched\n")
  }

  @Test("every process of a job sees the launcher and its size")
  func jobSeesLauncher() throws {
    let outcome = try Job(processes: 2, arguments: ["--launcher"], seconds: 60).run()
    #expect(outcome.output.contains("with 2 processes"))
  }

  @Test("a world that is smaller than the launcher says is refused with the reason")
  func silentSingletonsAreRefused() throws {
    let foreign =
      MPI.Environment.implementation == .openMPI
      ? ["PMI_SIZE": "4", "PMI_RANK": "1"]
      : ["OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "1"]
    let refused = try Job(
      processes: 1, arguments: ["--start"],
      environment: MPI.Environment.implementation == .openMPI ? [:] : foreign, seconds: 60
    ).run()
    // Under its own mpiexec with one process: Open MPI's variables come first in the detection.
    #expect(refused.exitCode == (MPI.Environment.implementation == .openMPI ? 0 : 64))
    let alone = try Job(processes: nil, arguments: ["--start"], environment: foreign, seconds: 60).run()
    #expect(alone.exitCode == 64, "\(alone.output)")
    #expect(alone.output.contains("with 4 processes"))
    #expect(alone.output.contains("silently run alone"))
  }

  @Test("a program without launcher may start MPI as a world of one")
  func singletonStarts() throws {
    let outcome = try Job(processes: nil, arguments: ["--start"], seconds: 60).run()
    #expect(outcome.exitCode == 0, "\(outcome.output)")
    #expect(outcome.output.contains("started as 0 of 1"))
  }
}
