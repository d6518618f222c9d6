/// What `tenfold checkpoint show` shows: the manifest and what each tensor looks like.
public struct CheckpointReport: Sendable, Hashable {
  /// The manifest.
  public let manifest: CheckpointManifest
  /// The hash of the weights.
  public let weightsSHA256: String?
  /// The tensors of each file, in the order of the manifest.
  public let files: [File]

  /// A file of tensors.
  public struct File: Sendable, Hashable {
    /// The name of the file.
    public let name: String
    /// The tensors in the order of the file.
    public let tensors: [TensorStatistics]
  }
}

extension Checkpoint {
  /// Reads the manifest and all tensors.
  ///
  /// - Throws: `CheckpointError` where a file is missing or damaged.
  public func report() throws(CheckpointError) -> CheckpointReport {
    let manifest = try self.manifest()
    var files: [CheckpointReport.File] = []
    for name in manifest.tensorFiles {
      let file = try tensors(in: name)
      var statistics: [TensorStatistics] = []
      for entry in file.entries { statistics.append(try file.statistics(of: entry)) }
      files.append(CheckpointReport.File(name: name, tensors: statistics))
    }
    let hash = manifest.tensorFiles.contains(CheckpointContents.parametersFile) ? try weightsSHA256() : nil
    return CheckpointReport(manifest: manifest, weightsSHA256: hash, files: files)
  }
}

extension CheckpointReport: CustomStringConvertible {
  /// The manifest line by line, the config, then each file with its tensors.
  public var description: String {
    var lines = manifest.fields.map { "\($0.name): \($0.value)" }
    if let weightsSHA256 { lines.append("weights_sha256: \(weightsSHA256)") }
    lines.append("config:")
    lines += manifest.config.split(separator: "\n").map { "  \($0)" }
    for file in files {
      lines.append("\(file.name):")
      lines += file.tensors.map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }
}

extension CheckpointManifest {
  /// All values but the config, by the names in the file; those of dictionaries as `metrics.test_error`.
  public var fields: [(name: String, value: String)] {
    var fields = [
      ("format_version", "\(formatVersion)"), ("library_version", libraryVersion),
      ("architecture", architecture),
      ("step", "\(step)"), ("epoch", "\(epoch)"), ("data_position", "\(dataPosition)"), ("seed", "\(seed)"),
      ("lanes", "\(lanes)"), ("dataset_fingerprint", datasetFingerprint),
      ("tensor_files", tensorFiles.joined(separator: ", ")),
    ]
    for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
      fields.append(("metrics.\(name)", "\(value)"))
    }
    for (name, figure) in best.sorted(by: { $0.key < $1.key }) {
      fields.append(("best.\(name)", "\(figure.value) at step \(figure.step)"))
    }
    for (name, value) in counters.sorted(by: { $0.key < $1.key }) {
      fields.append(("counters.\(name)", "\(value)"))
    }
    return fields.map { (name: $0.0, value: $0.1) }
  }
}
