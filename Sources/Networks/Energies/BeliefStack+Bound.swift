import Foundation
import Kernels

extension BeliefStack {
  /// Adds, for each column, a draw of the variational bound on ln p(v) without ln Z of the top machine:
  ///
  ///     ln p(v) ≥ Σ_i [ln p(h_i | h_i+1) + H(q(h_i+1 | h_i))] - F(h_L-1) - ln Z,   h_i+1 drawn from q(h_i+1 | h_i)
  ///
  /// F is the free energy of the top machine, with the labels where they are set. The mean over draws is the bound itself.
  /// Hinton, Osindero & Teh 2006, equation 3; Salakhutdinov & Murray 2008.
  ///
  /// - Parameter setLabels: is called when the levels are filled and before the top machine looks at them.
  public func addBound(
    drawing numbers: UnsafeBufferPointer<UInt32>, random: RandomAddress,
    to sums: UnsafeMutableBufferPointer<Double>, setLabels: () -> Void
  ) {
    let batch = numbers.count
    for index in layers.indices {
      let machine = layers[index].recognition
      let (below, above) = (levels[index].base, levels[index + 1].base)
      machine.hiddenInputs(of: below, batch: batch, into: above)
      // H = Σ [ln(1 + e^a) - σ(a) a]
      machine.hidden.addLogPartition(above, bias: machine.hiddenBias, to: sums)
      for unit in 0..<machine.hidden.count {
        for place in unit * batch..<(unit + 1) * batch {
          let input = Double(above[place] + machine.hiddenBias[unit])
          sums[place - unit * batch] -= input / (1 + exp(-input))
        }
      }
      machine.hidden.sample(
        above, bias: machine.hiddenBias, into: above, numbers: numbers, random: random,
        index: Self.upDraw + index)
      addLogProbability(of: index, batch: batch, to: sums)
    }
    setLabels()
    top.hiddenInputs(of: levels[layers.count].base, batch: batch, into: topInputs.base)
    top.addLogProbability(of: levels[layers.count].base, inputs: topInputs.base, to: sums)
  }

  /// Adds ln p(level | level above): Σ [s a - ln Σ e^(s a)], of Gaussian units with - s²/2 - ½ ln 2π.
  private func addLogProbability(of index: Int, batch: Int, to sums: UnsafeMutableBufferPointer<Double>) {
    let machine = layers[index].generation
    let (states, inputs) = (levels[index].base, dreams[index].base)
    machine.visibleInputs(of: levels[index + 1].base, batch: batch, into: inputs)
    var partition = [Double](repeating: machine.visible.gaussianConstant, count: batch)
    partition.withUnsafeMutableBufferPointer {
      machine.visible.addLogPartition(inputs, bias: machine.visibleBias, to: $0)
    }
    for block in machine.visible.blocks {
      for unit in block.units {
        let square = block.kind == .gaussian ? 0.5 : 0.0
        for column in 0..<batch {
          let state = Double(states[unit * batch + column])
          let input = Double(inputs[unit * batch + column] + machine.visibleBias[unit])
          sums[column] += state * input - square * state * state
        }
      }
    }
    for column in 0..<batch { sums[column] -= partition[column] }
  }
}
