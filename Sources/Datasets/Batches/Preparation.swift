import Networks

/// How stored rows become a model's inputs: distorted (in training), padded, normalised.
///
/// The value travels from the coordinator to workers that cannot see the data.
public struct Preparation: Sendable, Hashable, Codable {
  /// `x * scale + offset`.
  public var normalization: Normalization
  /// The pixels of background added on every side of an image: 2 makes 28x28 into 32x32.
  public var padding: Int
  /// What happens to training examples, each epoch anew.
  public var augmentation: Augmentation

  /// A preparation.
  public init(normalization: Normalization, padding: Int = 0, augmentation: Augmentation = Augmentation()) {
    self.normalization = normalization
    self.padding = padding
    self.augmentation = augmentation
  }

  /// The shape of one input made from a stored row of shape `stored`.
  public func inputShape(for stored: Shape) -> Shape {
    guard padding > 0, stored.extents.count == 3 else { return stored }
    return Shape([stored.extents[0], stored.extents[1] + 2 * padding, stored.extents[2] + 2 * padding])
  }

  /// What a model must know of data that is stored as `format` and prepared in this way.
  public func description(for format: RowFormat) -> DataDescription {
    DataDescription(input: inputShape(for: format.shape), classes: format.classes, sequence: format.sequence)
  }

  /// Checks that rows of `format` can be prepared in this way.
  ///
  /// - Throws: `DataError` where images are needed and rows are none, or features and factors do not go together.
  public func validate(for format: RowFormat) throws {
    let isImage = format.shape.extents.count == 3
    guard padding >= 0, padding <= 1024 else {
      throw DataError(.configuration, "data.padding is \(padding); 0 to 1024 pixels are allowed")
    }
    guard padding == 0 || isImage else {
      throw DataError(
        .configuration,
        "data.padding is \(padding), but examples have shape \(format.shape); only images can be padded")
    }
    guard augmentation.isOff || isImage else {
      throw DataError(
        .configuration,
        "data.augmentation distorts images, but examples have shape \(format.shape); set its amounts to 0")
    }
    let takesNumbers = format.layout.map { $0.input == .float } ?? true
    guard takesNumbers || normalization == .none else {
      throw DataError(
        .configuration,
        "data.normalization changes values, but the steps of these sequences are symbols or bits; set it to none"
      )
    }
    guard normalization.isUniform || normalization.scale.count == format.shape.count else {
      throw DataError(
        .configuration,
        "data.normalization has \(normalization.scale.count) factors for examples of \(format.shape.count) values"
      )
    }
    guard normalization.isUniform || padding == 0 else {
      throw DataError(
        .configuration,
        "data.padding needs one factor for all pixels; choose another data.normalization than features")
    }
    try augmentation.validate()
  }
}
