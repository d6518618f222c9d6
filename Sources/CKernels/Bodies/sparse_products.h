// Products with a B that is mostly zeros. Included once for each variant by variants.h, behind products.h and stochastic.h:
// see there for CK_BODY, vf, CK_RUN and vany. A panel is one vector of columns, and of its rows those alone are packed that
// hold anything but zeros.
#pragma clang fp reassociate(off) contract(off)

#define CK_SPARSE_PANELS 8
#define CK_SPARSE_ROWS 12

// The rows of B(p, j), p < k, j < width <= VF, that hold anything but zeros, one after the other, and where they stand.
CK_INLINE long pack_sparse(float *restrict packed, int32_t *restrict places, const float *restrict b, long ldb,
                           bool transposed, long width, long k) {
  if (transposed) {
    CK_PASTE(ck_transpose, CK_SUFFIX)(packed, b, width, k, VF, ldb);
    for (long p = 0; p < k && width < VF; p++)
      for (long j = width; j < VF; j++) packed[p * VF + j] = 0;
  }
  long count = 0;
  for (long p = 0; p < k; p++) {
    vf x = transposed ? vload(packed + p * VF) : vget(b + p * ldb, width);
    vstore(packed + count * VF, x);
    places[count] = (int32_t)p;
    count += vany(x != 0.0f);
  }
  return count;
}

// C(0 ..< rows, 0 ..< width) for constant rows.
CK_INLINE void sparse_tile(const int rows, float *restrict c, long ldc, long width, const float *restrict a, long arow,
                           long acolumn, const float *restrict packed, const int32_t *restrict places, long count,
                           float alpha, float beta) {
  vf sum[CK_SPARSE_ROWS] = {};
  for (long q = 0; q < count; q++) {
    const float *x = a + places[q] * acolumn;
    vf y = vload(packed + q * VF);
    CK_UNROLL for (int r = 0; r < rows; r++) sum[r] = vfma(vsplat(x[r * arow]), y, sum[r]);
  }
  CK_UNROLL for (int r = 0; r < rows; r++) {
    float *at = c + r * ldc;
    vf value = alpha * sum[r];
    if (beta != 0) value = vfma(vsplat(beta), vget(at, width), value);
    vput(at, value, width);
  }
}

CK_BODY(sparse_product)(float *restrict c, long ldc, const float *restrict a, long arow, long acolumn,
                        const float *restrict b, long ldb, bool transposed, long m, long n, long k, float alpha,
                        float beta, int32_t *restrict done) {
  float packed[CK_SPARSE_PANELS * CK_RUN * VF] __attribute__((aligned(64)));
  int32_t places[CK_SPARSE_PANELS * CK_RUN];
  long counts[CK_SPARSE_PANELS];
  for (long j = 0; j < n; j += CK_SPARSE_PANELS * VF) {
    long panels = (long_min(n - j, CK_SPARSE_PANELS * VF) + VF - 1) / VF;
    for (long p = 0; p < k; p += CK_RUN) {
      long run = long_min(k - p, CK_RUN);
      for (long q = 0; q < panels; q++) {
        long column = j + q * VF;
        counts[q] = pack_sparse(packed + q * CK_RUN * VF, places + q * CK_RUN,
                                transposed ? b + column * ldb + p : b + p * ldb + column, ldb, transposed,
                                long_min(n - column, VF), run);
      }
      if (j == 0 && p == 0) {
        long left = 0;
        for (long q = 0; q < panels; q++) left += counts[q];
        *done = 4 * left <= 3 * panels * run;
        if (!*done) return;
      }
      for (long i = 0; i < m; i += CK_SPARSE_ROWS) {
        for (long q = 0; q < panels; q++) {
          long column = j + q * VF;
#define CK_ROWS(R)                                                                                                    \
  case R:                                                                                                             \
    sparse_tile(R, c + i * ldc + column, ldc, long_min(n - column, VF), a + i * arow + p * acolumn, arow, acolumn,    \
                packed + q * CK_RUN * VF, places + q * CK_RUN, counts[q], alpha, p == 0 ? beta : 1.0f);               \
    break;
          switch (long_min(m - i, CK_SPARSE_ROWS)) {
            CK_ROWS(1) CK_ROWS(2) CK_ROWS(3) CK_ROWS(4) CK_ROWS(5) CK_ROWS(6)
            CK_ROWS(7) CK_ROWS(8) CK_ROWS(9) CK_ROWS(10) CK_ROWS(11) CK_ROWS(12)
          }
#undef CK_ROWS
        }
      }
    }
  }
}
#pragma clang fp reassociate(on) contract(fast)
