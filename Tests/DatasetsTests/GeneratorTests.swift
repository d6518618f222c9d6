import Datasets
import Networks
import Testing

@Suite struct GeneratorTests {
  @Test("digits are the same for a seed, whatever the count, and differ between seeds and parts")
  func deterministic() throws {
    let large = try HandwrittenDigits(seed: 1).dataset(.training, count: 1000)
    let small = try HandwrittenDigits(seed: 1).dataset(.training, count: 300)
    #expect(large.slice(0..<300, name: "front").fingerprint() == small.fingerprint())
    #expect(
      try HandwrittenDigits(seed: 2).dataset(.training, count: 300).fingerprint() != small.fingerprint())
    #expect(try HandwrittenDigits(seed: 1).dataset(.test, count: 300).fingerprint() != small.fingerprint())
    #expect(large.fingerprint() == "d7ee14f793fc1e23")
  }

  @Test(
    "digits have MNIST's form: a centred box of 20 pixels, black background, all classes about equally often")
  func form() throws {
    let digits = try HandwrittenDigits(seed: 5).dataset(.training, count: 2000)
    var counts = [Int](repeating: 0, count: 10)
    for index in 0..<digits.count {
      counts[digits.label(index)!] += 1
      let image = digits.values(index)
      let inked = image.indices.filter { image[$0] > 0 }
      let mass = image.reduce(0, +)
      let x = inked.reduce(Float(0)) { $0 + Float($1 % 28) * image[$1] } / mass
      let y = inked.reduce(Float(0)) { $0 + Float($1 / 28) * image[$1] } / mass
      #expect(abs(x - 13.5) < 0.7 && abs(y - 13.5) < 0.7)
      let columns = inked.map { $0 % 28 }
      let rows = inked.map { $0 / 28 }
      #expect(columns.max()! - columns.min()! < 24 && rows.max()! - rows.min()! < 24)
      #expect(max(columns.max()! - columns.min()!, rows.max()! - rows.min()!) >= 16)
    }
    #expect(counts.allSatisfy { $0 > 150 && $0 < 250 })
    let moments = digits.moments()
    #expect(moments.mean > 25 && moments.mean < 42 && moments.minimum == 0 && moments.maximum == 255)
  }

  @Test("the nearest class mean tells most digits, but far from all")
  func separability() throws {
    let digits = try HandwrittenDigits(seed: 6).splits(training: 3000, test: 1000)
    var means = [[Float]](repeating: [Float](repeating: 0, count: 784), count: 10)
    var counts = [Float](repeating: 0, count: 10)
    for index in 0..<3000 {
      let label = digits.training.label(index)!
      counts[label] += 1
      for (pixel, value) in digits.training.values(index).enumerated() { means[label][pixel] += value }
    }
    for label in 0..<10 { means[label] = means[label].map { $0 / counts[label] } }
    let right = (0..<1000).count { index in
      let image = digits.test.values(index)
      let distances = means.map { mean in
        zip(image, mean).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      return distances.firstIndex(of: distances.min()!) == digits.test.label(index)
    }
    #expect(right > 650 && right < 900, "\(right) of 1000")
  }

  @Test("separable data keep their margin and radius, and a perceptron stays within Novikoff's bound")
  func novikoff() throws {
    for (features, margin) in [(2, 0.2), (20, 0.1), (100, 0.05)] as [(Int, Float)] {
      let task = SeparableData(features: features, margin: margin, seed: 3)
      let set = try task.dataset(count: 500)
      let direction = task.direction
      var weights = [Float](repeating: 0, count: features)
      var mistakes = 0
      for index in 0..<500 {
        let x = set.values(index)
        let sign: Float = set.label(index) == 1 ? 1 : -1
        let reach = zip(x, direction).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        #expect(sign * reach >= margin)
        #expect(x.reduce(0) { $0 + $1 * $1 }.squareRoot() <= 1)
        let activation = zip(x, weights).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        if sign * activation <= 0 {
          mistakes += 1
          weights = zip(weights, x).map { $0 + sign * $1 }
        }
      }
      #expect(mistakes > 0 && Double(mistakes) <= task.mistakeBound)
    }
  }

  @Test("a mark lies wholly in its half of the retina")
  func leftRight() throws {
    let set = try RetinaTask.leftRight.dataset(count: 300)
    for index in 0..<300 {
      let image = set.values(index)
      let columns = Set(image.indices.filter { image[$0] > 0 }.map { $0 % 20 })
      #expect(!columns.isEmpty)
      #expect(columns.allSatisfy { ($0 >= 10) == (set.label(index) == 1) })
    }
  }

  @Test("squares and circles lie within the retina, are outlines, and are alike in light")
  func squareCircle() throws {
    let set = try RetinaTask.squareCircle.dataset(count: 1000)
    var light = [Float](repeating: 0, count: 2)
    var counts = [Float](repeating: 0, count: 2)
    for index in 0..<1000 {
      let image = set.values(index)
      let inked = image.count { $0 > 0 }
      #expect(inked > 10 && inked < 100)
      light[set.label(index)!] += Float(inked)
      counts[set.label(index)!] += 1
    }
    #expect(counts[0] > 400 && counts[1] > 400)
    #expect(abs(light[0] / counts[0] / (light[1] / counts[1]) - 1) < 0.2)
  }

  @Test("a curve is one connected line of ink that six numbers determine, and parts share none")
  func curves() throws {
    let set = try Curves(seed: 4).dataset(count: 200)
    #expect(set.shape == [1, 28, 28] && set.classes == 0)
    for index in 0..<200 {
      let image = set.values(index)
      let ink = Set(image.indices.filter { image[$0] > 0 })
      #expect(ink.count >= 4 && ink.count < 250)
      // All ink is reached from any of it.
      var (reached, open) = (Set<Int>(), [ink.first!])
      while let place = open.popLast() {
        guard reached.insert(place).inserted else { continue }
        for row in -1...1 {
          for column in -1...1 {
            let (y, x) = (place / 28 + row, place % 28 + column)
            if (0..<28).contains(y), (0..<28).contains(x), ink.contains(y * 28 + x) {
              open.append(y * 28 + x)
            }
          }
        }
      }
      #expect(reached == ink)
    }
    let other = try Curves(seed: 4).dataset(count: 20, part: 1)
    #expect((0..<20).allSatisfy { set.values($0) != other.values($0) })
    #expect(try Curves(seed: 4).dataset(count: 5).values(4) == set.values(4))
  }

  @Test("blobs lie around their centres and moons on their half circles")
  func clouds() throws {
    let blobs = try PointClouds.blobs(count: 900, classes: 3, features: 4, noise: 0.1, seed: 2)
    #expect(blobs.classes == 3 && blobs.shape == [4])
    let first = (0..<900).filter { blobs.label($0) == 0 }.map { blobs.values($0) }
    for feature in 0..<4 {
      let column = first.map { $0[feature] }
      let mean = column.reduce(0, +) / Float(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(column.count)
      #expect(abs(variance.squareRoot() - 0.1) < 0.02)
    }
    let moons = try PointClouds.moons(count: 200, noise: 0)
    for index in 0..<200 {
      let point = moons.values(index)
      let (x, y) = moons.label(index) == 0 ? (point[0], point[1]) : (1 - point[0], 0.5 - point[1])
      #expect(abs(x * x + y * y - 1) < 1e-4 && y > -1e-4)
    }
  }
}
