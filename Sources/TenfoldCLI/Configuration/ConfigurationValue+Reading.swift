import Networks

extension ConfigurationValue {
  /// Reads the configuration in the YAML file at `path`.
  ///
  /// Anchors, aliases and `<<` are resolved. Limits: 1 MiB, 100,000 values, 64 levels.
  ///
  /// - Throws: `ConfigurationError` with file, line and column for a file that cannot be read, is empty, is not UTF-8,
  ///   is no YAML, holds a key twice, or passes a limit.
  package init(contentsOfFile path: String) throws(ConfigurationError) {
    try self.init(source: path) { try ConfigurationFile.text(at: path) }
  }

  /// Reads a configuration in YAML; `source` names it in errors.
  ///
  /// - Throws: `ConfigurationError`, as for a file.
  package init(yaml text: String, source: String) throws(ConfigurationError) {
    try self.init(source: source) { text }
  }

  private init(source: String, text: () throws -> String) throws(ConfigurationError) {
    do {
      self = try YAMLReader.read(text(), source: source)
    } catch let error as ConfigurationError {
      throw error
    } catch {
      throw ConfigurationError("\(source.printable(limit: 1000)): \(error)")
    }
  }
}
