import Testing
import Training

@Suite struct LaneTreeTests {
  /// Adds the lanes of a block as a program says, as text that shows the brackets.
  private func run(_ program: LaneProgram) -> [String] {
    var places = [String](repeating: "", count: program.places)
    for step in program.steps {
      places[step.place] = "\(step.lane)"
      for addition in step.additions {
        places[addition.target] = "(\(places[addition.target])+\(places[addition.source]))"
      }
    }
    return program.nodePlaces.map { places[$0] }
  }

  @Test("Lanes are added in the same brackets, however they are divided among ranks and threads")
  func sameBrackets() throws {
    for lanes in 1...17 {
      let tree = LaneTree(lanes: lanes)
      let whole = run(tree.program(for: 0..<lanes))
      #expect(whole.count == 1)
      for ranks in 1...lanes {
        for threads in 1...3 {
          let plan = try LanePlan(lanes: lanes, ranks: ranks)
          var nodes: [LaneTree.Node] = []
          var texts: [String] = []
          for rank in 0..<ranks {
            for thread in 0..<threads {
              let program = tree.program(for: plan.lanes(of: rank, thread: thread, threads: threads))
              nodes += program.nodes
              texts += run(program)
            }
          }
          let merge = tree.merge(nodes)
          for addition in merge.additions {
            texts[addition.target] = "(\(texts[addition.target])+\(texts[addition.source]))"
          }
          #expect(merge.nodes.count == 1)
          #expect(texts[merge.nodes[0].place] == whole[0])
        }
      }
    }
  }

  @Test("A thread needs few buffers: at most two more than the height of the tree")
  func fewBuffers() {
    for lanes in [1, 2, 8, 64, 100, 1024] {
      let tree = LaneTree(lanes: lanes)
      #expect(tree.program(for: 0..<lanes).places <= tree.root.level + 2)
    }
  }

  @Test("Four lanes are added pairwise")
  func fourLanes() {
    #expect(run(LaneTree(lanes: 4).program(for: 0..<4)) == ["((0+1)+(2+3))"])
    #expect(run(LaneTree(lanes: 5).program(for: 0..<5)) == ["(((0+1)+(2+3))+4)"])
    #expect(run(LaneTree(lanes: 5).program(for: 1..<4)) == ["1", "(2+3)"])
  }
}

@Suite struct LanePlanTests {
  @Test("Every lane has exactly one rank, and every working rank has a lane")
  func partition() throws {
    for lanes in 1...12 {
      for ranks in 1...lanes {
        for dedicated in [false, true] {
          let count = ranks + (dedicated ? 1 : 0)
          let plan = try LanePlan(lanes: lanes, ranks: count, dedicatedCoordinator: dedicated)
          let all = (0..<count).flatMap { Array(plan.lanes(of: $0)) }
          #expect(all == Array(0..<lanes))
          #expect(plan.lanes(of: 0).isEmpty == dedicated)
        }
      }
    }
  }

  @Test("More working ranks than lanes are refused, with the remedy")
  func tooManyRanks() {
    let error = #expect(throws: LanePlanError.self) { try LanePlan(lanes: 4, ranks: 5) }
    #expect(error!.description.contains("start at most 4"))
    #expect(throws: LanePlanError.self) { try LanePlan(lanes: 4, ranks: 1, dedicatedCoordinator: true) }
    #expect(throws: LanePlanError.self) { try LanePlan(lanes: 0, ranks: 1) }
  }
}
