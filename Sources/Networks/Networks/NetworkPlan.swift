import Foundation

/// Where each layer of a network reads and writes: shapes, slots and places in the workspace, worked out once.
///
/// An activation gets memory of its own unless its layer works in place and nobody needs what it overwrites. The
/// network's input is never overwritten.
struct NetworkPlan {
  /// The place of one layer.
  struct Step {
    /// The shape of its input.
    let input: Shape
    /// The shape of its output.
    let output: Shape
    /// Where the output begins in the block of activations; nil where the output is a view of the network's input.
    let offset: Int?
    /// The number of its first slot.
    let firstSlot: Int
    /// Where its scratch begins.
    let scratchOffset: Int
  }

  /// The layers, each prepared for its input.
  private(set) var layers: [any Layer] = []
  private(set) var steps: [Step] = []
  /// The slots of all layers, named by layer.
  private(set) var slots: [Slot] = []
  /// The lowest layer with parameters: nothing below it needs gradients.
  private(set) var firstTrainable = 0
  private(set) var output: Shape
  private(set) var activationCount = 0
  private(set) var gradientCount: Int
  private(set) var scratchCount = 0
  private(set) var temporaryCount = 0
  private(set) var curvatureTemporaryCount = 0

  init(_ layers: [any Layer], input: Shape, maximumBatch: Int) throws(ShapeError) {
    guard !layers.isEmpty else { throw ShapeError("a network needs at least one layer: «layers» is empty") }
    output = input
    gradientCount = input.count * maximumBatch
    var parameterCount = 0.0
    var offset: Int?
    var isNeeded = true  // whether the current activation has to stay as it is
    for (index, layer) in layers.enumerated() {
      let shape = output
      let layer = try Self.located(layer, index, input: shape) { layer throws(ShapeError) in
        try layer.prepared(for: shape)
      }
      output = try Self.located(layer, index, input: shape) { layer throws(ShapeError) in
        try layer.outputShape(for: shape)
      }
      self.layers.append(layer)
      parameterCount += layer.slots(for: shape).reduce(0) { $0 + Double($1.count) }
      try Self.checkMemory(
        parameterCount, Double(activationCount) + Double(output.count) * Double(maximumBatch), index)
      let count = output.count * maximumBatch
      if layer.isView || (layer.worksInPlace && !isNeeded) {
        isNeeded = isNeeded || (!layer.isView && layer.readsOutput)
      } else {
        offset = activationCount
        activationCount += Self.aligned(count)
        isNeeded = layer.readsOutput
      }
      steps.append(
        Step(
          input: shape, output: output, offset: offset, firstSlot: slots.count, scratchOffset: scratchCount))
      gradientCount = max(gradientCount, count)
      scratchCount += Self.aligned(layer.scratchCount(for: shape, batch: maximumBatch))
      temporaryCount = max(temporaryCount, layer.temporaryCount(for: shape, batch: maximumBatch))
      curvatureTemporaryCount = max(
        curvatureTemporaryCount, layer.curvatureTemporaryCount(for: shape, batch: maximumBatch))
      appendSlots(of: layer, index, input: shape)
    }
    firstTrainable = steps.lastIndex { $0.firstSlot == 0 } ?? 0
  }

  /// Refuses what could never work, before anything is allocated: parameters, their gradient and activations.
  private static func checkMemory(
    _ parameters: Double, _ activations: Double, _ index: Int
  ) throws(ShapeError) {
    let bytes = 4 * (2 * parameters + activations)
    let available = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > available else { return }
    let (needed, present) = (bytes / 0x1p30, available / 0x1p30)
    throw ShapeError(
      "the network up to layer \(index) needs \(Int(needed.rounded(.up))) GiB for \(Int(parameters)) parameters and the "
        + "activations of a batch, but this machine has \(Int(present)) GiB: use smaller layers or a smaller batch"
    )
  }

  private mutating func appendSlots(of layer: any Layer, _ index: Int, input: Shape) {
    for slot in layer.slots(for: input) {
      slots.append(
        Slot(
          "\(index).\(layer.kind).\(slot.name)", shape: slot.shape, initializer: slot.initializer,
          decays: slot.decays, update: slot.update))
    }
  }

  /// What `body` says of a layer, with the layer's number and kind in its error.
  private static func located<Result>(
    _ layer: any Layer, _ index: Int, input: Shape, _ body: (any Layer) throws(ShapeError) -> Result
  ) throws(ShapeError) -> Result {
    do throws(ShapeError) {
      return try body(layer)
    } catch {
      throw ShapeError("layer \(index) («\(layer.name)») cannot work on an input of \(input): \(error)")
    }
  }

  /// `count` rounded up to whole cache lines.
  private static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}
