// OpenBLAS, as its own headers declare it.
#include <cblas.h>
