/// One named array within a parameter group: a weight matrix, a bias.
public struct Slot: Sendable, Hashable {
  /// The name, unique in its group: `2.convolution.weight`.
  public let name: String
  /// The extents, outermost first.
  public let shape: Shape
  /// The distribution of the first values.
  public let initializer: Initializer
  /// Whether weight decay applies: yes for weights, by default no for biases.
  public let decays: Bool
  /// How the values move.
  public let update: Update

  /// How the values of a slot move.
  public enum Update: Sendable, Hashable {
    /// The optimizer moves them along the summed contribution.
    case optimizer
    /// v ← v + rate (mean - v), where mean is the summed contribution divided by the number of examples: a running
    /// average of what the model observes.
    case average(rate: Float)
    /// v ← v + sum, cut to -limit ... limit, where sum is the summed contribution: what simply adds up over examples, as
    /// Hebb's rule does.
    case sum(limit: Float)
  }

  /// A slot of this name and shape.
  public init(
    _ name: String, shape: Shape, initializer: Initializer, decays: Bool = true, update: Update = .optimizer
  ) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.decays = decays
    self.update = update
  }

  /// The number of parameters in it.
  public var count: Int { shape.count }
}

/// The parameters that one optimizer moves: one contiguous block with named slots.
///
/// Each slot starts at a multiple of 16 floats (a cache line), the gap before it is zero and stays zero: gradients
/// there are zero. All-reduce, optimizer and checkpoint work on the whole block; the hash of the weights skips gaps.
public final class ParameterGroup: Sendable {
  /// The name, unique in its model: `network`, `generator`.
  public let name: String
  /// The slots, in the order of their addresses.
  public let slots: [Slot]
  /// Where each slot starts, in floats.
  public let offsets: [Int]
  /// The block of all slots and gaps.
  ///
  /// `nonisolated(unsafe)`: replaced only by `move`, while a run is being prepared by one thread.
  public private(set) nonisolated(unsafe) var buffer: FlatBuffer

  /// A group of these slots, all zero.
  public init(name: String, slots: [Slot]) {
    self.name = name
    self.slots = slots
    var offsets: [Int] = []
    var end = 0
    for slot in slots {
      offsets.append(end)
      end += (slot.count + 15) / 16 * 16
    }
    self.offsets = offsets
    buffer = FlatBuffer(count: end)
  }

  /// The number of parameters, gaps not counted.
  public var parameterCount: Int { slots.reduce(0) { $0 + $1.count } }

  /// The values of slot `index`.
  public subscript(index: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: buffer.base + offsets[index], count: slots[index].count)
  }

  /// Puts the parameters into other memory of the same size, before any thread works with them. Values are not copied.
  public func move(to buffer: FlatBuffer) {
    precondition(buffer.count == self.buffer.count, "the new memory is of another size")
    self.buffer = buffer
  }

  /// Takes the values of a group whose slots are of the same sizes; another one is a programming error.
  public func copyValues(from other: ParameterGroup) {
    precondition(slots.map(\.count) == other.slots.map(\.count), "the slots are of other sizes")
    buffer.base.update(from: other.buffer.base, count: buffer.count)
  }

  /// Draws the first values of every slot: a function of the seed, this group's number in the model, and the slot's.
  public func initialize(seed: UInt64, group: Int) {
    for (index, slot) in slots.enumerated() {
      slot.initializer.fill(
        self[index], shape: slot.shape,
        random: RandomAddress(seed: seed, step: UInt64(group), stream: .initial(index)))
    }
  }
}
