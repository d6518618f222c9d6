import Architectures
import Foundation
import Networks
import Testing
import Training

@Suite("Generative adversarial networks")
struct AdversarialNetworkTests {
  private typealias GAN = GenerativeAdversarialNetwork

  private static let generator =
    #"{"latent": 4, "layers": [{"dense": {"units": 6, "activation": "tanh"}}, {"dense": 2}]}"#
  private static let discriminator =
    #"{"layers": [{"dense": {"units": 7, "activation": "tanh"}}, {"dense": 1}]}"#

  private func model(
    generator: String = generator, discriminator: String = discriminator, more: String = "",
    input: Shape = [2]
  ) throws -> GAN {
    let text = #"{"generator": \#(generator), "discriminator": \#(discriminator)\#(more)}"#
    let configuration = try JSONDecoder().decode(GAN.Configuration.self, from: Data(text.utf8))
    let model = try GAN(configuration, data: DataDescription(input: input, classes: 0), maximumBatch: 16)
    for (index, group) in model.parameters.enumerated() { group.initialize(seed: 3, group: index) }
    return model
  }

  private func contribution(_ model: GAN, _ phase: Phase, step: UInt64 = 5) throws -> Contribution {
    let task = Task(
      inputs: (0..<9).map { [Float($0) / 9, 1 - Float($0 % 4) / 2] }, labels: Array(repeating: 0, count: 9))
    let result = Contribution(to: model.parameters[phase.group], metricCount: model.metrics.count)
    result.begin()
    try model.accumulate(
      task.batch(Array(0..<9)), phase: phase, random: RandomAddress(seed: 2, step: step, stream: .model(0)),
      into: result)
    result.finish()
    return result
  }

