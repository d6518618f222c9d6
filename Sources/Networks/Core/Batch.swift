/// What a model needs to know of its data before it sees any.
public struct DataDescription: Sendable, Hashable {
  /// The shape of one input.
  public var input: Shape
  /// The number of classes; 0 where examples carry no label.
  public var classes: Int
  /// What the steps are, where examples are sequences; `input` is the shape of one step then.
  public var sequence: SequenceFormat?

  /// A description.
  public init(input: Shape, classes: Int, sequence: SequenceFormat? = nil) {
    self.input = input
    self.classes = classes
    self.sequence = sequence
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
  /// The sequences, where examples are such; `inputs` holds no values then, only the number of examples.
  public var sequence: SequenceBatch?
  /// What the lane keeps from step to step; nil in evaluation and where the model keeps nothing.
  public var state: LaneState?

  /// A batch over memory that the caller keeps.
  public init(inputs: Tensor, labels: UnsafeBufferPointer<Int32>, examples: UnsafeBufferPointer<UInt32>) {
    self.inputs = inputs
    self.labels = labels
    self.examples = examples
  }

  /// The number of examples.
  public var count: Int { inputs.batch }
}
