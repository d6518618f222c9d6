import Architectures
import ArgumentParser
import Networks

/// `tenfold architectures`.
struct ArchitecturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "architectures", abstract: "Lists the networks that can be trained.")

  func run() {
    CheckpointCommand.run {
      let width = Catalogue.all.map { $0.name.count }.max() ?? 0
      for type in Catalogue.all {
        print("\(type.name.padding(width))  \(type.summary)")
      }
      return ExitStatus.done
    }
  }
}

extension String {
  /// This text with blanks behind it, at least `width` characters.
  func padding(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// This text with blanks before it, at least `width` characters.
  func leading(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
