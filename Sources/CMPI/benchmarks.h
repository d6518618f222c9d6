// What a loop of C calls costs, to measure the binding against.
#pragma once
#include "handles.h"

/// Seconds that `rounds` all-reduces of `count` floats take, in place, called from C.
static __attribute__((noinline, unused)) double cmpi_time_allreduce(
    float *elements, int count, long rounds, CMPIComm c) {
  double start = MPI_Wtime();
  for (long round = 0; round < rounds; round++)
    if (MPI_Allreduce(MPI_IN_PLACE, elements, count, MPI_FLOAT, MPI_SUM, c.value) != MPI_SUCCESS) return -1;
  return MPI_Wtime() - start;
}
