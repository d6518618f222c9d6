import Networks

/// Small sets of points for quick checks.
public enum PointClouds {
  /// Bell-shaped clouds around random centres in the cube [-2, 2]^features, one a class.
  ///
  /// - Parameter noise: the standard deviation of a cloud.
  public static func blobs(
    count: Int, classes: Int = 3, features: Int = 2, noise: Float = 0.3, part: Int = 0, seed: UInt64 = 1
  ) throws -> Dataset {
    precondition(classes > 0 && features > 0, "at least one class and one feature")
    var centreDraws = RandomSequence(RandomAddress(seed: seed, step: 0, stream: .generator(64)), example: 0)
    let centres = (0..<classes * features).map { _ in centreDraws.uniform(-2, 2) }
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(65 + part))
    var values: [Float] = []
    var labels: [Int32] = []
    for index in 0..<count {
      var draws = RandomSequence(address, example: UInt32(index))
      let label = draws.integer(below: classes)
      for feature in 0..<features {
        values.append(centres[label * features + feature] + draws.bell() * noise)
      }
      labels.append(Int32(label))
    }
    return try Dataset(name: "blobs", shape: [features], floats: values, labels: labels, classes: classes)
  }

  /// Bell-shaped clouds around points that stand evenly on a circle of radius 2, one a class.
  ///
  /// What mixtures are learnt on to see whether a generator leaves out modes: 8 of them in Metz, Poole, Pfau &
  /// Sohl-Dickstein 2017.
  ///
  /// - Parameter noise: the standard deviation of a cloud.
  public static func ring(
    count: Int, classes: Int = 8, noise: Float = 0.02, part: Int = 0, seed: UInt64 = 1
  ) throws -> Dataset {
    precondition(classes > 0, "at least one class")
    let centres = (0..<classes).map {
      Trigonometry.sineCosine(2 * Float.pi * Float($0) / Float(classes) - Float.pi)
    }
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(96 + part))
    var values: [Float] = []
    var labels: [Int32] = []
    for index in 0..<count {
      var draws = RandomSequence(address, example: UInt32(index))
      let label = draws.integer(below: classes)
      values.append(2 * centres[label].cosine + draws.bell() * noise)
      values.append(2 * centres[label].sine + draws.bell() * noise)
      labels.append(Int32(label))
    }
    return try Dataset(name: "gaussians", shape: [2], floats: values, labels: labels, classes: classes)
  }

  /// Two interleaved half circles of radius 1, which no line separates.
  ///
  /// - Parameter noise: the standard deviation around the circles.
  public static func moons(count: Int, noise: Float = 0.1, part: Int = 0, seed: UInt64 = 1) throws -> Dataset
  {
    let address = RandomAddress(seed: seed, step: 0, stream: .generator(80 + part))
    var values: [Float] = []
    var labels: [Int32] = []
    for index in 0..<count {
      var draws = RandomSequence(address, example: UInt32(index))
      let label = draws.integer(below: 2)
      let (sine, cosine) = Trigonometry.sineCosine(draws.uniform() * Float.pi)
      let (x, y) = label == 0 ? (cosine, sine) : (1 - cosine, 0.5 - sine)
      values.append(x + draws.bell() * noise)
      values.append(y + draws.bell() * noise)
      labels.append(Int32(label))
    }
    return try Dataset(name: "moons", shape: [2], floats: values, labels: labels, classes: 2)
  }
}
