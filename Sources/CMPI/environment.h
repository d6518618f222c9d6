// Starting, ending and asking about the library.
#pragma once
#include <stdio.h>
#include "handles.h"

CMPI_INLINE int cmpi_init_thread(int required, int *provided) {
  return MPI_Init_thread(NULL, NULL, required, provided);
}
CMPI_INLINE int cmpi_finalize(void) { return MPI_Finalize(); }
CMPI_INLINE int cmpi_initialized(void) { int flag = 0; MPI_Initialized(&flag); return flag; }
CMPI_INLINE int cmpi_finalized(void) { int flag = 0; MPI_Finalized(&flag); return flag; }
CMPI_INLINE int cmpi_query_thread(int *provided) { return MPI_Query_thread(provided); }
CMPI_INLINE int cmpi_is_thread_main(int *flag) { return MPI_Is_thread_main(flag); }
CMPI_INLINE int cmpi_abort(CMPIComm comm, int code) { return MPI_Abort(comm.value, code); }
CMPI_INLINE double cmpi_wtime(void) { return MPI_Wtime(); }
CMPI_INLINE double cmpi_wtick(void) { return MPI_Wtick(); }
CMPI_INLINE int cmpi_get_version(int *version, int *subversion) { return MPI_Get_version(version, subversion); }

/// 1 for Open MPI, 2 for MPICH and its descendants, 0 for anything else.
CMPI_INLINE int cmpi_implementation(void) {
#if defined(OPEN_MPI)
  return 1;
#elif defined(MPICH_VERSION)
  return 2;
#else
  return 0;
#endif
}

enum { cmpi_library_version_capacity = MPI_MAX_LIBRARY_VERSION_STRING };
enum { cmpi_processor_name_capacity = MPI_MAX_PROCESSOR_NAME };
enum { cmpi_error_string_capacity = MPI_MAX_ERROR_STRING };
enum { cmpi_object_name_capacity = MPI_MAX_OBJECT_NAME };

CMPI_INLINE int cmpi_get_library_version(char *text, int *length) {
  return MPI_Get_library_version(text, length);
}
CMPI_INLINE int cmpi_get_processor_name(char *text, int *length) {
  return MPI_Get_processor_name(text, length);
}
CMPI_INLINE int cmpi_error_class(int code, int *error_class) { return MPI_Error_class(code, error_class); }
CMPI_INLINE int cmpi_error_string(int code, char *text, int *length) {
  return MPI_Error_string(code, text, length);
}

/// Writes one line to the standard error stream at once, so that lines of several ranks do not mix.
CMPI_INLINE void cmpi_print_error(const char *line) {
  fflush(stdout);
  fputs(line, stderr);
  fflush(stderr);
}
