// Point-to-point calls.
#pragma once
#include "handles.h"
#include "requests.h"

#define CMPI_SEND(name, call)                                                                      \
  CMPI_INLINE int cmpi_##name(const void *b, int n, CMPIDatatype t, int to, int tag, CMPIComm c) { \
    return call(b, n, t.value, to, tag, c.value);                                                  \
  }                                                                                                \
  CMPI_INLINE int cmpi_i##name(                                                                    \
      const void *b, int n, CMPIDatatype t, int to, int tag, CMPIComm c, CMPIRequest *r)

CMPI_SEND(send, MPI_Send) { return MPI_Isend(b, n, t.value, to, tag, c.value, &r->value); }
CMPI_SEND(ssend, MPI_Ssend) { return MPI_Issend(b, n, t.value, to, tag, c.value, &r->value); }
#undef CMPI_SEND

CMPI_INLINE int cmpi_recv(void *b, int n, CMPIDatatype t, int from, int tag, CMPIComm c, CMPIStatus *s) {
  return MPI_Recv(b, n, t.value, from, tag, c.value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_irecv(void *b, int n, CMPIDatatype t, int from, int tag, CMPIComm c, CMPIRequest *r) {
  return MPI_Irecv(b, n, t.value, from, tag, c.value, &r->value);
}
CMPI_INLINE int cmpi_sendrecv(
    const void *b, int n, CMPIDatatype t, int to, int tag, void *rb, int rn, CMPIDatatype rt, int from,
    int rtag, CMPIComm c, CMPIStatus *s) {
  return MPI_Sendrecv(
      b, n, t.value, to, tag, rb, rn, rt.value, from, rtag, c.value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_sendrecv_replace(
    void *b, int n, CMPIDatatype t, int to, int tag, int from, int rtag, CMPIComm c, CMPIStatus *s) {
  return MPI_Sendrecv_replace(b, n, t.value, to, tag, from, rtag, c.value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_probe(int from, int tag, CMPIComm c, CMPIStatus *s) {
  return MPI_Probe(from, tag, c.value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_iprobe(int from, int tag, CMPIComm c, int *flag, CMPIStatus *s) {
  return MPI_Iprobe(from, tag, c.value, flag, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_mprobe(int from, int tag, CMPIComm c, CMPIMessage *m, CMPIStatus *s) {
  return MPI_Mprobe(from, tag, c.value, &m->value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_improbe(int from, int tag, CMPIComm c, int *flag, CMPIMessage *m, CMPIStatus *s) {
  return MPI_Improbe(from, tag, c.value, flag, &m->value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_mrecv(void *b, int n, CMPIDatatype t, CMPIMessage *m, CMPIStatus *s) {
  return MPI_Mrecv(b, n, t.value, &m->value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_imrecv(void *b, int n, CMPIDatatype t, CMPIMessage *m, CMPIRequest *r) {
  return MPI_Imrecv(b, n, t.value, &m->value, &r->value);
}
