import CMPI
import MPI

let customReductionChecks = [
  Check("a reduction by a Swift function", CustomReductionCheck()),
  Check("a reduction that does not commute keeps the ranks' order") { communicator in
    // Composition of the maps x -> a x + b over the integers modulo 97: associative, not commutative.
    let compose = try Reduction<Map>.custom(isCommutative: false) { first, second in
      Map.then(first, second)
    }
    let expected = (1..<max(1, communicator.size)).reduce(Map.of(0)) { Map.then($0, .of($1)) }
    try expect(communicator.allReduced(.of(communicator.rank), compose), expected)
    for root in 0..<communicator.size {
      let found = try communicator.reduced(Map.of(communicator.rank), compose, root: root)
      try expect(found, communicator.rank == root ? expected : nil)
    }
    var prefix = [Map.of(communicator.rank)]
    try communicator.scan(&prefix, compose)
    try expect(
      prefix[0], (1..<communicator.rank + 1).reduce(Map.of(0)) { Map.then($0, .of($1)) })
  },
  Check("a reduction by a C function") { communicator in
    let largest = try Reduction<Double>.function(isCommutative: true) { lower, higher, count, _ in
      let lower = lower!.assumingMemoryBound(to: Double.self)
      let higher = higher!.assumingMemoryBound(to: Double.self)
      for index in 0..<Int(count!.pointee) where abs(lower[index]) > abs(higher[index]) {
        higher[index] = lower[index]
      }
    }
    var values = (0..<10).map { Double($0) * (communicator.rank.isMultiple(of: 2) ? -1 : 1) }
    values[0] = -Double(communicator.rank + 1)
    try communicator.allReduce(&values, largest)
    try expect(values[0], -Double(communicator.size))
    try expect(values.dropFirst().map(abs), (1..<10).map(Double.init))
  },
  Check("a nonblocking request keeps its reduction alive") { communicator in
    guard !communicator.limitsCounts else { return }
    func start() throws -> BufferRequest<Int> {
      let offset = communicator.size
      let reduction = try Reduction<Int>.custom(isCommutative: true) { max($0, $1) + 0 * offset }
      return try communicator.iallReduce(Buffer([communicator.rank, 5, -communicator.rank]), reduction)
    }
    try expect(start().wait().array(), [communicator.size - 1, 5, 0])
  },
  Check("many reductions come and go") { communicator in
    for round in 0..<20 {
      let reduction = try Reduction<Int32>.custom(isCommutative: true) { $0 &+ $1 &+ Int32(round) }
      let expected = Int32(communicator.size) + Int32(round * (communicator.size - 1))
      try expect(communicator.allReduced(1, reduction), expected)
    }
  },
]

/// The map x -> a x + b over the integers modulo 97, in one number.
private struct Map: Datatype, Equatable {
  var slope: Int32
  var offset: Int32

  static var mpiDatatype: CMPIDatatype { cmpi_type_two_int() }

  static func of(_ rank: Int) -> Map { Map(slope: Int32(rank % 5 + 2), offset: Int32(rank * 11 % 97)) }

  static func then(_ first: Map, _ second: Map) -> Map {
    Map(
      slope: first.slope * second.slope % 97, offset: (second.slope * first.offset + second.offset) % 97)
  }
}

private struct CustomReductionCheck: TypedCheck {
  func run<Element: Number>(_ communicator: Communicator, _ type: Element.Type) throws {
    for count in Element.counts(communicator) {
      let spread = try Reduction<Element>.blockwise(isCommutative: true) { lower, higher in
        for index in higher.indices { higher[index] = max(lower[index], higher[index]) }
      }
      var elements = Element.samples(communicator.rank, count)
      try communicator.allReduce(&elements, spread)
      try expect(elements, combined(0..<communicator.size, count, max))
    }
  }
}
