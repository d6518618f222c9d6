import CMPI
import MPI

/// Prints what an all-reduce costs in C and in Swift: 8 bytes on this process alone, 4 MiB on the world.
///
/// The two are measured by turns, so that noise meets both; medians and minima are compared.
func measureOverhead(_ world: Communicator) throws {
  let alone = try Communicator.`self`
  let small = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2)
  small.initialize(repeating: 0)
  try report("8-byte all-reduce on self", world, on: alone, small, turns: 101, rounds: 20_000)
  let large = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1 << 20)
  large.initialize(repeating: 0)
  try report("4 MiB all-reduce on world of \(world.size)", world, on: world, large, turns: 101, rounds: 5)
  small.deallocate()
  large.deallocate()
}

private func report(
  _ name: String, _ world: Communicator, on communicator: Communicator,
  _ elements: UnsafeMutableBufferPointer<Float>, turns: Int, rounds: Int
) throws {
  var inC: [Double] = []
  var inSwift: [Double] = []
  for turn in 0..<2 * turns {
    try world.barrier()
    if turn.isMultiple(of: 2) == (turn / 2).isMultiple(of: 2) {
      inC.append(
        cmpi_time_allreduce(elements.baseAddress, Int32(elements.count), rounds, communicator.handle))
    } else {
      let start = Environment.wallTime
      for _ in 0..<rounds { try communicator.allReduce(elements, .sum) }
      inSwift.append(Environment.wallTime - start)
    }
  }
  guard world.rank == 0 else { return }
  func line(_ statistic: String, _ of: ([Double]) -> Double) {
    let c = 1e9 * of(inC) / Double(rounds)
    let swift = 1e9 * of(inSwift) / Double(rounds)
    print(
      "\(name), \(statistic): C \(rounded(c)) ns, Swift \(rounded(swift)) ns,",
      "difference \(rounded(swift - c)) ns, ratio \(rounded(swift / c, 1000))")
  }
  line("median", median)
  line("minimum") { $0.min() ?? 0 }
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

private func rounded(_ value: Double, _ places: Double = 10) -> Double { (value * places).rounded() / places }
