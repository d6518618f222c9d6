/// The checkpoints of a run: a directory with one directory `step-00001234` for each.
///
/// One process writes; any number may read meanwhile. Names that begin with a dot are temporaries.
public struct CheckpointDirectory: Sendable, Hashable {
  /// The directory; it is created when the first checkpoint is saved.
  public let path: String

  /// The checkpoints in this directory.
  public init(path: String) {
    self.path = path
  }

  /// The name of the checkpoint after `step` steps: `step-00001234`.
  public static func name(ofStep step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// The step that a checkpoint's name stands for; `nil` for any other name.
  public static func step(ofName name: String) -> Int? {
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), step >= 0,
      name == Self.name(ofStep: step)
    else { return nil }
    return step
  }

  /// The checkpoint after `step` steps, whether it is there or not.
  public func checkpoint(atStep step: Int) -> Checkpoint {
    Checkpoint(path: "\(path)/\(Self.name(ofStep: step))")
  }

  /// The steps of all checkpoints, in rising order; none where the directory does not exist.
  public func steps() throws(CheckpointError) -> [Int] {
    if !FileSystem.exists(path) { return [] }
    return try FileSystem.names(in: path)
      .filter { FileSystem.isDirectory("\(path)/\($0)") }
      .compactMap(Self.step(ofName:)).sorted()
  }

  /// All checkpoints, oldest first; none is checked.
  public func list() throws(CheckpointError) -> [Checkpoint] {
    try steps().map(checkpoint(atStep:))
  }

  /// The newest checkpoint whose files are all as they were written, and what is wrong with each newer one.
  ///
  /// Cost: reads the checkpoint that it finds and every newer one.
  public func newestValid() throws(CheckpointError) -> Search {
    var damaged: [DamagedCheckpoint] = []
    for checkpoint in try list().reversed() {
      guard let damage = checkpoint.damage() else { return Search(checkpoint: checkpoint, damaged: damaged) }
      damaged.append(DamagedCheckpoint(checkpoint: checkpoint, reason: damage))
    }
    return Search(checkpoint: nil, damaged: damaged)
  }

  /// The outcome of a search for a valid checkpoint.
  public struct Search: Sendable, Hashable {
    /// The newest valid one, if there is any.
    public let checkpoint: Checkpoint?
    /// The newer ones, newest first: a warning for each.
    public let damaged: [DamagedCheckpoint]
  }

  /// The checkpoint with the lowest finite value of `metric` in its manifest, the oldest of equals; `nil` where
  /// none has it. Manifests that cannot be read are passed over.
  public func best(by metric: String) throws(CheckpointError) -> Checkpoint? {
    var best: (checkpoint: Checkpoint, value: Double)?
    for checkpoint in try list() {
      guard let value = try? checkpoint.manifest().metrics[metric], value.isFinite else { continue }
      if best == nil || value < best!.value { best = (checkpoint, value) }
    }
    return best?.checkpoint
  }
}

/// A checkpoint that cannot be used. A warning: the next older one is taken.
public struct DamagedCheckpoint: Sendable, Hashable, CustomStringConvertible {
  /// The checkpoint.
  public let checkpoint: Checkpoint
  /// What is wrong with its files.
  public let reason: String

  /// One sentence for people.
  public var description: String { "the checkpoint \(checkpoint.path) is damaged: \(reason)" }
}
