import CMPI

/// A number that can be reduced together with where it lies.
public protocol LocatableValue: Datatype {
  /// The library's datatype of this number followed by a C `int`.
  static var locatedDatatype: CMPIDatatype { get }
}

extension Float: LocatableValue {
  /// `MPI_FLOAT_INT`.
  @inlinable public static var locatedDatatype: CMPIDatatype { cmpi_type_float_int() }
}

extension Double: LocatableValue {
  /// `MPI_DOUBLE_INT`.
  @inlinable public static var locatedDatatype: CMPIDatatype { cmpi_type_double_int() }
}

extension Int32: LocatableValue {
  /// `MPI_2INT`.
  @inlinable public static var locatedDatatype: CMPIDatatype { cmpi_type_two_int() }
}

/// A value and where it lies, for reductions that ask which rank has the smallest or the largest.
///
///     let worst = try world.allReduced(Located(loss, at: world.rank), .maximumLocation)
@frozen
public struct Located<Value: LocatableValue>: Datatype {
  /// The value.
  public var value: Value
  /// Where it lies: a rank, or any other index.
  public var index: Int32

  /// A value and where it lies.
  @inlinable
  public init(_ value: Value, at index: Int) {
    self.value = value
    self.index = Int32(index)
  }

  /// The library's datatype for such a pair.
  @inlinable public static var mpiDatatype: CMPIDatatype { Value.locatedDatatype }
}

/// An element that carries where it lies; `Located` is the only one.
public protocol LocatedElement: Datatype {}

extension Located: LocatedElement {}

extension Reduction where Element: LocatedElement {
  /// The smallest value and its index; of equal values the smallest index, `MPI_MINLOC`.
  @inlinable public static var minimumLocation: Self { Self(handle: cmpi_op_minloc()) }

  /// The largest value and its index; of equal values the smallest index, `MPI_MAXLOC`.
  @inlinable public static var maximumLocation: Self { Self(handle: cmpi_op_maxloc()) }
}
