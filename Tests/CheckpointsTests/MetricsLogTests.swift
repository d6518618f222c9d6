import Checkpoints
import Foundation
import Testing

@Suite("The metrics log")
struct MetricsLogTests {
  @Test("Every line is a JSON object, there at once, with null for what is not finite")
  func lines() throws {
    let folder = try TemporaryDirectory()
    let log = try MetricsLog("\(folder.path)/m")
    try log.append(step: 1, epoch: 0, values: [("loss", 0.1), ("a\"b", .nan)])
    #expect(
      try folder.bytes("m") == Array("{\"step\":1,\"epoch\":0,\"loss\":0.1,\"a\\\"b\":null}\n".utf8))
    try log.append("{\"step\":2}")
    try log.synchronize()
    #expect(try folder.bytes("m").split(separator: 10).count == 2)
  }

  @Test(
    "Resumed, the log keeps the lines up to the step and cuts later ones and torn ones",
    arguments: [
      ("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n", 2, "{\"step\":1}\n{\"step\":2}\n"),
      ("{\"step\":1}\n{\"step\":2}\n", 5, "{\"step\":1}\n{\"step\":2}\n"),
      ("{\"step\":1}\n{\"step\":2}\n", 0, ""), ("", 3, ""), ("{\"st", 3, ""),
      ("{\"step\":1}\n{\"step\":2}", 2, "{\"step\":1}\n"),
      (
        "{\"step\":1}\n{\"step\":1,\"test_error\":0.5}\n{\"step\":2}\n", 1,
        "{\"step\":1}\n{\"step\":1,\"test_error\":0.5}\n"
      ),
      ("{\"step\":1}\ngarbage\n{\"step\":2}\n\0\0\n", 2, "{\"step\":1}\ngarbage\n{\"step\":2}\n"),
      ("{\"note\":\"x\"}\n{\"step\":9}\n", 2, "{\"note\":\"x\"}\n"),
    ])
  func resume(before: String, step: Int, after: String) throws {
    let folder = try TemporaryDirectory()
    try folder.write(Array(before.utf8), to: "m")
    let log = try MetricsLog("\(folder.path)/m", resumedAt: step)
    #expect(try folder.bytes("m") == Array(after.utf8))
    try log.append("{\"step\":7}")
    #expect(try folder.bytes("m") == Array((after + "{\"step\":7}\n").utf8))
  }

  @Test("A log in a directory that is not there is refused")
  func unwritable() throws {
    let folder = try TemporaryDirectory()
    let error = #expect(throws: CheckpointError.self) { try MetricsLog("\(folder.path)/none/m") }
    #expect(error?.kind == .notFound)
  }
}
