import CMPI

extension Reduction {
  /// A reduction that combines two elements by a function of one's own (`MPI_Op_create`).
  ///
  /// - Parameters:
  ///   - isCommutative: Whether the order of the two does not matter; the library may then swap them.
  ///   - combine: The combination of an element of lower ranks and one of higher ranks. It must be
  ///     associative, the same on all ranks, and must not call MPI.
  ///
  /// The reduction lives as long as a value of it, or a request that uses it and owns its buffer. With
  /// requests on memory of your own, keep it until they are finished.
  public static func custom(
    isCommutative: Bool, _ combine: @escaping @Sendable (_ lower: Element, _ higher: Element) -> Element
  ) throws(MPIError) -> Self {
    try blockwise(isCommutative: isCommutative) { lower, higher in
      for index in higher.indices {
        higher[index] = combine(lower[index], higher[index])
      }
    }
  }

  /// A reduction that combines many elements at once by a function of one's own (`MPI_Op_create`).
  ///
  /// - Parameters:
  ///   - isCommutative: Whether the order of the two does not matter; the library may then swap them.
  ///   - combine: Combines the elements of lower ranks into those of higher ranks, index by index; both are
  ///     equally many. It must be associative, the same on all ranks, and must not call MPI.
  public static func blockwise(
    isCommutative: Bool,
    _ combine:
      @escaping @Sendable (
        _ lower: UnsafeBufferPointer<Element>, _ higher: UnsafeMutableBufferPointer<Element>
      ) -> Void
  ) throws(MPIError) -> Self {
    let owner = try ReductionOwner(
      isCommutative: isCommutative, element: Element.mpiDatatype
    ) { lower, higher, count in
      combine(
        UnsafeBufferPointer(start: lower.assumingMemoryBound(to: Element.self), count: count),
        UnsafeMutableBufferPointer(start: higher.assumingMemoryBound(to: Element.self), count: count))
    }
    return Self(handle: owner.operation, datatype: owner.datatype, owner: owner)
  }

  /// A reduction by a C function of one's own (`MPI_Op_create`), the cheapest form.
  ///
  /// - Parameter function: Gets the elements of lower ranks, those of higher ranks (where the result goes),
  ///   the address of their count, and that of the datatype.
  public static func function(
    isCommutative: Bool, _ function: CMPIReductionFunction
  ) throws(MPIError) -> Self {
    let owner = try ReductionOwner(isCommutative: isCommutative, function: function)
    return Self(handle: owner.operation, datatype: Element.mpiDatatype, owner: owner)
  }
}

/// The objects inside the library that stand for one user-defined reduction.
///
/// The library hands a reduction function no context, but it hands it the datatype of the call. So a Swift
/// function travels as an attribute of a duplicate of the element's datatype.
@usableFromInline
final class ReductionOwner: Sendable {
  typealias Combine = @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void

  let operation: CMPIOp
  let datatype: CMPIDatatype
  private let combine: Combine?

  init(isCommutative: Bool, function: CMPIReductionFunction) throws(MPIError) {
    var operation = cmpi_op_null()
    try check(cmpi_op_create(function, isCommutative ? 1 : 0, &operation), "MPI_Op_create")
    self.operation = operation
    datatype = cmpi_type_null()
    combine = nil
  }

  init(isCommutative: Bool, element: CMPIDatatype, combine: @escaping Combine) throws(MPIError) {
    guard Environment.isRunning else {
      throw MPIError(.reduction, call: "MPI_Op_create", text: "MPI is not running. Make it inside MPI.run.")
    }
    var operation = cmpi_op_null()
    var datatype = cmpi_type_null()
    self.combine = combine
    let key = try Self.key.get()
    try check(
      cmpi_type_duplicate(element, &datatype), "MPI_Type_dup")
    let code = cmpi_op_create(Self.call, isCommutative ? 1 : 0, &operation)
    self.operation = operation
    self.datatype = datatype
    try check(code, "MPI_Op_create")
    // The owner outlives every call that uses the datatype, so the attribute need not retain it.
    let context = Unmanaged.passUnretained(self).toOpaque()
    try check(cmpi_type_set_context(datatype, key, context), "MPI_Type_set_attr")
  }

  deinit {
    guard Environment.isRunning else { return }
    var operation = operation
    var datatype = datatype
    _ = cmpi_op_free_if_made(&operation)
    _ = cmpi_type_free_if_made(&datatype)
  }

  /// The attribute's key, made once: MPI starts once in a process.
  private static let key: Result<Int32, MPIError> = {
    var key: Int32 = 0
    let code = cmpi_type_create_keyval(&key)
    return code == 0 ? .success(key) : .failure(MPIError(code: code, call: "MPI_Type_create_keyval"))
  }()

  /// What the library calls: finds the Swift function and calls it.
  private static let call: CMPIReductionFunction = { lower, higher, count, datatype in
    guard let lower, let higher, let count, let datatype, case .success(let key) = ReductionOwner.key,
      let context = cmpi_type_context(datatype.pointee, key)
    else { preconditionFailure("the MPI library called a reduction with a datatype that is not its own") }
    let owner = Unmanaged<ReductionOwner>.fromOpaque(context).takeUnretainedValue()
    owner.combine?(lower, higher, Int(count.pointee))
  }
}
