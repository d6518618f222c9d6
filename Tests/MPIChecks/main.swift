import MPI

try MPI.run { world in
  var values = [Float](repeating: Float(world.rank + 1), count: 5)
  try world.allReduce(&values, .sum)
  let buffer = Buffer<Double>(repeating: 1, count: 10)
  let sum = try world.iallReduce(buffer, .sum).wait()
  let shared = try world.splitBySharedMemory()
  print(world.rank, world.size, values[0], sum[0], shared.size, Environment.libraryVersion)
  try shared.free()
}
