// swift-tools-version: 6.1
import Foundation
import PackageDescription

// Which MPI to build against: Open MPI unless TENFOLD_MPI=mpich is in the environment of `swift build`.
let mpi = ProcessInfo.processInfo.environment["TENFOLD_MPI"] == "mpich" ? "mpich" : "ompi-c"

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "Tenfold",
  products: [
    .executable(name: "tenfold", targets: ["TenfoldCLI"]),
    .library(name: "MPI", targets: ["MPI"]),
    .library(
      name: "Tenfold",
      targets: ["Networks", "Architectures", "Datasets", "Checkpoints", "Training", "Cluster"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // The libraries that we build on.
    .systemLibrary(
      name: "CMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // The house, from the ground up. An undeclared import fails the build.
    .target(name: "CKernels"),
    .target(name: "MPI", dependencies: ["CMPI"]),
    .target(name: "Kernels", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "Networks", dependencies: ["Kernels"]),
    .target(name: "Architectures", dependencies: ["Networks"]),
    .target(name: "Datasets", dependencies: ["Networks", "Kernels", "CZlib"]),
    .target(name: "Checkpoints", dependencies: ["Networks", crypto]),
    .target(name: "Training", dependencies: ["Networks", "Datasets", "Checkpoints"]),
    .target(name: "Cluster", dependencies: ["Training", "MPI"]),
    .executableTarget(
      name: "TenfoldCLI",
      dependencies: [
        "MPI", "Kernels", "Networks", "Architectures", "Datasets", "Checkpoints", "Training",
        "Cluster", argumentParser, yams,
      ]),

    // The checks that run under mpiexec, and the tests.
    .executableTarget(name: "MPIChecks", dependencies: ["MPI", "CMPI"], path: "Tests/MPIChecks"),
    .target(name: "ReplicaTesting", dependencies: ["Training"], path: "Tests/ReplicaTesting"),
    .testTarget(name: "MPITests", dependencies: ["MPI", "MPIChecks"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "CKernels"]),
    .testTarget(name: "NetworksTests", dependencies: ["Networks"]),
    .testTarget(
      name: "ArchitecturesTests",
      dependencies: ["Architectures", "Training", "Datasets", "Checkpoints", "ReplicaTesting"]),
    .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "CZlib"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Networks", "Datasets", "Checkpoints", "ReplicaTesting"]),
    .testTarget(name: "ClusterTests", dependencies: ["Cluster", "Training", "Datasets", "ReplicaTesting"]),
    .testTarget(name: "TenfoldCLITests", dependencies: ["TenfoldCLI", "Checkpoints"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17
)
