import MPI

/// Runs the checks on every communicator and prints one line for each check.
func runChecks(in world: Communicator, only name: String?) throws {
  let checks = allChecks.filter { check in name.map { check.name.contains($0) } ?? true }
  guard !checks.isEmpty else { throw CheckFailure("no check has a name that contains \(name ?? "")") }
  let half = try world.split(color: world.rank % 2, key: -world.rank)!
  let limited = try world.duplicate()
  let communicators: [(name: String, communicator: Communicator)] = [
    ("world", world), ("self", try Communicator.`self`), ("half", half),
    ("limited", try limited.limitingCounts(to: 3)),
  ]
  for check in checks {
    for (name, communicator) in communicators {
      do {
        try check.body(communicator)
      } catch {
        throw CheckFailure("\(check.name), on \(name) of \(communicator.size): \(error)")
      }
      try world.barrier()
    }
    if world.rank == 0 { print("passed: \(check.name)") }
  }
  try half.free()
  try limited.free()
  if world.rank == 0 { print("all \(checks.count) checks passed on \(world.size) ranks") }
}

let allChecks: [Check] =
  environmentChecks + communicatorChecks + groupChecks + messageChecks + requestChecks + broadcastChecks
  + reductionChecks + gatherChecks + allToAllChecks + customReductionChecks + windowChecks
