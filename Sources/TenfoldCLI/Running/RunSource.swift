import Architectures
import Foundation
import Networks

/// A config, resolved: the tree as the user wrote it with `--set` applied, and the type of its model.
struct RunSource {
  /// The tree.
  let tree: ConfigurationValue
  /// The architecture that it names.
  let architecture: any Model.Type

  /// The config at `path` with overrides.
  ///
  /// - Throws: `ConfigurationError` that says what, where and what is allowed.
  init(path: String, overrides: [String]) throws {
    try self.init(tree: try ConfigurationValue(contentsOfFile: path).applying(overrides: overrides))
  }

  /// The config that `yaml` holds.
  init(yaml: String, source: String, overrides: [String] = []) throws {
    try self.init(tree: try ConfigurationValue(yaml: yaml, source: source).applying(overrides: overrides))
  }

  private init(tree: ConfigurationValue) throws {
    self.tree = tree
    guard let value = tree["architecture"] else {
      throw ConfigurationError(
        "\(tree.position.map { "\($0): " } ?? "")the key «architecture» is missing: it names one of "
          + "\(Catalogue.all.map { $0.name }.joined(separator: ", "))")
    }
    guard case .string(let name) = value.content else {
      throw ConfigurationError("architecture is \(value.summary): a name is expected, such as cnn")
    }
    architecture = try Catalogue.architecture(named: name)
  }

  /// The configuration for its architecture.
  func configuration<M: Model>(for type: M.Type) throws -> RunConfiguration<M.Configuration> {
    try ConfigurationDecoder().decode(RunConfiguration<M.Configuration>.self, from: tree)
  }

  /// The fully resolved config as YAML: every key, defaults too.
  func resolvedYAML() throws -> String {
    func resolve<M: Model>(_ type: M.Type) throws -> String {
      try ConfigurationEncoder().encode(try configuration(for: type)).yaml
    }
    return try resolve(architecture)
  }

  /// Keys that may change when a run is resumed: they do not touch what is computed.
  ///
  /// The length of the run is among them where no schedule is measured by it.
  var harmlessKeys: Set<String> {
    let keys: Set = [
      "checkpoints", "log_every_steps", "evaluation", "data.directory", "data.access", "model.placement",
    ]
    return usesConstantRate ? keys.union(["epochs", "steps"]) : keys
  }

  private var usesConstantRate: Bool {
    guard let schedule = tree["optimizer"]?["schedule"] else { return true }
    return switch (schedule["kind"] ?? schedule).content {
    case .null, .string("constant"): true
    default: false
    }
  }
}
