import CMPI

/// A type whose values MPI can send: bytes in memory, with a datatype of the library.
///
/// The numbers of the standard library and `Bool` conform. `MPI_Reduce` and its kin accept what the
/// standard allows for the datatype; `Reduction` says it in types.
public protocol Datatype: BitwiseCopyable, Sendable {
  /// The library's handle for this type.
  static var mpiDatatype: CMPIDatatype { get }
}

extension Int8: Datatype {
  /// `MPI_INT8_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_int8() }
}

extension Int16: Datatype {
  /// `MPI_INT16_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_int16() }
}

extension Int32: Datatype {
  /// `MPI_INT32_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_int32() }
}

extension Int64: Datatype {
  /// `MPI_INT64_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_int64() }
}

extension UInt8: Datatype {
  /// `MPI_UINT8_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_uint8() }
}

extension UInt16: Datatype {
  /// `MPI_UINT16_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_uint16() }
}

extension UInt32: Datatype {
  /// `MPI_UINT32_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_uint32() }
}

extension UInt64: Datatype {
  /// `MPI_UINT64_T`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_uint64() }
}

extension Float: Datatype {
  /// `MPI_FLOAT`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_float() }
}

extension Double: Datatype {
  /// `MPI_DOUBLE`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_double() }
}

extension Bool: Datatype {
  /// `MPI_C_BOOL`.
  @inlinable public static var mpiDatatype: CMPIDatatype { cmpi_type_bool() }
}

extension Int: Datatype {
  /// The datatype of the machine's word.
  @inlinable public static var mpiDatatype: CMPIDatatype {
    MemoryLayout<Int>.size == 8 ? cmpi_type_int64() : cmpi_type_int32()
  }
}

extension UInt: Datatype {
  /// The datatype of the machine's word.
  @inlinable public static var mpiDatatype: CMPIDatatype {
    MemoryLayout<UInt>.size == 8 ? cmpi_type_uint64() : cmpi_type_uint32()
  }
}
