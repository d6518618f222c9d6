import Dispatch
import Foundation
import Synchronization
import Training

/// The signals that a run answers to: SIGTERM, SIGINT and SIGUSR1 (which
/// mpirun and Slurm pass on) ask it to save and stop, SIGUSR2 to save and go on.
///
/// They only leave a note; the next step's control word carries it to all ranks.
///
/// `@unchecked Sendable`: the sources are written once, in `init`; the notes are atomic.
final class SignalInbox: @unchecked Sendable {
  private let stop = Atomic<Bool>(false)
  private let save = Atomic<Bool>(false)
  private var sources: [any DispatchSourceSignal] = []

  /// Begins to listen.
  init() {
    for number in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in
        if number == SIGUSR2 {
          self?.save.store(true, ordering: .relaxed)
        } else {
          self?.stop.store(true, ordering: .relaxed)
        }
      }
      source.resume()
      sources.append(source)
    }
  }

  /// What has come since the last look.
  func take() -> ControlWord {
    var control = ControlWord()
    control.stop = stop.load(ordering: .relaxed)
    control.save = save.exchange(false, ordering: .relaxed)
    return control
  }
}
