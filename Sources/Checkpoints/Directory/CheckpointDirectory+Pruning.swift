extension CheckpointDirectory {
  /// Removes all checkpoints but the last `keepLast` ones, the best one by `metric`, and the newest valid one.
  ///
  /// Cost: one pass over the bytes of the newest valid checkpoint, as it must be known to be valid.
  ///
  /// - Returns: The steps that were removed, in rising order.
  @discardableResult
  public func prune(keepLast: Int, best metric: String? = nil) throws(CheckpointError) -> [Int] {
    precondition(keepLast >= 1, "at least one checkpoint is kept")
    let steps = try steps()
    if steps.count <= keepLast { return [] }
    var kept = Set(steps.suffix(keepLast).map { checkpoint(atStep: $0) })
    if let metric, let best = try best(by: metric) { kept.insert(best) }
    if let newest = try newestValid().checkpoint { kept.insert(newest) }
    var removed: [Int] = []
    for step in steps where !kept.contains(checkpoint(atStep: step)) {
      try remove(step)
      removed.append(step)
    }
    return removed
  }

  /// Renames before it removes, so that no half checkpoint ever has a checkpoint's name.
  private func remove(_ step: Int) throws(CheckpointError) {
    let name = Self.name(ofStep: step)
    let temporary = "\(path)/.\(name).\(FileSystem.uniqueSuffix())\(Temporary.removed.suffix)"
    try FileSystem.rename("\(path)/\(name)", to: temporary)
    try FileSystem.remove(temporary)
  }
}
