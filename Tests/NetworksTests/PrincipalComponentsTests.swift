import Foundation
import Networks
import Testing

/// Examples in memory.
struct Rows: ExampleMatrix {
  var features: Int
  var values: [Float]

  var count: Int { values.count / features }
  func rows(_ range: Range<Int>) -> [Float] {
    Array(values[range.lowerBound * features..<range.upperBound * features])
  }
  func labels(_ range: Range<Int>) -> [Int] { [] }
}

extension Rows {
  /// Two points on each axis through (1, 2, 3), as far from there as `lengths` says.
  static func cross(lengths: [Float]) -> Rows {
    var values: [Float] = []
    for axis in lengths.indices {
      for sign: Float in [-1, 1] {
        var point: [Float] = lengths.indices.map { Float($0 + 1) }
        point[axis] += sign * lengths[axis]
        values += point
      }
    }
    return Rows(features: lengths.count, values: values)
  }
}

@Suite struct PrincipalComponentsTests {
  /// Points around (1, 2, 3) whose covariance is the diagonal matrix of 9, 4 and 1.
  private let points = Rows.cross(lengths: [3, 2, 1].map { $0 * Float(3).squareRoot() })

  @Test("Mean, directions and variances are those of a cross in space")
  func cross() throws {
    let components = try PrincipalComponents(of: points, components: 2)
    #expect(zip(components.mean, [1, 2, 3]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(components.variances, [9, 4, 1]).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(abs(abs(components.directions[0]) - 1) < 1e-9 && abs(abs(components.directions[4]) - 1) < 1e-9)
    #expect(abs(try components.reconstructionError(on: points) - 1) < 1e-5)
    // One example two away along the direction that is left out, five along the first one.
    #expect(abs(try components.reconstructionError(on: Rows(features: 3, values: [6, 2, 5])) - 4) < 1e-5)
  }

  @Test("The largest angle is that by which a plane was turned, however its basis is mixed")
  func angle() throws {
    let components = try PrincipalComponents(of: points, components: 2)
    for degrees in [0, 1e-4, 0.5, 30, 89] {
      let angle = degrees * .pi / 180
      // The second axis, turned towards the third; columns (u + v, 1000 v).
      let (y, z) = (cos(angle), sin(angle))
      #expect(abs(components.largestAngle(to: [1, 0, y, 1000 * y, z, 1000 * z]) - degrees) < 1e-6)
    }
    #expect(components.largestAngle(to: [1, 2, 0, 0, 0, 0]) == 90)
    #expect(components.largestAngle(to: [.nan, 0, 0, 1, 0, 0]) == 90)
  }

  @Test("What has no principal components is refused")
  func refused() {
    #expect(throws: ConfigurationError.self) { try PrincipalComponents(of: points, components: 4) }
    #expect(throws: ConfigurationError.self) { try PrincipalComponents(of: points, components: 0) }
    #expect(throws: ConfigurationError.self) {
      try PrincipalComponents(of: Rows(features: 3, values: []), components: 1)
    }
    let broken = Rows(features: 2, values: [1, .nan, 0, 1])
    #expect(throws: ConfigurationError.self) { try PrincipalComponents(of: broken, components: 1) }
  }
}
