extension CheckpointDirectory {
  /// Writes a checkpoint: under a temporary name, every file synced and hashed, then renamed into place.
  ///
  /// At any moment, also when the process is killed or the power fails, a checkpoint of this step is there as a whole
  /// or not at all, and all others are untouched. One of the same step is replaced.
  ///
  /// - Throws: `CheckpointError` where the disk is full or the directory cannot be written; nothing is left behind.
  @discardableResult
  public func save(_ contents: CheckpointContents) throws(CheckpointError) -> Checkpoint {
    for file in contents.tensors.keys {
      precondition(
        FileSystem.isPlainName(file) && file.hasSuffix(".safetensors"),
        "\(file) is no name for a file of tensors")
    }
    try FileSystem.createDirectories(path)
    let name = Self.name(ofStep: contents.manifest.step)
    let temporary = "\(path)/.\(name).\(FileSystem.uniqueSuffix())\(Temporary.partial.suffix)"
    do throws(CheckpointError) {
      try FileSystem.createDirectory(temporary)
      try write(contents, to: temporary)
      try put(temporary, inPlaceOf: name)
    } catch {
      try? FileSystem.remove(temporary)
      throw error
    }
    return Checkpoint(path: "\(path)/\(name)")
  }

  private func write(_ contents: CheckpointContents, to directory: String) throws(CheckpointError) {
    var sums = ChecksumList()
    for (file, tensors) in contents.tensors.sorted(by: { $0.key < $1.key }) {
      sums.hashes[file] = try SafetensorsFile.write(tensors, to: "\(directory)/\(file)")
    }
    var manifest = contents.manifest
    manifest.tensorFiles = contents.tensors.keys.sorted()
    sums.hashes[CheckpointManifest.fileName] = try write(
      manifest.json(), to: "\(directory)/\(CheckpointManifest.fileName)")
    _ = try write(Array(sums.text.utf8), to: "\(directory)/\(ChecksumList.fileName)")
    try FileSystem.synchronizeDirectory(directory)
  }

  private func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) -> String {
    var file = try OutputFile(creating: path)
    try file.write(bytes)
    return try file.finish()
  }

  private func put(_ temporary: String, inPlaceOf name: String) throws(CheckpointError) {
    let place = "\(path)/\(name)"
    if FileSystem.exists(place) {
      let replaced = "\(path)/.\(name).\(FileSystem.uniqueSuffix())\(Temporary.replaced.suffix)"
      try FileSystem.rename(place, to: replaced)
      do throws(CheckpointError) {
        try FileSystem.rename(temporary, to: place)
      } catch {
        try? FileSystem.rename(replaced, to: place)
        throw error
      }
      try FileSystem.synchronizeDirectory(path)
      try? FileSystem.remove(replaced)
    } else {
      try FileSystem.rename(temporary, to: place)
      try FileSystem.synchronizeDirectory(path)
    }
  }

  /// What a name that begins with a dot stands for.
  enum Temporary: String, CaseIterable {
    /// A checkpoint that is being written.
    case partial
    /// One that makes room for another of the same step.
    case replaced
    /// One that is being removed.
    case removed

    /// The end of the name.
    var suffix: String { ".\(rawValue)" }
  }

  /// Clears what a process that was killed left behind; for the one writer to call when it starts.
  ///
  /// A checkpoint that was about to be replaced gets its name back.
  ///
  /// - Returns: The names that were there.
  @discardableResult
  public func removeStaleTemporaries() throws(CheckpointError) -> [String] {
    if !FileSystem.exists(path) { return [] }
    let stale = try FileSystem.names(in: path).filter { name in
      name.hasPrefix(".step-") && Temporary.allCases.contains { name.hasSuffix($0.suffix) }
    }
    for name in stale {
      let place = "\(path)/\(name.dropFirst().prefix { $0 != "." })"
      if name.hasSuffix(Temporary.replaced.suffix) && !FileSystem.exists(place) {
        try FileSystem.rename("\(path)/\(name)", to: place)
      } else {
        try FileSystem.remove("\(path)/\(name)")
      }
    }
    if !stale.isEmpty { try FileSystem.synchronizeDirectory(path) }
    return stale
  }
}
