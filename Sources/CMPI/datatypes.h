// Derived datatypes for counts beyond an int, and user-defined reductions.
#pragma once
#include "handles.h"

CMPI_INLINE int cmpi_type_free(CMPIDatatype *type) { return MPI_Type_free(&type->value); }

/// A datatype that stands for `count` elements of `base`: blocks of `limit` elements and a remainder.
static inline int cmpi_type_create_large(long count, CMPIDatatype base, int limit, CMPIDatatype *out) {
  MPI_Aint lower = 0, extent = 0;
  MPI_Datatype block = MPI_DATATYPE_NULL, blocks = MPI_DATATYPE_NULL;
  long block_count = count / limit;
  int remainder = (int)(count % limit);
  out->value = MPI_DATATYPE_NULL;
  int code = MPI_Type_get_extent(base.value, &lower, &extent);
  if (code != MPI_SUCCESS) return code;
  if (block_count > 2147483647L) return MPI_ERR_COUNT;
  code = MPI_Type_contiguous(limit, base.value, &block);
  if (code == MPI_SUCCESS) code = MPI_Type_contiguous((int)block_count, block, &blocks);
  if (code == MPI_SUCCESS) {
    int lengths[2] = {1, remainder};
    MPI_Aint displacements[2] = {0, (MPI_Aint)block_count * limit * extent};
    MPI_Datatype types[2] = {blocks, base.value};
    code = MPI_Type_create_struct(remainder > 0 ? 2 : 1, lengths, displacements, types, &out->value);
  }
  if (code == MPI_SUCCESS) code = MPI_Type_commit(&out->value);
  if (block != MPI_DATATYPE_NULL) MPI_Type_free(&block);
  if (blocks != MPI_DATATYPE_NULL) MPI_Type_free(&blocks);
  return code;
}

CMPI_INLINE int cmpi_op_create(CMPIReductionFunction function, int commutative, CMPIOp *out) {
  return MPI_Op_create((MPI_User_function *)function, commutative, &out->value);
}
CMPI_INLINE int cmpi_op_free_if_made(CMPIOp *op) {
  return op->value == MPI_OP_NULL ? MPI_SUCCESS : MPI_Op_free(&op->value);
}
CMPI_INLINE int cmpi_type_free_if_made(CMPIDatatype *type) {
  return type->value == MPI_DATATYPE_NULL ? MPI_SUCCESS : MPI_Type_free(&type->value);
}

// A reduction function in C gets no context, but it gets the datatype. So a closure travels as an attribute
// of a duplicate of the element's datatype.

CMPI_INLINE int cmpi_type_create_keyval(int *key) {
  return MPI_Type_create_keyval(MPI_TYPE_NULL_COPY_FN, MPI_TYPE_NULL_DELETE_FN, key, NULL);
}
CMPI_INLINE int cmpi_type_duplicate(CMPIDatatype base, CMPIDatatype *out) {
  return MPI_Type_dup(base.value, &out->value);
}
CMPI_INLINE int cmpi_type_set_context(CMPIDatatype type, int key, void *context) {
  return MPI_Type_set_attr(type.value, key, context);
}
CMPI_INLINE void *cmpi_type_context(CMPIDatatype type, int key) {
  void *context = NULL;
  int found = 0;
  if (MPI_Type_get_attr(type.value, key, &context, &found) != MPI_SUCCESS || !found) return NULL;
  return context;
}
