// Memory that the processes of one machine share.
#pragma once
#include "handles.h"

CMPI_INLINE int cmpi_win_allocate_shared(
    long bytes, int unit, CMPIComm c, void **base, CMPIWindow *out) {
  return MPI_Win_allocate_shared((MPI_Aint)bytes, unit, MPI_INFO_NULL, c.value, base, &out->value);
}
CMPI_INLINE int cmpi_win_shared_query(CMPIWindow w, int rank, long *bytes, int *unit, void **base) {
  MPI_Aint size = 0;
  int code = MPI_Win_shared_query(w.value, rank, &size, unit, base);
  *bytes = (long)size;
  return code;
}
CMPI_INLINE int cmpi_win_return_errors(CMPIWindow w) {
  return MPI_Win_set_errhandler(w.value, MPI_ERRORS_RETURN);
}
CMPI_INLINE int cmpi_win_lock_all(CMPIWindow w) { return MPI_Win_lock_all(MPI_MODE_NOCHECK, w.value); }
CMPI_INLINE int cmpi_win_unlock_all(CMPIWindow w) { return MPI_Win_unlock_all(w.value); }
CMPI_INLINE int cmpi_win_sync(CMPIWindow w) { return MPI_Win_sync(w.value); }
CMPI_INLINE int cmpi_win_free(CMPIWindow *w) { return MPI_Win_free(&w->value); }
