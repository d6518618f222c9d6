import Kernels

/// The output layer and the loss of LeNet-5: distances to ten drawn digits, and the maximum a posteriori criterion.
///
///     y_i = Σ_j (x_j - w_ij)²
///     E = y_c + log(e^-margin + Σ_i e^-y_i)        c the class of the example
///     dE/dy_i = δ_ic - p_i,  p_i = e^-y_i / (e^-margin + Σ_k e^-y_k)
///     h_j = 2 (1 - Σ p_i) + 4 (Σ p_i (x_j - w_ij)² - (Σ p_i (x_j - w_ij))²)
///
/// x [84, batch]; w are the fixed 7x12 bitmaps of `DigitBitmaps`, ±1; the first choice is the nearest. h is the exact
/// diagonal of the Hessian at x, which is never negative. LeCun, Bottou, Bengio & Haffner 1998, sections II.B and II.C.
public struct RadialBasisMAP: Loss {
  /// The constant j of the «rubbish» class: penalties above it are as good as infinite.
  public let margin: Float

  /// The loss with this constant, greater than 0.
  public init(margin: Float = 1) {
    self.margin = margin
  }

  /// The name in configs.
  public var name: String { "rbf_map" }
  /// What the loss adds behind the last layer.
  public var outputLayer: LayerSummary? { LayerSummary(name: "rbf 10 (fixed)", output: [10], parameters: 0) }

  /// Refuses outputs that do not fit, with the remedy.
  public func check(outputs: Shape, data: DataDescription) throws(ConfigurationError) {
    guard data.classes == DigitBitmaps.classes else {
      throw ConfigurationError(
        "the loss «rbf_map» draws the ten digits, but the data has \(data.classes) classes: choose another loss"
      )
    }
    guard outputs.count == DigitBitmaps.pixels else {
      throw ConfigurationError(
        "the network ends with \(outputs.count) outputs, but the loss «rbf_map» compares \(DigitBitmaps.pixels) with "
          + "bitmaps of 7x12: end «layers» with «- dense: {units: \(DigitBitmaps.pixels), activation: scaled_tanh}»"
      )
    }
  }

  /// The distances.
  public func scratchCount(outputs: Shape, batch: Int) -> Int { DigitBitmaps.classes * batch }

  /// The sums over the batch; writes the gradient where it is wanted.
  public func evaluate(
    _ outputs: Tensor, _ batch: Batch, gradient: Tensor?, _ workspace: LossWorkspace
  ) -> LossSums {
    let distances = distances(outputs, workspace)
    let sums = RadialBasis.maximumPosteriorLoss(
      UnsafeBufferPointer(distances), labels: batch.labels, margin: margin, classes: DigitBitmaps.classes,
      batch: outputs.batch, gradient: gradient == nil ? nil : distances,
      predictions: workspace.choices(outputs.batch))
    if let gradient {
      DigitBitmaps.values.withUnsafeBufferPointer {
        RadialBasis.backward(
          UnsafeBufferPointer(distances), input: outputs.values, centers: $0, into: gradient.elements,
          units: DigitBitmaps.classes, inputs: DigitBitmaps.pixels, batch: outputs.batch)
      }
    }
    return sums
  }

  /// Writes d²E/doutputs², h of the equations above.
  public func curvature(_ outputs: Tensor, _ batch: Batch, into hy: Tensor, _ workspace: LossWorkspace) {
    let classes = DigitBitmaps.classes
    let count = outputs.batch
    let shares = distances(outputs, workspace)
    // With the classes' one-hot added back, the gradient of the loss is -p.
    _ = RadialBasis.maximumPosteriorLoss(
      UnsafeBufferPointer(shares), labels: batch.labels, margin: margin, classes: classes, batch: count,
      gradient: shares)
    DigitBitmaps.values.withUnsafeBufferPointer { bitmaps in
      for example in 0..<count {
        shares[Int(batch.labels[example]) * count + example] -= 1
        for pixel in 0..<DigitBitmaps.pixels {
          let x = outputs.base[pixel * count + example]
          var (total, mean, square): (Float, Float, Float) = (0, 0, 0)
          for unit in 0..<classes {
            let p = -shares[unit * count + example]
            let difference = x - bitmaps[unit * DigitBitmaps.pixels + pixel]
            total += p
            mean += p * difference
            square += p * difference * difference
          }
          hy.base[pixel * count + example] = max(0, 2 * (1 - total) + 4 * (square - mean * mean))
        }
      }
    }
  }

  private func distances(_ outputs: Tensor, _ workspace: LossWorkspace) -> UnsafeMutableBufferPointer<Float> {
    let distances = workspace.scratch(DigitBitmaps.classes * outputs.batch)
    DigitBitmaps.values.withUnsafeBufferPointer {
      RadialBasis.forward(
        outputs.values, centers: $0, into: distances, units: DigitBitmaps.classes,
        inputs: DigitBitmaps.pixels,
        batch: outputs.batch)
    }
    return distances
  }
}
