import Foundation
import MPI
import Testing

/// What the compiler must refuse: small programs against the built module.
@Suite(.serialized)
struct OwnershipTests {
  @Test("a request that is waited for once compiles")
  func once() throws {
    let output = try compile("let sums = try request.wait(); print(sums.count)")
    #expect(!output.contains("error:"), "\(output)")
  }

  @Test("waiting twice does not compile")
  func twice() throws {
    let output = try compile("_ = try request.wait(); _ = try request.wait()")
    #expect(output.contains("'request' consumed more than once"), "\(output)")
  }

  @Test("touching a buffer in flight does not compile")
  func touching() throws {
    let output = try compile("print(buffer[0]); _ = try request.wait()")
    #expect(output.contains("'buffer' used after consume"), "\(output)")
  }

  @Test("bits of floating-point numbers cannot be combined")
  func bits() throws {
    let output = try compile("_ = try request.wait(); _ = try world.allReduced(1.5, .bitwiseAnd)")
    #expect(output.contains("error:"), "\(output)")
  }

  /// What the compiler says about statements that follow the start of a nonblocking call.
  private func compile(_ statements: String) throws -> String {
    let source = """
      import MPI
      func program(_ world: Communicator) throws {
        let buffer = Buffer([1.0, 2.0])
        let request = try world.iallReduce(buffer, .sum)
        \(statements)
      }
      """
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).swift")
    try source.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let modules = try Job.program().deletingLastPathComponent().appendingPathComponent("Modules")
    let package = MPI.Environment.implementation == .openMPI ? "ompi-c" : "mpich"
    let found = try Job.execute(
      try Job.find(["pkg-config"]), ["--cflags-only-I", package], seconds: 20)
    let includes = found.output.split(whereSeparator: \.isWhitespace).flatMap { ["-Xcc", String($0)] }
    let map = root.appendingPathComponent("Sources/CMPI/module.modulemap").path
    let arguments =
      ["-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-I", modules.path]
      + ["-Xcc", "-fmodule-map-file=\(map)"] + includes + [file.path]
    let outcome = try Job.execute(try Job.find(["swiftc"]), arguments, seconds: 120)
    #expect(!outcome.isTimedOut)
    return outcome.output
  }
}
