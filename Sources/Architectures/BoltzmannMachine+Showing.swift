import Kernels
import Networks

extension BoltzmannMachine: RestartedModel {
  /// Takes the weights of a machine with the same groups and links, and damages them as `model.damage` says.
  public func start(with other: BoltzmannMachine) throws {
    let (own, theirs) = (machine.wiring, other.machine.wiring)
    guard own == theirs else {
      func text(_ wiring: UnitWiring) -> String {
        wiring.groups.map { "\($0.name): \($0.units.count)" }.joined(separator: ", ")
          + ", \(wiring.linkCount) links"
      }
      throw ConfigurationError(
        "start: the run has the groups \(text(theirs)), but this machine has \(text(own)): make groups and links the same"
      )
    }
    for slot in 0..<2 {
      for place in machine.group[slot].indices {
        machine.group[slot][place] = other.machine.group[slot][place]
      }
    }
    guard let damage = configuration.damage, damage.noise > 0 else { return }
    var stream = RandomStream(RandomAddress(seed: damage.seed ?? 1, step: 0, stream: .model(60)))
    let weights = machine.group[0]
    for place in weights.indices { weights[place] += Float(damage.noise) * (2 * stream.uniform() - 1) }
  }
}

extension BoltzmannMachine: IllustratedModel, ClampedModel {
  private static let sampling = Annealer.Streams(57)
  private static let shownUnits = 64

  /// A diagram of the weights of the first 64 hidden units (of all units where there are no hidden ones).
  public func illustrations(of examples: Batch, at progress: Progress) throws -> [Artifact] {
    let wiring = machine.wiring
    let units = wiring.visible < wiring.units ? wiring.visible..<wiring.units : 0..<wiring.units
    return [Artifact("weights", .picture(machine.weightDiagram(of: units.prefix(Self.shownUnits))))]
  }

  /// `code_count`: the number of different codes of the examples; `smallest_code_distance`: in how many units the two
  /// nearest differ.
  public func figures(of examples: Batch) throws -> [String: Double] {
    guard let codes = assessment.codes, examples.count > 0 else { return [:] }
    machine.prepare()
    let list = codes.codes(try visible(of: examples), batch: examples.count)
    var figures = ["code_count": Double(HiddenCodes.distinct(list))]
    figures["smallest_code_distance"] = HiddenCodes.smallestDistance(list).map(Double.init)
    return figures
  }

  /// Where machines have come to that were cooled from random states and then kept for `request.steps` units of time.
  public func samples(_ request: SampleRequest) throws -> [Artifact] {
    guard request.label == nil else {
      throw ConfigurationError(
        "a Boltzmann machine knows no classes: clamp units with --clamp, or leave the label out")
    }
    machine.prepare()
    let wiring = machine.wiring
    let clamped = try clampedUnits(request.clamp)
    let free = (0..<wiring.units).filter { clamped[$0] == nil && !removed.contains($0) }.map { Int32($0) }
    var schedule = configuration.cooling
    schedule.rows.append(.init(schedule.finalTemperature, request.steps))
    let random = RandomAddress(seed: request.seed, step: 0, stream: .model(0))
    let annealer = Annealer(machine)
    var values: [Float] = []
    for first in stride(from: 0, to: request.count, by: 64) {
      let numbers = (first..<min(first + 64, request.count)).map { UInt32($0) }
      let states = FlatBuffer(count: wiring.units * numbers.count)
      for (unit, value) in clamped {
        (states.base + unit * numbers.count).update(repeating: value, count: numbers.count)
      }
      numbers.withUnsafeBufferPointer {
        annealer.randomize(free, of: states.base, numbers: $0, random: random, streams: Self.sampling)
        annealer.run(
          free, of: states.base, numbers: $0, schedule: schedule, looks: 0, random: random,
          streams: Self.sampling)
      }
      values += Tensor(shape: data.input, batch: numbers.count, base: states.base).examples(numbers.count)
    }
    let shown = Array(values.prefix(1024 * data.input.count))
    return [
      .units(shown, of: .binary, shape: data.input, named: "samples"),
      Artifact("samples", .images(shape: data.input, pixels: values.map { $0 > 0.5 ? 255 : 0 })),
    ]
  }

  /// The units that `--clamp group=0101` names, and their values.
  private func clampedUnits(_ texts: [String]) throws -> [Int: Float] {
    var values: [Int: Float] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, parts[1].allSatisfy({ $0 == "0" || $0 == "1" }) else {
        throw ConfigurationError(
          "--clamp «\(text)»: a group and a 0 or 1 for each of its units are needed, v1=0100")
      }
      guard let group = machine.wiring.group(named: parts[0]) else {
        throw ConfigurationError(
          "--clamp: unknown group «\(parts[0])»: \(Suggestion.clause(for: parts[0], in: machine.wiring.groups.map(\.name)))"
        )
      }
      guard parts[1].count == group.units.count else {
        throw ConfigurationError(
          "--clamp «\(text)»: the group «\(group.name)» has \(group.units.count) units, \(parts[1].count) are said"
        )
      }
      for (unit, bit) in zip(group.units, parts[1]) { values[unit] = bit == "1" ? 1 : 0 }
    }
    return values
  }
}
