import MPI
import Testing

@Suite
struct LauncherTests {
  @Test("an empty environment has no launcher")
  func nothing() {
    #expect(Launcher.detect(in: [:]) == nil)
  }

  @Test("Open MPI's mpirun is recognised")
  func openMPI() {
    let launcher = Launcher.detect(in: [
      "OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "5", "OMPI_COMM_WORLD_LOCAL_RANK": "1",
    ])
    #expect(launcher?.kind == .openMPI)
    #expect(launcher?.size == 8)
    #expect(launcher?.rank == 5)
    #expect(launcher?.localRank == 1)
  }

  @Test("MPICH's mpiexec is recognised")
  func mpich() {
    let launcher = Launcher.detect(in: ["PMI_SIZE": "3", "PMI_RANK": "0", "MPI_LOCALRANKID": "0"])
    #expect(launcher?.kind == .pmi)
    #expect(launcher?.size == 3)
    #expect(launcher?.localRank == 0)
  }

  @Test("Slurm's srun is recognised by its step, a batch script is not")
  func slurm() {
    var environment = ["SLURM_NTASKS": "16", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"]
    #expect(Launcher.detect(in: environment) == nil)
    environment["SLURM_STEP_ID"] = "0"
    #expect(Launcher.detect(in: environment)?.kind == .slurm)
    #expect(Launcher.detect(in: environment)?.size == 16)
    environment["SLURM_STEP_NUM_TASKS"] = "4"
    #expect(Launcher.detect(in: environment)?.size == 4)
  }

  @Test("PMIx alone tells the rank but not the size")
  func pmix() {
    let launcher = Launcher.detect(in: ["PMIX_RANK": "2", "PMIX_NAMESPACE": "x"])
    #expect(launcher?.kind == .pmix)
    #expect(launcher?.size == nil)
    #expect(launcher?.rank == 2)
  }

  @Test(
    "variables that make no sense are no launcher",
    arguments: [
      ["OMPI_COMM_WORLD_SIZE": "4"], ["PMI_SIZE": "x", "PMI_RANK": "0"],
      ["PMI_SIZE": "4", "PMI_RANK": "4"], ["PMI_SIZE": "0", "PMI_RANK": "0"],
      ["OMPI_COMM_WORLD_SIZE": "-1", "OMPI_COMM_WORLD_RANK": "-1"],
    ])
  func nonsense(environment: [String: String]) {
    #expect(Launcher.detect(in: environment) == nil)
  }

  @Test("a refused launch says what to do")
  func texts() throws {
    let launcher = try #require(Launcher.detect(in: ["PMI_SIZE": "4", "PMI_RANK": "1"]))
    let mismatch = LaunchError.sizeMismatch(launcher: launcher, worldSize: 1, library: "Some MPI 1.0")
    #expect(mismatch.description.contains("with 4 processes"))
    #expect(mismatch.description.contains("Some MPI 1.0"))
    #expect(mismatch.description.contains("Start the program with the mpiexec"))
    let level = LaunchError.threadLevel(requested: .multiple, granted: .single, library: "Some MPI 1.0")
    #expect(level.description.contains("\"multiple\""))
    #expect(ThreadLevel.single < .funneled && ThreadLevel.serialized < .multiple)
  }

  @Test("without MPI.run a communicator is an error, not a crash")
  func notRunning() {
    #expect(throws: MPIError.self) { try Communicator.world }
    #expect(throws: MPIError.self) { try Communicator.`self` }
    #expect(throws: MPIError.self) { try Reduction<Int>.custom(isCommutative: true) { $0 + $1 } }
    #expect(MPI.Environment.threadLevel == nil)
    #expect(!MPI.Environment.isRunning)
  }
}
