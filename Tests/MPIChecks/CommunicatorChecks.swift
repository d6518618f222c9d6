import MPI

let communicatorChecks = [
  Check("errors are returned on every communicator") { communicator in
    try expect(communicator.returnsErrors, true)
    try communicator.withDuplicate { try expect($0.returnsErrors, true) }
    try communicator.withSplit(color: 0) { try expect($0.returnsErrors, true) }
    let shared = try communicator.splitBySharedMemory()
    try expect(shared.returnsErrors, true)
    try shared.free()
  },
  Check("a duplicate has the same ranks and its own messages") { communicator in
    let copy = try communicator.duplicate()
    try expect(copy.rank, communicator.rank)
    try expect(copy.size, communicator.size)
    try expect(copy == communicator, false)
    try expect(communicator.compare(with: copy), .congruent)
    try expect(communicator.compare(with: communicator), .identical)
    let request = try copy.isend(Buffer([1]), to: copy.rank, tag: 3)
    try expect(communicator.iprobe(from: nil) == nil, true, "a message on another communicator")
    try expect(copy.received(Int.self, from: nil).elements, [1])
    _ = try request.wait()
    try copy.free()
  },
  Check("a split puts equal colors together, in the order of keys") { communicator in
    let part = try communicator.split(color: communicator.rank % 2, key: -communicator.rank)!
    let members = (0..<communicator.size).filter { $0 % 2 == communicator.rank % 2 }
    try expect(part.size, members.count)
    try expect(part.allGathered([communicator.rank]), members.reversed())
    let expected: Comparison =
      communicator.size == 1 ? .congruent : .unequal
    try expect(communicator.compare(with: part), expected)
    try part.free()
  },
  Check("a rank without a color joins no part") { communicator in
    let part = try communicator.split(color: communicator.rank == 0 ? nil : 5)
    try expect(part == nil, communicator.rank == 0)
    try part?.free()
    try expect(.argument) { _ = try communicator.split(color: -1) }
  },
  Check("the ranks of one machine share memory") { communicator in
    let shared = try communicator.splitBySharedMemory(key: -communicator.rank)
    try expect(shared.size, communicator.size)
    try expect(shared.rank, communicator.size - 1 - communicator.rank)
    try expect(
      communicator.compare(with: shared), communicator.size == 1 ? .congruent : .similar)
    try shared.free()
  },
  Check("a communicator is made of a group") { communicator in
    let evens = try communicator.group().including(
      (0..<communicator.size).filter { $0.isMultiple(of: 2) })
    let part = try communicator.create(evens)
    try expect(part == nil, !communicator.rank.isMultiple(of: 2))
    try expect(part?.rank ?? communicator.rank / 2, communicator.rank / 2)
    try part?.free()
    if communicator.rank.isMultiple(of: 2) {
      let same = try communicator.createFromGroup(evens, tag: 2)!
      try expect(same.size, (communicator.size + 1) / 2)
      try same.free()
    }
  },
  Check("a communicator has a name and a largest tag") { communicator in
    try communicator.withDuplicate { copy in
      try copy.setName("gradients")
      try expect(copy.name(), "gradients")
    }
    try expect(communicator.largestTag >= 32767, true)
  },
  Check("a scope frees its communicator also after an error") { communicator in
    for _ in 0..<3 {
      do {
        try communicator.withDuplicate { _ in throw CheckFailure("inside") }
        throw CheckFailure("the error was lost")
      } catch let error as CheckFailure {
        try expect(error.description, "inside")
      }
    }
  },
]

let groupChecks = [
  Check("groups combine like ordered sets") { communicator in
    let size = communicator.size
    let all = try communicator.group()
    let low = try all.including(Array(0..<(size + 1) / 2))
    let high = try all.excluding(Array(0..<size / 2))
    try expect(all.size, size)
    try expect(all.rank, communicator.rank)
    try expect(low.union(high).compare(with: all), .identical)
    try expect(low.intersection(high).size, size % 2)
    try expect(low.difference(high).size, size / 2)
    try expect(Group.empty.size, 0)
    try expect(all.difference(all).compare(with: .empty), .identical)
    let backwards = try all.including((0..<size).reversed())
    try expect(backwards.compare(with: all), size == 1 ? .identical : .similar)
    try expect(all.translate(Array(0..<size), to: backwards), (0..<size).reversed().map { $0 })
    try expect(all.translate([0], to: .empty), [nil])
    try expect(.rank) { _ = try all.including([size]) }
  }
]