  @Test(
    "The gradients of both phases are the central differences of the losses",
    arguments: ["minimax", "non_saturating", "least_squares", "wasserstein"])
  func gradients(loss: String) throws {
    for noise in ["shared", "fresh"] {
      let model = try model(more: #", "loss": "\#(loss)", "generator_noise": "\#(noise)""#)
      let phases = model.phases(at: Progress(step: 0, stepsPerEpoch: 9, totalSteps: 9))
      #expect(phases.map(\.group) == [1, 0])
      for (phase, metric) in zip(phases, [0, 3]) {
        let group = model.parameters[phase.group]
        let gradient = try contribution(model, phase)
        for (index, slot) in group.slots.enumerated() {
          for place in stride(from: 0, to: slot.count, by: 3) {
            let i = group.offsets[index] + place
            let before = group.buffer.elements[i]
            func sum(_ value: Float) throws -> Double {
              group.buffer.elements[i] = value
              let result = try contribution(model, phase)
              return withExtendedLifetime(result) { result.sums[1 + metric] }
            }
            let slope = (try sum(before + 0.01) - sum(before - 0.01)) / 0.02
            group.buffer.elements[i] = before
            let given = withExtendedLifetime(gradient) { Double(gradient.vector.elements[i]) }
            #expect(abs(slope - given) < 0.01 * max(1, abs(slope)), "\(loss) \(phase.name) \(slot.name)")
          }
        }
      }
    }
  }

  @Test("The generator moves at every k-th step, and noise is shared or fresh as asked")
  func phases() throws {
    let model = try model(more: #", "discriminator_steps": 3"#)
    let groups = (0..<7).map { step in
      model.phases(at: Progress(step: step, stepsPerEpoch: 4, totalSteps: 9)).map(\.group)
    }
    #expect(groups == [[1], [1], [1, 0], [1], [1], [1, 0], [1]])
    // With noise shared the images of both phases are the same; the discriminator does not move between them here.
    for (noise, isSame) in [("shared", true), ("fresh", false)] {
      let model = try self.model(more: #", "loss": "wasserstein", "generator_noise": "\#(noise)""#)
      let phases = model.phases(at: Progress(step: 0, stepsPerEpoch: 4, totalSteps: 9))
      let first = try contribution(model, phases[0])
      let second = try contribution(model, phases[1])
      let generator = withExtendedLifetime(second) { second.sums[4] }
      let real = realLoss(model)
      let generated = withExtendedLifetime(first) { first.sums[1] } - real
      #expect((abs(generated + generator) < 1e-4) == isSame)
    }
  }

  /// -Σ D(x) over the examples of `contribution`.
  private func realLoss(_ model: GAN) -> Double {
    let task = Task(
      inputs: (0..<9).map { [Float($0) / 9, 1 - Float($0 % 4) / 2] }, labels: Array(repeating: 0, count: 9))
    return withExtendedLifetime(task) {
      -model.game.discriminator.infer(task.batch(Array(0..<9)).inputs).values.reduce(0) { $0 + Double($1) }
    }
  }

  @Test("Networks that do not fit together are refused with the remedy")
  func refusals() throws {
    func refused(_ text: String, _ make: () throws -> GAN) {
      #expect {
        _ = try make()
      } throws: { "\($0)".contains(text) }
    }
    refused("as many outputs") { try model(input: [3]) }
    refused("exactly one") { try model(discriminator: #"{"layers": [{"dense": 2}]}"#) }
    refused("leave the sigmoid out") {
      try model(discriminator: #"{"layers": [{"dense": 1}, "sigmoid"]}"#)
    }
    refused("latent is 0") { try model(generator: #"{"latent": 0, "layers": [{"dense": 2}]}"#) }
    refused("model.generator: layers[0]") {
      try model(generator: #"{"latent": 3, "layers": [{"dense": 0}]}"#)
    }
    refused("model.discriminator: layer 0") {
      try model(discriminator: #"{"layers": [{"convolution": {"maps": 2, "kernel": 3}}, {"dense": 1}]}"#)
    }
    refused("belongs to the distribution «uniform»") {
      try model(generator: #"{"latent": 3, "distribution": "normal", "bound": 1, "layers": [{"dense": 2}]}"#)
    }
    refused("discriminator_steps is 0") { try model(more: #", "discriminator_steps": 0"#) }
    refused("real_target") { try model(more: #", "real_target": 1.5"#) }
    refused("each needs at least 1") {
      try model(more: #", "placement": {"generator": 0, "discriminator": 2}"#)
    }
    #expect(throws: DecodingError.self) { try model(more: #", "placement": "spilt""#) }
  }

  @Test("Samples and pictures are functions of the parameters and the seed")
  func samples() throws {
    let model = try model()
    #expect(model.draw(40, seed: 7) == model.draw(40, seed: 7))
    #expect(model.draw(40, seed: 7) != model.draw(40, seed: 8))
    #expect(Array(model.draw(40, seed: 7)[..<10]) == model.draw(5, seed: 7))
    let artifacts = try model.samples(SampleRequest(count: 20, seed: 1))
    guard case .table(let columns, let rows) = artifacts[1].content else {
      Issue.record("points are a table")
      return
    }
    #expect(columns == ["x", "y"] && rows.count == 20)
    let images = try self.model(
      generator: #"{"latent": 4, "layers": [{"dense": 12}, "tanh"]}"#,
      discriminator: #"{"layers": ["flatten", {"dense": 1}]}"#, input: [1, 3, 4])
    guard
      case .images(let shape, let pixels) = try images.samples(SampleRequest(count: 3, seed: 1))[1].content
    else {
      Issue.record("images are bytes")
      return
    }
    #expect(shape == [1, 3, 4] && pixels.count == 36)
    #expect(throws: ConfigurationError.self) {
      try model.samples(SampleRequest(count: 3, seed: 1, label: 2))
    }
  }

  @Test(
    "With batch normalisation over lanes, the weights do not depend on the ranks either, and averages are kept"
  )
  func batchNormalization() throws {
    #expect(try !model().mixesExamples)
    let normalized = try model(
      generator: #"{"latent": 4, "layers": [{"dense": 6}, "batch_normalization", "relu", {"dense": 2}]}"#)
    #expect(normalized.mixesExamples)
    let phase = normalized.phases(at: Progress(step: 0, stepsPerEpoch: 4, totalSteps: 9))[1]
    let sums = try contribution(normalized, phase)
    let slots = normalized.parameters[0].slots
    let mean = try #require(slots.firstIndex { $0.name == "1.batch_normalization.mean" })
    #expect(slots[mean].update == .average(rate: 0.1))
    withExtendedLifetime(sums) {
      #expect(sums.vector.elements[normalized.parameters[0].offsets[mean]] != 0)
    }
  }
}
