import Architectures
import Networks
import Testing

@Suite("Network architectures")
struct NetworkArchitectureTests {
  static let digits = DataDescription(input: [1, 28, 28], classes: 10)

  @Test("LeNet-5 of 1998 has exactly 60,000 trainable parameters, layer by layer as in the paper")
  func paperParameters() throws {
    let model = try ConvolutionalNetwork(
      .init(preset: .lenet51998), data: DataDescription(input: [1, 32, 32], classes: 10), maximumBatch: 1)
    #expect(model.layerSummaries.map { $0.parameters } == [156, 12, 1516, 32, 48_120, 10_164, 0])
    #expect(model.parameters[0].parameterCount == 60_000)
    #expect(
      model.layerSummaries.map { $0.output } == [
        [6, 28, 28], [6, 14, 14], [16, 10, 10], [16, 5, 5], [120, 1, 1], [84], [10],
      ])
  }

  @Test("LeNet-5 of today has 61,706 parameters")
  func modernParameters() throws {
    let model = try ConvolutionalNetwork(.init(preset: .lenet5), data: Self.digits, maximumBatch: 1)
    #expect(model.parameters[0].parameterCount == 61_706)
    #expect(model.layerSummaries.map { $0.output.count } == [4704, 1176, 1600, 400, 120, 84, 10])
  }

  @Test("The paper's network refuses 28x28 and names the setting that pads")
  func paperInput() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConvolutionalNetwork(.init(preset: .lenet51998), data: Self.digits, maximumBatch: 1)
    }
    #expect(error?.description.contains("data.padding: 2") == true)
  }

  @Test("A convolutional network needs a preset or layers, not both")
  func presetOrLayers() {
    #expect(throws: ConfigurationError.self) {
      try ConvolutionalNetwork(.init(), data: Self.digits, maximumBatch: 1)
    }
    #expect(throws: ConfigurationError.self) {
      try ConvolutionalNetwork(.init(preset: .lenet5, layers: []), data: Self.digits, maximumBatch: 1)
    }
  }

  @Test("A multilayer perceptron takes images as vectors")
  func multilayerPerceptron() throws {
    let layers: [LayerConfiguration] = [
      .dense(.init(units: 300, activation: .tanh)), .dense(.init(units: 10)),
    ]
    let model = try MultilayerPerceptron(.init(layers: layers), data: Self.digits, maximumBatch: 4)
    #expect(model.parameters[0].parameterCount == 784 * 300 + 300 + 3010)
    let error = #expect(throws: ConfigurationError.self) {
      try MultilayerPerceptron(.init(layers: Array(layers.dropLast())), data: Self.digits, maximumBatch: 4)
    }
    #expect(error?.description.contains("- dense: 10") == true)
  }

  @Test("A label beyond the classes is refused")
  func badLabel() throws {
    let model = try MultilayerPerceptron(
      .init(layers: [.dense(.init(units: 2))]), data: DataDescription(input: [2], classes: 2), maximumBatch: 1
    )
    let task = Task(inputs: [[1, 2]], labels: [2])
    let sums = UnsafeMutableBufferPointer<Double>.allocate(capacity: 3)
    defer { sums.deallocate() }
    sums.initialize(repeating: 0)
    #expect(throws: ConfigurationError.self) { try model.evaluate(task.batch([0]), into: sums) }
    task.labels[0] = 1
    #expect(throws: Never.self) { try model.evaluate(task.batch([0]), into: sums) }
    #expect(sums[0] == 1)
  }

  @Test("The catalogue finds by name and suggests the nearest")
  func catalogue() throws {
    #expect(try Catalogue.architecture(named: "cnn").name == "cnn")
    #expect(
      Catalogue.names.starts(with: ["perceptron", "mlp", "cnn", "rnn", "lstm", "gru", "autoencoder", "gan"]))
    #expect(Set(Catalogue.names).count == Catalogue.all.count)
    let error = #expect(throws: ConfigurationError.self) { try Catalogue.architecture(named: "percepton") }
    #expect(error?.description.contains("did you mean «perceptron»?") == true)
  }

  @Test("The paper's network learns with its own optimizer: the loss on 40 images falls to a tenth")
  func paperNetworkLearns() throws {
    let model = try ConvolutionalNetwork(
      .init(preset: .lenet51998), data: DataDescription(input: [1, 32, 32], classes: 10), maximumBatch: 8)
    let task = Task.blobs(count: 40, side: 32)
    let optimizer = OptimizerConfiguration(.sdlm, learningRate: 0.0005, mu: 0.02, curvatureExamples: 40)
    let losses = try task.train(model, optimizer, epochs: 20, batch: 4)
    #expect(losses[19] < 0.1 * losses[0], "\(losses)")
  }

  @Test("LeNet-5 of today learns with momentum: no error on 40 images after 10 epochs")
  func modernNetworkLearns() throws {
    let model = try ConvolutionalNetwork(
      .init(preset: .lenet5), data: DataDescription(input: [1, 28, 28], classes: 10), maximumBatch: 8)
    let task = Task.blobs(count: 40, side: 28)
    _ = try task.train(
      model, OptimizerConfiguration(.sgd, learningRate: 0.1, momentum: 0.9), epochs: 10, batch: 8)
    #expect(try task.errors(model) == 0)
  }
}
