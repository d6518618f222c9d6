import Cluster
import Foundation
import MPI
import Training

/// What a command runs on: this process alone, or the ranks of a launcher.
struct RankSession {
  /// The ranks.
  let replicas: any ReplicaGroup
  /// The watch over stalled ranks; nil alone.
  let watch: StallWatch?

  /// Whether this rank coordinates: only it reads configs, writes files and talks to people.
  var isCoordinator: Bool { replicas.rank == 0 }

  /// Runs `body` and exits with its code. Started without a launcher, the process never touches MPI.
  static func run(stallSeconds: Double = 0, _ body: (RankSession) throws -> Int32) -> Never {
    do {
      guard Launcher.detect() != nil else {
        exit(try body(RankSession(replicas: SoloGroup(), watch: nil)))
      }
      let code = try MPI.run { world in
        let watch = StallWatch(rank: world.rank, seconds: stallSeconds) { text in
          // Not MPI_Abort: the watch's thread may not call MPI while the main thread hangs in it. The launcher ends
          // the others.
          report(text)
          _exit(ExitStatus.resumable)
        }
        do {
          let code = try body(RankSession(replicas: MPIGroup(world, watch: watch), watch: watch))
          watch.stop()
          return code
        } catch let error as AgreedFailure {
          watch.stop()
          return error.exitCode
        } catch {
          throw Failure(error)
        }
      }
      exit(code)
    } catch let error as AgreedFailure {
      exit(error.exitCode)
    } catch {
      report("\(error)")
      exit(ExitStatus.code(for: error))
    }
  }

  /// Prints an error for people.
  static func report(_ text: String) {
    FileHandle.standardError.write(Data("tenfold: \(text)\n".utf8))
  }

  /// Runs `work` at the coordinator and gives all ranks its bytes; if it fails, all fail with its code. Collective.
  func fromCoordinator(_ what: String, _ work: () throws -> [UInt8]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try onEveryRank(what) { if isCoordinator { bytes = try work() } }
    return try replicas.broadcast(bytes, operation: what)
  }

  /// Runs `work` on every rank; if it fails on any, all fail with the code of the first, and the coordinator says
  /// why. Collective: no rank is left waiting for one that has failed.
  func onEveryRank(_ what: String, _ work: () throws -> Void) throws {
    var failure: Failure?
    do { try work() } catch { failure = Failure(error) }
    let own = failure.map { [UInt8(truncatingIfNeeded: $0.exitCode)] + Array($0.description.utf8) } ?? []
    let all = try replicas.gather(own, operation: what)
    var code: [UInt8] = []
    if let all, let (rank, first) = all.enumerated().first(where: { !$1.isEmpty }) {
      let text = String(decoding: first.dropFirst(), as: UTF8.self)
      RankSession.report(replicas.count > 1 && rank > 0 ? "rank \(rank): \(text)" : text)
      code = [first[0]]
    }
    let agreed = try replicas.broadcast(code, operation: what)
    if let code = agreed.first { throw AgreedFailure(exitCode: Int32(code)) }
  }
}

/// A failure that all ranks know of and that the coordinator has reported: they end in good order.
struct AgreedFailure: Error {
  let exitCode: Int32
}
