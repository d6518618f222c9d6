extension UnsafeMutableBufferPointer where Element: Numeric {
  /// Memory for `count` zeros, which the caller deallocates.
  package static func zeros(_ count: Int) -> Self {
    let memory = allocate(capacity: count)
    memory.initialize(repeating: 0)
    return memory
  }
}
