import Foundation

extension Dataset {
  /// Writes the rows as a plain IDX file: bytes as type 0x08, floats as 0x0D, one example after the other.
  ///
  /// Images `[1, height, width]` become three-dimensional files, as MNIST's. The file appears under its name only when
  /// it is whole.
  ///
  /// - Throws: `DataError` where the file cannot be written.
  public func writeIDX(to path: String) throws {
    let extents = shape.extents
    let dimensions = [count] + (extents.count == 3 && extents[0] == 1 ? Array(extents.dropFirst()) : extents)
    let header = IDXHeader(type: format.element == .uint8 ? .ubyte : .float, dimensions: dimensions)
    var data = Data(header.bytes)
    withExtendedLifetime(self) {
      switch format.element {
      case .uint8:
        data.append(contentsOf: rows)
      case .float:
        let values = rows.bindMemory(to: UInt32.self)
        for value in values { withUnsafeBytes(of: value.bigEndian) { data.append(contentsOf: $0) } }
      }
    }
    try Self.write(data, to: path)
  }

  /// Writes the labels as a plain IDX file of unsigned bytes, or of 32-bit numbers where there are over 256 classes.
  ///
  /// - Throws: `DataError` where the set has no labels or the file cannot be written.
  public func writeIDXLabels(to path: String) throws {
    guard format.hasLabels else {
      throw DataError(.inconsistent, "\(name): has no labels to write to \(path)")
    }
    let small = classes <= 256
    var data = Data(IDXHeader(type: small ? .ubyte : .int, dimensions: [count]).bytes)
    withExtendedLifetime(self) {
      for label in labels {
        if small {
          data.append(UInt8(label))
        } else {
          withUnsafeBytes(of: label.bigEndian) { data.append(contentsOf: $0) }
        }
      }
    }
    try Self.write(data, to: path)
  }

  private static func write(_ data: Data, to path: String) throws {
    try WholeFile.write(Array(data), to: path)
  }
}

extension DatasetSplits {
  /// Writes training and test set as MNIST's four files into an existing directory.
  ///
  /// - Throws: `DataError` where a file cannot be written or a set has no labels.
  public func writeMNIST(to directory: String) throws {
    for (prefix, set) in [("train", training), ("t10k", test)] {
      try set.writeIDX(to: "\(directory)/\(prefix)-images-idx3-ubyte")
      try set.writeIDXLabels(to: "\(directory)/\(prefix)-labels-idx1-ubyte")
    }
  }
}
