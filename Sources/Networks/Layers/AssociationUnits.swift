import Kernels

/// Fixed random feature units: the A-units of Rosenblatt's perceptron.
///
///     y_a = 1 where Σ w_ai x_i ≥ threshold, otherwise 0
///
/// Each unit is wired to `connections` inputs, drawn without repetition, with weights of +1 or -1 at even odds. The
/// wiring is a function of `seed`, and it never learns. Rosenblatt 1958; the Mark I had 512 units on 400 photocells.
public struct AssociationUnits: Layer {
  /// The number of units.
  public let units: Int
  /// The inputs that each unit is wired to; all where there are fewer.
  public let connections: Int
  /// The sum at which a unit fires.
  public let threshold: Float
  /// What the wiring is drawn from.
  public let seed: UInt64
  private var wiring: [Float] = []

  /// Units of this wiring.
  public init(units: Int, connections: Int, threshold: Float, seed: UInt64) {
    self.units = units
    self.connections = connections
    self.threshold = threshold
    self.seed = seed
  }

  /// The word for it in configs and slot names.
  public var kind: String { "association" }
  /// What people call it.
  public var name: String { "association units \(units) (fixed)" }

  /// Works out what follows from the shape of the input.
  public func prepared(for input: Shape) throws(ShapeError) -> AssociationUnits {
    var layer = self
    layer.wiring = Array(repeating: 0, count: units * input.count)
    var random = RandomStream(RandomAddress(seed: seed, step: 0, stream: .model(0)))
    var inputs = Array(0..<input.count)
    let wires = min(connections, input.count)
    for unit in 0..<units {
      for wire in 0..<wires {
        inputs.swapAt(wire, wire + random.below(input.count - wire))
        layer.wiring[unit * input.count + inputs[wire]] = random.happens(0.5) ? 1 : -1
      }
    }
    return layer
  }

  /// The shape of the output; throws where the layer cannot work on the input.
  public func outputShape(for input: Shape) throws(ShapeError) -> Shape { [units] }

  /// y = f(x).
  public func forward(_ x: Tensor, into y: Tensor, _ pass: LayerPass) {
    wiring.withUnsafeBufferPointer {
      Matrix.multiply($0, x.values, into: y.elements, rows: units, columns: x.batch, inner: x.shape.count)
    }
    for index in 0..<y.count { y.base[index] = y.base[index] >= threshold ? 1 : 0 }
  }

  /// The derivative of a step is zero wherever there is one.
  public func backward(_ dy: Tensor, x: Tensor, y: Tensor, into dx: Tensor?, _ pass: LayerPass) {
    dx?.elements.update(repeating: 0)
  }

  /// Adds the curvatures of the parameters and writes that of the input.
  public func curvature(_ hy: Tensor, x: Tensor, y: Tensor, into hx: Tensor?, _ pass: LayerPass) {
    hx?.elements.update(repeating: 0)
  }
}
