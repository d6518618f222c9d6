import Networks

extension ParameterGroup {
  /// The slots of `buffer`, which is laid out like this group, by name: `network/2.convolution.weight`, or
  /// `momentum/network/2.convolution.weight` where `prefix` is `momentum`. Gaps are left out.
  ///
  /// Without a buffer these are the parameters. Reading fills them; `tensor` of each one is what to write.
  public func tensors(in buffer: FlatBuffer? = nil, prefix: String? = nil) -> [TensorDestination] {
    let buffer = buffer ?? self.buffer
    precondition(buffer.count == self.buffer.count, "the buffer is not laid out like the group \(name)")
    let start = prefix.map { "\($0)/" } ?? ""
    return slots.indices.map { index in
      TensorDestination(
        "\(start)\(name)/\(slots[index].name)", shape: slots[index].shape,
        values: UnsafeMutableBufferPointer(start: buffer.base + offsets[index], count: slots[index].count),
        owner: buffer)
    }
  }
}
