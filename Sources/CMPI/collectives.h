// Collective calls.
#pragma once
#include <stdlib.h>
#include <string.h>
#include "handles.h"

CMPI_INLINE int cmpi_barrier(CMPIComm c) {
  return MPI_Barrier(c.value);
}
CMPI_INLINE int cmpi_bcast(void *b, int n, CMPIDatatype t, int root, CMPIComm c) {
  return MPI_Bcast(b, n, t.value, root, c.value);
}
// MPICH before 4.2 reads from the address MPI_IN_PLACE when the root of an in-place reduce is not rank 0
// (pmodels/mpich issue 6540). There the root contributes a copy instead.
#if defined(MPICH_NUMVERSION) && MPICH_NUMVERSION < 40200000
static inline int cmpi_reduce_copy(void *r, int n, CMPIDatatype t, CMPIOp op, int root, CMPIComm c) {
  MPI_Aint lower = 0, extent = 0;
  int code = MPI_Type_get_extent(t.value, &lower, &extent);
  if (code != MPI_SUCCESS) return code;
  size_t bytes = (size_t)extent * (size_t)n;
  void *copy = malloc(bytes > 0 ? bytes : 1);
  if (!copy) return MPI_ERR_NO_MEM;
  memcpy(copy, r, bytes);
  code = MPI_Reduce(copy, r, n, t.value, op.value, root, c.value);
  free(copy);
  return code;
}
#endif

CMPI_INLINE int cmpi_reduce(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, int root, CMPIComm c) {
#if defined(MPICH_NUMVERSION) && MPICH_NUMVERSION < 40200000
  if (s == MPI_IN_PLACE && root != 0 && n > 0) return cmpi_reduce_copy(r, n, t, op, root, c);
#endif
  return MPI_Reduce(s, r, n, t.value, op.value, root, c.value);
}

CMPI_INLINE int cmpi_allreduce(const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c) {
  return MPI_Allreduce(s, r, n, t.value, op.value, c.value);
}
CMPI_INLINE int cmpi_reduce_scatter(
    const void *s, void *r, const int *n, CMPIDatatype t, CMPIOp op, CMPIComm c) {
  return MPI_Reduce_scatter(s, r, n, t.value, op.value, c.value);
}
CMPI_INLINE int cmpi_reduce_scatter_block(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c) {
  return MPI_Reduce_scatter_block(s, r, n, t.value, op.value, c.value);
}
CMPI_INLINE int cmpi_scan(const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c) {
  return MPI_Scan(s, r, n, t.value, op.value, c.value);
}
CMPI_INLINE int cmpi_exscan(const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c) {
  return MPI_Exscan(s, r, n, t.value, op.value, c.value);
}
CMPI_INLINE int cmpi_gather(
    const void *s, int n, CMPIDatatype t, void *r, int rn, CMPIDatatype rt, int root, CMPIComm c) {
  return MPI_Gather(s, n, t.value, r, rn, rt.value, root, c.value);
}
CMPI_INLINE int cmpi_gatherv(
    const void *s, int n, CMPIDatatype t, void *r, const int *rn,
    const int *rd, CMPIDatatype rt, int root, CMPIComm c) {
  return MPI_Gatherv(s, n, t.value, r, rn, rd, rt.value, root, c.value);
}
CMPI_INLINE int cmpi_scatter(
    const void *s, int n, CMPIDatatype t, void *r, int rn, CMPIDatatype rt, int root, CMPIComm c) {
  return MPI_Scatter(s, n, t.value, r, rn, rt.value, root, c.value);
}
CMPI_INLINE int cmpi_scatterv(
    const void *s, const int *n, const int *d, CMPIDatatype t, void *r,
    int rn, CMPIDatatype rt, int root, CMPIComm c) {
  return MPI_Scatterv(s, n, d, t.value, r, rn, rt.value, root, c.value);
}
CMPI_INLINE int cmpi_allgather(
    const void *s, int n, CMPIDatatype t, void *r, int rn, CMPIDatatype rt, CMPIComm c) {
  return MPI_Allgather(s, n, t.value, r, rn, rt.value, c.value);
}
CMPI_INLINE int cmpi_allgatherv(
    const void *s, int n, CMPIDatatype t, void *r, const int *rn,
    const int *rd, CMPIDatatype rt, CMPIComm c) {
  return MPI_Allgatherv(s, n, t.value, r, rn, rd, rt.value, c.value);
}
CMPI_INLINE int cmpi_alltoall(
    const void *s, int n, CMPIDatatype t, void *r, int rn, CMPIDatatype rt, CMPIComm c) {
  return MPI_Alltoall(s, n, t.value, r, rn, rt.value, c.value);
}
CMPI_INLINE int cmpi_alltoallv(
    const void *s, const int *n, const int *d, CMPIDatatype t, void *r,
    const int *rn, const int *rd, CMPIDatatype rt, CMPIComm c) {
  return MPI_Alltoallv(s, n, d, t.value, r, rn, rd, rt.value, c.value);
}
