import Datasets
import Networks
import Testing

@Suite struct BatchAssemblerTests {
  private func assemble(
    _ assembler: BatchAssembler, _ examples: [UInt32], from source: some ExampleSource,
    random: RandomAddress? = nil
  ) -> (inputs: [Float], labels: [Int32], examples: [UInt32]) {
    examples.withUnsafeBufferPointer { examples in
      let batch = assembler.assemble(examples, from: source, random: random)
      return (Array(batch.inputs.values), Array(batch.labels), Array(batch.examples))
    }
  }

  private func bytes(_ count: Int, _ shape: Shape) throws -> Dataset {
    try Dataset(
      name: "bytes", shape: shape,
      bytes: (0..<count * shape.count).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ 7) },
      labels: (0..<count).map { Int32($0 % 5) }, classes: 5)
  }

  // The plain reference: features in rows, examples in columns.
  private func reference(
    _ set: Dataset, _ examples: [UInt32], _ normalization: Normalization, padding: Int = 0
  ) -> [Float] {
    let (channels, height, width) = (set.shape.extents[0], set.shape.extents[1], set.shape.extents[2])
    let rows = examples.map { set.values(Int($0)) }
    var result: [Float] = []
    for channel in 0..<channels {
      for y in -padding..<height + padding {
        for x in -padding..<width + padding {
          let inside = (0..<height).contains(y) && (0..<width).contains(x)
          let feature = (channel * height + y) * width + x
          for row in rows {
            let which = normalization.isUniform ? 0 : feature
            result.append(
              (inside ? row[feature] : 0) * normalization.scale[which] + normalization.offset[which])
          }
        }
      }
    }
    return result
  }

  private func expectClose(_ result: [Float], _ expected: [Float]) {
    #expect(result.count == expected.count)
    #expect(zip(result, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) })
  }

  @Test("batches equal a plain reference for any batch size, shape and padding, bytes and floats")
  func againstReference() throws {
    for shape: Shape in [[1, 5, 7], [3, 4, 4], [1, 28, 28]] {
      let set = try bytes(50, shape)
      let floats = try Dataset(
        name: "floats", shape: shape, floats: (0..<50).flatMap { set.values($0) }, labels: nil, classes: 0)
      for padding in [0, 2] {
        let preparation = Preparation(normalization: .lecun1998, padding: padding)
        let assembler = try BatchAssembler(format: set.format, preparation: preparation, maximumBatch: 33)
        let other = try BatchAssembler(format: floats.format, preparation: preparation, maximumBatch: 33)
        for count in [0, 1, 2, 15, 16, 17, 33] {
          let examples = (0..<count).map { UInt32(($0 * 17 + 3) % 50) }
          let expected = reference(set, examples, .lecun1998, padding: padding)
          let batch = assemble(assembler, examples, from: set)
          expectClose(batch.inputs, expected)
          #expect(batch.labels == examples.map { Int32($0 % 5) })
          #expect(batch.examples == examples)
          let floatBatch = assemble(other, examples, from: floats)
          expectClose(floatBatch.inputs, expected)
          #expect(floatBatch.labels.isEmpty)
        }
      }
    }
  }

  @Test("each feature may have a factor and a summand of its own")
  func featureNormalization() throws {
    let set = try bytes(20, [1, 3, 2])
    let normalization = Normalization(scale: [1, 2, 3, 4, 5, 6], offset: [0, 1, 0, -1, 0, 2])
    let assembler = try BatchAssembler(
      format: set.format, preparation: Preparation(normalization: normalization), maximumBatch: 8)
    expectClose(
      assemble(assembler, [3, 19, 0], from: set).inputs, reference(set, [3, 19, 0], normalization))
  }

  @Test("standardised features have mean 0 and deviation 1, constant ones are 0")
  func standardized() throws {
    let values: [Float] = (0..<40).flatMap { [Float($0), 5, Float($0 * $0) - 100] }
    let set = try Dataset(name: "set", shape: [3], floats: values, labels: nil, classes: 0)
    let assembler = try BatchAssembler(
      format: set.format, preparation: Preparation(normalization: .standardFeatures(for: set)),
      maximumBatch: 40)
    let inputs = assemble(assembler, Array(0..<40), from: set).inputs
    for feature in [0, 2] {
      let row = inputs[feature * 40..<(feature + 1) * 40]
      #expect(abs(row.reduce(0, +)) < 1e-3)
      #expect(abs(row.reduce(0) { $0 + $1 * $1 } / 40 - 1) < 1e-3)
    }
    #expect(inputs[40..<80].allSatisfy { $0 == 0 })
  }

  @Test("rows that were sent give the same batches as the set itself, in any division")
  func streamed() throws {
    let set = try bytes(100, [1, 6, 6])
    let plan = ShardPlan(examples: 100, batch: 40, lanes: 3, seed: 2)
    let rows = StreamedRows(format: set.format, capacity: 40)
    var augmentation = Augmentation()
    (augmentation.rotation, augmentation.elasticAlpha) = (20, 20)
    let assembler = try BatchAssembler(
      format: set.format,
      preparation: Preparation(normalization: .unit, padding: 1, augmentation: augmentation),
      maximumBatch: 40)
    let room = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 40)
    defer { room.deallocate() }
    for step in 0..<plan.steps {
      rows.fill(plan.examples(at: plan.positions(step: step), into: room), from: set)
      for lane in 0..<3 {
        let positions = plan.positions(step: step, lane: lane)
        let direct = Array(assembler.assemble(at: positions, of: plan, from: set).inputs.values)
        let batch = assembler.assemble(at: positions, of: plan, from: rows)
        #expect(Array(batch.inputs.values) == direct)
        #expect(Array(batch.labels) == positions.map { Int32(plan.example(at: $0) % 5) })
      }
    }
  }

  @Test("a slice of a set has the rows and labels of its range")
  func slices() throws {
    let set = try bytes(30, [1, 2, 2])
    let slice = set.slice(10..<25, name: "slice").slice(2..<9, name: "slice of a slice")
    #expect(slice.count == 7)
    for index in 0..<7 {
      #expect(slice.values(index) == set.values(index + 12) && slice.label(index) == set.label(index + 12))
    }
    #expect(slice.fingerprint() == set.slice(12..<19, name: "same").fingerprint())
    #expect(slice.fingerprint() != set.slice(13..<20, name: "other").fingerprint())
  }

  @Test("what cannot be prepared is refused with the key to change")
  func faults() throws {
    let vectors = RowFormat(element: .float, shape: [4], classes: 0)
    var shifted = Augmentation()
    shifted.shift = 1
    for (preparation, word) in [
      (Preparation(normalization: .unit, padding: 2), "data.padding"),
      (Preparation(normalization: .unit, augmentation: shifted), "data.augmentation"),
      (Preparation(normalization: Normalization(scale: [1, 2], offset: [0, 0])), "data.normalization"),
    ] {
      let fault = #expect(throws: DataError.self) {
        try BatchAssembler(format: vectors, preparation: preparation, maximumBatch: 1)
      }
      #expect(fault?.description.contains(word) == true && fault?.exitCode == 64)
    }
  }
}
