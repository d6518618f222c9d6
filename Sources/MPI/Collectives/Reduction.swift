import CMPI

/// How a reduction combines two elements. Which ones there are depends on the element, as in the standard.
@frozen
public struct Reduction<Element: Datatype>: Sendable {
  /// The library's handle of the operation.
  public let handle: CMPIOp
  /// The datatype that the operation wants.
  public let datatype: CMPIDatatype
  /// What keeps a user-defined operation alive; nil for the library's own.
  @usableFromInline let owner: ReductionOwner?

  /// An operation of the library over a datatype.
  @inlinable
  public init(handle: CMPIOp, datatype: CMPIDatatype = Element.mpiDatatype) {
    self.init(handle: handle, datatype: datatype, owner: nil)
  }

  @inlinable
  init(handle: CMPIOp, datatype: CMPIDatatype, owner: ReductionOwner?) {
    self.handle = handle
    self.datatype = datatype
    self.owner = owner
  }
}

extension Reduction where Element: Numeric {
  /// The sum, `MPI_SUM`. Integers must not overflow: libraries wrap around or stop at the largest value.
  @inlinable public static var sum: Self { Self(handle: cmpi_op_sum()) }
  /// The product, `MPI_PROD`. Integers must not overflow.
  @inlinable public static var product: Self { Self(handle: cmpi_op_prod()) }
}

extension Reduction where Element: Numeric & Comparable {
  /// The smallest, `MPI_MIN`. With a NaN among the elements the result is not defined.
  @inlinable public static var minimum: Self { Self(handle: cmpi_op_min()) }
  /// The largest, `MPI_MAX`. With a NaN among the elements the result is not defined.
  @inlinable public static var maximum: Self { Self(handle: cmpi_op_max()) }
}

extension Reduction where Element: FixedWidthInteger {
  /// Bits that are set in both, `MPI_BAND`.
  @inlinable public static var bitwiseAnd: Self { Self(handle: cmpi_op_band()) }
  /// Bits that are set in either, `MPI_BOR`.
  @inlinable public static var bitwiseOr: Self { Self(handle: cmpi_op_bor()) }
  /// Bits that are set in exactly one, `MPI_BXOR`.
  @inlinable public static var bitwiseExclusiveOr: Self { Self(handle: cmpi_op_bxor()) }
  /// 1 if both are not 0, otherwise 0, `MPI_LAND`.
  @inlinable public static var logicalAnd: Self { Self(handle: cmpi_op_land()) }
  /// 1 if either is not 0, otherwise 0, `MPI_LOR`.
  @inlinable public static var logicalOr: Self { Self(handle: cmpi_op_lor()) }
  /// 1 if exactly one is not 0, otherwise 0, `MPI_LXOR`.
  @inlinable public static var logicalExclusiveOr: Self { Self(handle: cmpi_op_lxor()) }
}

extension Reduction<Bool> {
  /// Whether all are true, `MPI_LAND`.
  @inlinable public static var logicalAnd: Self { Self(handle: cmpi_op_land()) }
  /// Whether any is true, `MPI_LOR`.
  @inlinable public static var logicalOr: Self { Self(handle: cmpi_op_lor()) }
  /// Whether an odd number is true, `MPI_LXOR`.
  @inlinable public static var logicalExclusiveOr: Self { Self(handle: cmpi_op_lxor()) }
}
