// Completing requests, and what a status says. A null status means MPI_STATUS(ES)_IGNORE.
#pragma once
#include "handles.h"

CMPI_INLINE int cmpi_request_is_null(CMPIRequest r) { return r.value == MPI_REQUEST_NULL; }
CMPI_INLINE MPI_Status *cmpi_status_pointer(CMPIStatus *s) { return s ? &s->value : MPI_STATUS_IGNORE; }
CMPI_INLINE MPI_Status *cmpi_statuses_pointer(CMPIStatus *s) { return s ? &s->value : MPI_STATUSES_IGNORE; }

CMPI_INLINE int cmpi_wait(CMPIRequest *r, CMPIStatus *s) {
  return MPI_Wait(&r->value, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_test(CMPIRequest *r, int *flag, CMPIStatus *s) {
  return MPI_Test(&r->value, flag, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_waitall(int n, CMPIRequest *r, CMPIStatus *s) {
  return MPI_Waitall(n, (MPI_Request *)r, cmpi_statuses_pointer(s));
}
CMPI_INLINE int cmpi_testall(int n, CMPIRequest *r, int *flag, CMPIStatus *s) {
  return MPI_Testall(n, (MPI_Request *)r, flag, cmpi_statuses_pointer(s));
}
CMPI_INLINE int cmpi_waitany(int n, CMPIRequest *r, int *index, CMPIStatus *s) {
  return MPI_Waitany(n, (MPI_Request *)r, index, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_testany(int n, CMPIRequest *r, int *index, int *flag, CMPIStatus *s) {
  return MPI_Testany(n, (MPI_Request *)r, index, flag, cmpi_status_pointer(s));
}
CMPI_INLINE int cmpi_waitsome(int n, CMPIRequest *r, int *count, int *indices, CMPIStatus *s) {
  return MPI_Waitsome(n, (MPI_Request *)r, count, indices, cmpi_statuses_pointer(s));
}
CMPI_INLINE int cmpi_testsome(int n, CMPIRequest *r, int *count, int *indices, CMPIStatus *s) {
  return MPI_Testsome(n, (MPI_Request *)r, count, indices, cmpi_statuses_pointer(s));
}
CMPI_INLINE int cmpi_cancel(CMPIRequest *r) { return MPI_Cancel(&r->value); }
CMPI_INLINE int cmpi_request_free(CMPIRequest *r) { return MPI_Request_free(&r->value); }

CMPI_INLINE int cmpi_status_source(CMPIStatus s) { return s.value.MPI_SOURCE; }
CMPI_INLINE int cmpi_status_tag(CMPIStatus s) { return s.value.MPI_TAG; }
CMPI_INLINE int cmpi_status_error(CMPIStatus s) { return s.value.MPI_ERROR; }
CMPI_INLINE int cmpi_status_is_cancelled(const CMPIStatus *s) {
  int flag = 0;
  MPI_Test_cancelled(&s->value, &flag);
  return flag;
}
/// The number of elements of `type` in the message, or -1 if it is not a whole number of them.
CMPI_INLINE long cmpi_status_count(const CMPIStatus *s, CMPIDatatype type) {
  MPI_Count count = 0;
  if (MPI_Get_elements_x(&s->value, type.value, &count) != MPI_SUCCESS) return -1;
  return count == MPI_UNDEFINED ? -1 : (long)count;
}
