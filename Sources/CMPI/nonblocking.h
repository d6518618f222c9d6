// Collective calls that return at once with a request.
#pragma once
#include "handles.h"

CMPI_INLINE int cmpi_ibarrier(CMPIComm c, CMPIRequest *request) {
  return MPI_Ibarrier(c.value, &request->value);
}
CMPI_INLINE int cmpi_ibcast(void *b, int n, CMPIDatatype t, int root, CMPIComm c, CMPIRequest *request) {
  return MPI_Ibcast(b, n, t.value, root, c.value, &request->value);
}
CMPI_INLINE int cmpi_ireduce(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, int root, CMPIComm c, CMPIRequest *request) {
  return MPI_Ireduce(s, r, n, t.value, op.value, root, c.value, &request->value);
}
CMPI_INLINE int cmpi_iallreduce(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c, CMPIRequest *request) {
  return MPI_Iallreduce(s, r, n, t.value, op.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_ireduce_scatter(
    const void *s, void *r, const int *n, CMPIDatatype t, CMPIOp op, CMPIComm c, CMPIRequest *request) {
  return MPI_Ireduce_scatter(s, r, n, t.value, op.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_ireduce_scatter_block(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c, CMPIRequest *request) {
  return MPI_Ireduce_scatter_block(s, r, n, t.value, op.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_iscan(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c, CMPIRequest *request) {
  return MPI_Iscan(s, r, n, t.value, op.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_iexscan(
    const void *s, void *r, int n, CMPIDatatype t, CMPIOp op, CMPIComm c, CMPIRequest *request) {
  return MPI_Iexscan(s, r, n, t.value, op.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_igather(
    const void *s, int n, CMPIDatatype t, void *r, int rn,
    CMPIDatatype rt, int root, CMPIComm c, CMPIRequest *request) {
  return MPI_Igather(s, n, t.value, r, rn, rt.value, root, c.value, &request->value);
}
CMPI_INLINE int cmpi_igatherv(
    const void *s, int n, CMPIDatatype t, void *r, const int *rn, const int *rd,
    CMPIDatatype rt, int root, CMPIComm c, CMPIRequest *request) {
  return MPI_Igatherv(s, n, t.value, r, rn, rd, rt.value, root, c.value, &request->value);
}
CMPI_INLINE int cmpi_iscatter(
    const void *s, int n, CMPIDatatype t, void *r, int rn,
    CMPIDatatype rt, int root, CMPIComm c, CMPIRequest *request) {
  return MPI_Iscatter(s, n, t.value, r, rn, rt.value, root, c.value, &request->value);
}
CMPI_INLINE int cmpi_iscatterv(
    const void *s, const int *n, const int *d, CMPIDatatype t, void *r, int rn,
    CMPIDatatype rt, int root, CMPIComm c, CMPIRequest *request) {
  return MPI_Iscatterv(s, n, d, t.value, r, rn, rt.value, root, c.value, &request->value);
}
CMPI_INLINE int cmpi_iallgather(
    const void *s, int n, CMPIDatatype t, void *r, int rn,
    CMPIDatatype rt, CMPIComm c, CMPIRequest *request) {
  return MPI_Iallgather(s, n, t.value, r, rn, rt.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_iallgatherv(
    const void *s, int n, CMPIDatatype t, void *r, const int *rn,
    const int *rd, CMPIDatatype rt, CMPIComm c, CMPIRequest *request) {
  return MPI_Iallgatherv(s, n, t.value, r, rn, rd, rt.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_ialltoall(
    const void *s, int n, CMPIDatatype t, void *r, int rn,
    CMPIDatatype rt, CMPIComm c, CMPIRequest *request) {
  return MPI_Ialltoall(s, n, t.value, r, rn, rt.value, c.value, &request->value);
}
CMPI_INLINE int cmpi_ialltoallv(
    const void *s, const int *n, const int *d, CMPIDatatype t, void *r, const int *rn,
    const int *rd, CMPIDatatype rt, CMPIComm c, CMPIRequest *request) {
  return MPI_Ialltoallv(s, n, d, t.value, r, rn, rd, rt.value, c.value, &request->value);
}
