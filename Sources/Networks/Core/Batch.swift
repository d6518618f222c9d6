/// What a model needs to know of its data before it sees any.
public struct DataDescription: Sendable, Hashable {
  /// The shape of one input.
  public var input: Shape
  /// The number of classes; 0 where examples carry no label.
  public var classes: Int

  /// A description.
  public init(input: Shape, classes: Int) {
    self.input = input
    self.classes = classes
  }
}

/// The examples that one lane works on in one step; possibly none.
public struct Batch {
  /// The inputs `[shape…, batch]`.
  public var inputs: Tensor
  /// The class of each example; empty where there are no labels.
  public var labels: UnsafeBufferPointer<Int32>
  /// What identifies each example to the random streams: its index in the data set.
  public var examples: UnsafeBufferPointer<UInt32>

  /// A batch over memory that the caller keeps.
  public init(inputs: Tensor, labels: UnsafeBufferPointer<Int32>, examples: UnsafeBufferPointer<UInt32>) {
    self.inputs = inputs
    self.labels = labels
    self.examples = examples
  }

  /// The number of examples.
  public var count: Int { inputs.batch }
}
