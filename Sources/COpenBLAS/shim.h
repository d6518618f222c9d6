// OpenBLAS, as its own headers declare it.
#include <cblas.h>
#include <stddef.h>

// The symmetric eigenproblem of LAPACK, which OpenBLAS contains; not every system has a header for it. Numbers behind
// the letters are their lengths, as Fortran compilers pass them.
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
    const int *lwork, int *iwork, const int *liwork, int *info, size_t jobz_length, size_t uplo_length);
