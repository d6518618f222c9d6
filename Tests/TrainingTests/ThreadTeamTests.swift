import Synchronization
import Testing
import Training

@Suite struct ThreadTeamTests {
  @Test("Every thread runs each piece of work exactly once, and the work is done when run returns")
  func everyThreadOnce() throws {
    for count in 1...5 {
      let team = ThreadTeam(count: count)
      let seen = Mutex([Int](repeating: 0, count: count))
      for _ in 0..<200 { try team.run { thread in seen.withLock { $0[thread] += 1 } } }
      #expect(seen.withLock { $0 } == Array(repeating: 200, count: count))
    }
  }

  @Test("An error on any thread reaches the caller, and the team works on")
  func errors() throws {
    struct Broken: Error {}
    let team = ThreadTeam(count: 3)
    for broken in 0..<3 {
      #expect(throws: Broken.self) { try team.run { thread in if thread == broken { throw Broken() } } }
    }
    let total = Atomic<Int>(0)
    try team.run { thread in total.wrappingAdd(thread, ordering: .relaxed) }
    #expect(total.load(ordering: .relaxed) == 3)
  }
}
