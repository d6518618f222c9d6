import Datasets
import Networks
import Testing

@Suite struct AugmentationTests {
  private let side = 28

  // One image with a soft blob around (x, y).
  private func blob(x: Float, y: Float) throws -> Dataset {
    let pixels = (0..<side * side).map { index -> Float in
      let (dx, dy) = (Float(index % side) - x, Float(index / side) - y)
      return max(0, 200 - 8 * (dx * dx + dy * dy))
    }
    return try Dataset(name: "blob", shape: [1, side, side], floats: pixels, labels: nil, classes: 0)
  }

  private func distorted(
    _ set: Dataset, _ augmentation: Augmentation, epoch: UInt64 = 0, example: UInt32 = 0, padding: Int = 0
  ) throws -> [Float] {
    let assembler = try BatchAssembler(
      format: set.format,
      preparation: Preparation(normalization: .none, padding: padding, augmentation: augmentation),
      maximumBatch: 1)
    return [example].withUnsafeBufferPointer { examples in
      [UInt32(0)].withUnsafeBufferPointer { numbers in
        let block = RowBlock(
          base: set.rows.baseAddress!, rows: set.count, rowNumbers: numbers, examples: examples, labels: nil)
        let address = RandomAddress(seed: 3, step: epoch, stream: .augmentation(0))
        return Array(assembler.assemble(block, random: address).inputs.values)
      }
    }
  }

  private func middle(_ image: [Float], side: Int = 28) -> (x: Float, y: Float, mass: Float) {
    let mass = image.reduce(0, +)
    let x = image.enumerated().reduce(0) { $0 + Float($1.offset % side) * $1.element }
    let y = image.enumerated().reduce(0) { $0 + Float($1.offset / side) * $1.element }
    return (x / mass, y / mass, mass)
  }

  @Test("a share of 0 leaves every image as it is, and off means no distortion")
  func off() throws {
    let set = try blob(x: 9, y: 15)
    var amounts = Augmentation.lecun1998
    amounts.share = 0
    #expect(try distorted(set, amounts) == set.values(0))
    #expect(Augmentation().isOff && !Augmentation.lecun1998.isOff)
    // Ten of a hundred examples stay as they are under a share of 0.9.
    let plain = try (0..<300).count { try distorted(set, .lecun1998, example: UInt32($0)) == set.values(0) }
    #expect(plain > 10 && plain < 60)
  }

  @Test("a shift moves the middle by at most its amount and keeps the mass")
  func shift() throws {
    let set = try blob(x: 13.5, y: 13.5)
    var amounts = Augmentation()
    amounts.shift = 3
    var largest: Float = 0
    for example in 0..<100 {
      let result = middle(try distorted(set, amounts, example: UInt32(example)))
      #expect(abs(result.x - 13.5) <= 3.01 && abs(result.y - 13.5) <= 3.01)
      #expect(abs(result.mass / middle(set.values(0)).mass - 1) < 0.02)
      largest = max(largest, abs(result.x - 13.5))
    }
    #expect(largest > 2)
  }

  @Test("a rotation turns around the middle by at most its angle")
  func rotation() throws {
    let set = try blob(x: 21.5, y: 13.5)
    var amounts = Augmentation()
    amounts.rotation = 45
    for example in 0..<50 {
      let result = middle(try distorted(set, amounts, example: UInt32(example)))
      let (dx, dy) = (result.x - 13.5, result.y - 13.5)
      #expect(abs((dx * dx + dy * dy).squareRoot() - 8) < 0.1)
      #expect(abs(dy) <= dx + 0.1)
    }
  }

  @Test("scale changes the mass by the square of its factor at most")
  func scale() throws {
    let set = try blob(x: 13.5, y: 13.5)
    var amounts = Augmentation()
    amounts.scale = 0.2
    let ratios = try (0..<60).map {
      middle(try distorted(set, amounts, example: UInt32($0))).mass / middle(set.values(0)).mass
    }
    #expect(ratios.min()! > 1 / (1.2 * 1.2) - 0.03 && ratios.max()! < 1 / (0.8 * 0.8) + 0.03)
    #expect(ratios.min()! < 0.8 && ratios.max()! > 1.3)
  }

  @Test("the elastic field has the strength of Simard's")
  func elasticStrength() throws {
    var amounts = Augmentation()
    (amounts.elasticAlpha, amounts.elasticSigma) = (34, 4)
    var squares: Float = 0
    let count = 400
    for example in 0..<count {
      let result = middle(try distorted(try blob(x: 13.5, y: 13.5), amounts, example: UInt32(example)))
      squares += (result.x - 13.5) * (result.x - 13.5)
    }
    // α / (2 σ √(3π)) = 1.38 pixels at a point; the blob's middle averages the field over its width.
    let deviation = (squares / Float(count)).squareRoot()
    #expect(deviation > 0.9 && deviation < 1.6, "\(deviation)")
  }

  @Test("the distortion belongs to seed, epoch and example, and differs between them")
  func addresses() throws {
    let set = try blob(x: 10, y: 12)
    var amounts = Augmentation.lecun1998
    (amounts.share, amounts.elasticAlpha) = (1, 30)
    let first = try distorted(set, amounts, epoch: 1, example: 7)
    #expect(try distorted(set, amounts, epoch: 1, example: 7) == first)
    #expect(try distorted(set, amounts, epoch: 2, example: 7) != first)
    #expect(try distorted(set, amounts, epoch: 1, example: 8) != first)
  }

  @Test("padding gives room that distorted ink may move into")
  func padding() throws {
    let set = try blob(x: 26, y: 13.5)
    var amounts = Augmentation()
    amounts.shift = 2
    let masses = try (0..<30).map {
      middle(try distorted(set, amounts, example: UInt32($0), padding: 4), side: 36).mass
    }
    let plain = middle(set.values(0)).mass
    #expect(masses.allSatisfy { abs($0 / plain - 1) < 0.05 })
  }

  @Test("amounts out of range are refused by name")
  func faults() {
    var amounts = Augmentation()
    amounts.elasticSigma = 0
    #expect(throws: DataError.self) { try amounts.validate() }
    amounts = Augmentation()
    amounts.scale = 1.5
    let fault = #expect(throws: DataError.self) { try amounts.validate() }
    #expect(fault?.description.contains("data.augmentation.scale is 1.5") == true)
  }
}
