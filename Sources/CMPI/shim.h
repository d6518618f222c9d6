// MPI, as the implementation's own header declares it.
#include <mpi.h>
