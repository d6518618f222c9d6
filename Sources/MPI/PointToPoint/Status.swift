import CMPI

/// What is known about a message that has come, or that is waiting.
@frozen
public struct Status: Sendable {
  /// The library's status.
  public var handle: CMPIStatus

  /// A status to be filled by a call.
  @inlinable public init() { handle = CMPIStatus() }

  /// The sender's rank.
  @inlinable public var source: Int { Int(cmpi_status_source(handle)) }

  /// The message's tag.
  @inlinable public var tag: Int { Int(cmpi_status_tag(handle)) }

  /// Whether the request was cancelled before it was matched.
  public var isCancelled: Bool {
    withUnsafePointer(to: handle) { cmpi_status_is_cancelled($0) != 0 }
  }

  /// The number of elements in the message; nil if its bytes are not a whole number of them.
  public func count<Element: Datatype>(of type: Element.Type) -> Int? {
    let count = withUnsafePointer(to: handle) { cmpi_status_count($0, Element.mpiDatatype) }
    return count < 0 ? nil : count
  }
}
