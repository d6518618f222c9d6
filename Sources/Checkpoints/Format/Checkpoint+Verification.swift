extension Checkpoint {
  /// Reads every file and compares it with its hash; then checks that the parts fit to each other.
  ///
  /// The checkpoint is valid if every check `isSound`. Cost: one pass over all bytes.
  public func verify() -> [FileCheck] {
    let sums: ChecksumList
    let names: [String]
    do throws(CheckpointError) {
      let file = "\(path)/\(ChecksumList.fileName)"
      names = try FileSystem.names(in: path)
      sums = try ChecksumList(InputFile.content(of: file), path: file)
    } catch {
      return [Self.check(ChecksumList.fileName, error)]
    }
    var checks = sums.hashes.sorted { $0.key < $1.key }.map { checkHash(of: $0.key, expected: $0.value) }
    if checks.allSatisfy({ $0.isSound }) { checks += checkParts(listed: Set(sums.hashes.keys)) }
    for name in names where name != ChecksumList.fileName && sums.hashes[name] == nil {
      checks.append(FileCheck(file: name, outcome: .unlisted))
    }
    return checks
  }

  /// Nothing, if every file is as it was written; otherwise what is wrong, for people.
  public func damage() -> String? {
    let unsound = verify().filter { !$0.isSound }
    return unsound.isEmpty ? nil : unsound.map { $0.description }.joined(separator: "; ")
  }

  private func checkHash(of name: String, expected: String) -> FileCheck {
    do throws(CheckpointError) {
      let found = try InputFile("\(path)/\(name)").sha256()
      return FileCheck(
        file: name, outcome: found == expected ? .ok : .hashDiffers(expected: expected, found: found))
    } catch {
      return Self.check(name, error)
    }
  }

  /// What is wrong although all hashes are right: a list that leaves files out, a manifest of another step.
  private func checkParts(listed: Set<String>) -> [FileCheck] {
    let manifest: CheckpointManifest
    do throws(CheckpointError) {
      manifest = try self.manifest()
    } catch {
      return [Self.check(CheckpointManifest.fileName, error)]
    }
    var checks: [FileCheck] = []
    for name in [CheckpointManifest.fileName] + manifest.tensorFiles where !listed.contains(name) {
      checks.append(FileCheck(file: name, outcome: .invalid("not on the list of hashes")))
    }
    for name in manifest.tensorFiles where listed.contains(name) {
      do throws(CheckpointError) {
        _ = try tensors(in: name)
      } catch {
        checks.append(Self.check(name, error))
      }
    }
    if let step = CheckpointDirectory.step(ofName: String(path.split(separator: "/").last ?? "")),
      step != manifest.step
    {
      checks.append(
        FileCheck(
          file: CheckpointManifest.fileName,
          outcome: .invalid("it is of step \(manifest.step), the directory's name says \(step)")))
    }
    return checks
  }

  private static func check(_ name: String, _ error: CheckpointError) -> FileCheck {
    FileCheck(file: name, outcome: error.kind == .notFound ? .missing : .invalid(error.description))
  }
}
