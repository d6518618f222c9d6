import Datasets
import Testing

@Suite struct ShardPlanTests {
  @Test("every example comes exactly once in an epoch, whatever batch and lanes")
  func partition() {
    for examples in [1, 2, 7, 100, 129, 1000] {
      for batch in [1, 3, 32, 128] {
        for lanes in [1, 2, 3, 7, 8, 64] {
          let plan = ShardPlan(examples: examples, batch: batch, lanes: lanes, seed: 5, epoch: 2)
          var seen = [Int](repeating: 0, count: examples)
          var next = 0
          for step in 0..<plan.steps {
            let whole = plan.positions(step: step)
            #expect(whole.count == min(batch, examples - next))
            for lane in 0..<lanes {
              let positions = plan.positions(step: step, lane: lane)
              #expect(positions.lowerBound == next)
              #expect(positions.count <= plan.largestLane)
              next = positions.upperBound
              for position in positions { seen[plan.example(at: position)] += 1 }
            }
            #expect(next == whole.upperBound)
          }
          #expect(next == examples)
          #expect(seen.allSatisfy { $0 == 1 })
        }
      }
    }
  }

  @Test("a block of lanes covers what its lanes cover, and lanes differ by at most one example")
  func blocks() {
    let plan = ShardPlan(examples: 1003, batch: 100, lanes: 8, seed: 1)
    for step in 0..<plan.steps {
      let counts = (0..<8).map { plan.positions(step: step, lane: $0).count }
      #expect(counts.max()! - counts.min()! <= 1)
      for ranks in 1...8 {
        for rank in 0..<ranks {
          let block = 8 * rank / ranks..<8 * (rank + 1) / ranks
          let together = plan.positions(step: step, lanes: block)
          #expect(together.count == block.reduce(0) { $0 + counts[$1] })
        }
      }
    }
  }

  @Test("the written examples are those at the positions, shuffled or not")
  func examplesAtPositions() {
    let room = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 50)
    defer { room.deallocate() }
    for shuffle in [true, false] {
      let plan = ShardPlan(examples: 300, batch: 40, lanes: 4, seed: 9, epoch: 1, shuffle: shuffle)
      let filled = plan.examples(at: 111..<150, into: room)
      #expect(filled.map(Int.init) == (111..<150).map { plan.example(at: $0) })
      #expect(shuffle || filled.map(Int.init) == Array(111..<150))
    }
  }

  @Test("a set without examples has no steps")
  func empty() {
    #expect(ShardPlan(examples: 0, batch: 8, lanes: 2, seed: 1).steps == 0)
  }

  @Test("evaluation blocks cover every example once for any number of parts, also more parts than examples")
  func evaluation() {
    for examples in [0, 1, 5, 100, 1001] {
      for block in [1, 7, 100, 5000] {
        let plan = EvaluationPlan(examples: examples, block: block)
        for parts in [1, 2, 3, 8, 2000] {
          var next = 0
          for part in 0..<parts {
            for index in plan.blocks(ofPart: part, parts: parts) {
              let range = plan.examples(inBlock: index)
              #expect(range.lowerBound == next && !range.isEmpty)
              next = range.upperBound
            }
          }
          #expect(next == examples)
        }
      }
    }
  }
}
