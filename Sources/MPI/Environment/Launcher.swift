#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What started this process as one of several, as the environment tells before MPI is touched.
///
/// A program that finds no launcher runs alone and need not call MPI at all:
///
///     if let launcher = Launcher.detect() {
///       try MPI.run { world in … }
///     } else {
///       …   // one process
///     }
public struct Launcher: Sendable, Equatable, CustomStringConvertible {
  /// The family of launchers.
  public enum Kind: String, Sendable {
    /// Open MPI's `mpirun`.
    case openMPI = "Open MPI's mpirun"
    /// A launcher that speaks PMI: MPICH's `mpiexec`, and Slurm's `srun --mpi=pmi2`.
    case pmi = "a PMI launcher such as MPICH's mpiexec"
    /// MVAPICH's `mpirun_rsh`.
    case mvapich = "MVAPICH's mpirun"
    /// Slurm's `srun`.
    case slurm = "Slurm's srun"
    /// A launcher that speaks PMIx only.
    case pmix = "a PMIx launcher"
  }

  /// The family of launchers.
  public let kind: Kind
  /// The number of processes that it started; nil if it does not say (PMIx alone).
  public let size: Int?
  /// The rank that it gave this process.
  public let rank: Int
  /// The rank among the processes of this machine, if it says so.
  public let localRank: Int?

  /// The launcher of this process; nil if it was started alone.
  public static func detect() -> Launcher? {
    detect { name in getenv(name).map { String(cString: $0) } }
  }

  /// The launcher that an environment tells of; nil if it tells of none.
  public static func detect(in environment: [String: String]) -> Launcher? {
    detect { environment[$0] }
  }

  private static func detect(_ variable: (String) -> String?) -> Launcher? {
    func number(_ names: String...) -> Int? {
      names.compactMap { variable($0).flatMap { Int($0) } }.first { $0 >= 0 }
    }
    func launcher(_ kind: Kind, _ size: Int?, _ rank: Int?, local: Int?) -> Launcher? {
      guard let size, let rank, rank < size else { return nil }
      return Launcher(kind: kind, size: size, rank: rank, localRank: local)
    }
    if let found = launcher(
      .openMPI, number("OMPI_COMM_WORLD_SIZE"), number("OMPI_COMM_WORLD_RANK"),
      local: number("OMPI_COMM_WORLD_LOCAL_RANK"))
    {
      return found
    }
    if let found = launcher(
      .mvapich, number("MV2_COMM_WORLD_SIZE"), number("MV2_COMM_WORLD_RANK"),
      local: number("MV2_COMM_WORLD_LOCAL_RANK"))
    {
      return found
    }
    if let found = launcher(
      .pmi, number("PMI_SIZE"), number("PMI_RANK"), local: number("MPI_LOCALRANKID", "SLURM_LOCALID"))
    {
      return found
    }
    // A batch script has SLURM_NTASKS and SLURM_PROCID too; only what srun starts belongs to a step.
    if number("SLURM_STEP_ID", "SLURM_STEPID", "PMIX_RANK") != nil,
      let found = launcher(
        .slurm, number("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "SLURM_NPROCS"), number("SLURM_PROCID"),
        local: number("SLURM_LOCALID"))
    {
      return found
    }
    if let rank = number("PMIX_RANK") {
      return Launcher(kind: .pmix, size: nil, rank: rank, localRank: nil)
    }
    return nil
  }

  /// The launcher's name, and the size that it announced.
  public var description: String {
    size.map { "\(kind.rawValue) with \($0) processes" } ?? kind.rawValue
  }
}
