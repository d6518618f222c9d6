/// Sizes that do not make a convolution or a pooling layer; the text names the value, what is allowed and the remedy.
public struct GeometryError: Error, Hashable, CustomStringConvertible {
  /// What was wrong, what is allowed, and what to do.
  public let description: String

  init(_ description: String) {
    self.description = description
  }

  /// The largest extent of one dimension, and the most elements of one array.
  static let largestExtent = 1 << 24
  static let mostElements = 1 << 40

  static func check(_ name: String, _ value: Int, atLeast least: Int = 1) throws(GeometryError) {
    guard value >= least, value <= largestExtent else {
      throw GeometryError("\(name) is \(value); allowed are \(least) to \(largestExtent)")
    }
  }

  /// The output positions along one axis: floor((input + 2 padding - kernel) / stride) + 1.
  static func outputs(
    _ axis: String, input: Int, kernel: Int, stride: Int, padding: Int
  ) throws(GeometryError) -> Int {
    guard kernel <= input + 2 * padding else {
      throw GeometryError(
        "the \(axis) of the kernel, \(kernel), is larger than that of the padded input, \(input + 2 * padding) "
          + "(input \(input), padding \(padding) on both sides); use a smaller kernel or more padding")
    }
    return (input + 2 * padding - kernel) / stride + 1
  }

  static func product(_ name: String, _ factors: [Int]) throws(GeometryError) -> Int {
    var result = 1
    for factor in factors {
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= mostElements else {
        throw GeometryError(
          "\(name) would have more than \(mostElements) elements (\(factors.map(String.init).joined(separator: " x "))); "
            + "use fewer channels, a smaller batch or a smaller input")
      }
      result = product
    }
    return result
  }
}
