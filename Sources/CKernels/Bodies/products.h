// Products of matrices without packing A. Included once for each variant by variants.h: see there for CK_BODY and vf.
// A tile of some rows and up to CK_TILE_VECTORS vectors of C stays in registers while p runs.
#pragma clang fp reassociate(off) contract(off)

#if CK_REGISTERS >= 32
#define CK_TILE_VECTORS 4
#else
#define CK_TILE_VECTORS 2
#endif
#define CK_TILE_ROWS 6
// Rows of a tile of so many vectors: as many sums as registers hold.
#if CK_REGISTERS >= 32
#define CK_MOST_ROWS 12
CK_INLINE long tile_rows(long vectors) { return vectors >= 4 ? 6 : vectors == 3 ? 8 : 12; }
#else
#define CK_MOST_ROWS 6
CK_INLINE long tile_rows(long vectors) { return vectors > 0 ? 6 : 0; }
#endif
#define CK_TILE_COLUMNS (CK_TILE_VECTORS * VF)
#define CK_RUN 256
#define CK_UNROLL _Pragma("clang loop unroll(full)")

// C(0 ..< rows, 0 ..< vectors * VF) for constant rows and vectors; `last` elements of the last vector are wanted, and
// B has whole vectors.
CK_INLINE void product_tile(const int rows, const int vectors, float *restrict c, long ldc, long last,
                            const float *restrict a, long arow, long acolumn, const float *restrict b, long ldb,
                            long k, float alpha, float beta) {
  vf sum[CK_MOST_ROWS][CK_TILE_VECTORS] = {};
  // On their way while a wide tile is worked on: where it goes, and what is next of A, the rows of the next tile or, of
  // a transposed A, the columns to come. A and C may end before: a prefetch never faults.
  const bool ahead = vectors > 2;
  const float *next = acolumn == 1 ? a + rows * arow : a + 16 * acolumn;
  if (ahead) CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(c + r * ldc + v * VF, 1);
  }
  for (long p = 0; p < k; p++) {
    vf x[CK_TILE_VECTORS];
    if (ahead && acolumn != 1) {
      __builtin_prefetch(next + p * acolumn);
    } else if (ahead && p % 16 == 0) {
      CK_UNROLL for (int r = 0; r < rows; r++) __builtin_prefetch(next + r * arow + p);
    }
    CK_UNROLL for (int v = 0; v < vectors; v++) x[v] = vload(b + v * VF);
    CK_UNROLL for (int r = 0; r < rows; r++) {
      vf y = vsplat(a[r * arow]);
      CK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = vfma(y, x[v], sum[r][v]);
    }
    a += acolumn;
    b += ldb;
  }
  CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int v = 0; v < vectors; v++) {
      float *at = c + r * ldc + v * VF;
      vf value = alpha * sum[r][v];
      if (v == vectors - 1 && last < VF) {
        if (beta != 0) value = vfma(vsplat(beta), vget(at, last), value);
        vput(at, value, last);
      } else {
        if (beta != 0) value = vfma(vsplat(beta), vload(at), value);
        vstore(at, value);
      }
    }
  }
}

// All rows of C over `width` columns, at most CK_TILE_COLUMNS.
CK_INLINE void product_panel(const int vectors, float *restrict c, long ldc, long width, const float *restrict a,
                             long arow, long acolumn, const float *restrict b, long ldb, long m, long k, float alpha,
                             float beta) {
  long last = width - (vectors - 1) * VF;
  long most = tile_rows(vectors), tiles = (m + most - 1) / most;
  for (long i = 0; tiles > 0; tiles--) {
    long rows = (m - i + tiles - 1) / tiles;  // as even as possible: a tile of few rows wastes its loads
#define CK_ROWS(R)                                                                                                \
  case R: /* larger tiles than the registers hold are not even compiled */                                       \
    if (R <= tile_rows(vectors))                                                                                  \
      product_tile(R, vectors, c + i * ldc, ldc, last, a + i * arow, arow, acolumn, b, ldb, k, alpha, beta);      \
    break;
    switch (rows) {
      CK_ROWS(1) CK_ROWS(2) CK_ROWS(3) CK_ROWS(4) CK_ROWS(5) CK_ROWS(6)
#if CK_MOST_ROWS == 12
      CK_ROWS(7) CK_ROWS(8) CK_ROWS(9) CK_ROWS(10) CK_ROWS(11) CK_ROWS(12)
#endif
    }
#undef CK_ROWS
    i += rows;
  }
}

// B(p, j), p < k, j < width, to rows of CK_TILE_COLUMNS, filled up with zeros to whole vectors.
CK_INLINE void pack_panel(float *restrict packed, const float *restrict b, long ldb, bool transposed, long width,
                          long k) {
  long whole = (width + VF - 1) / VF * VF;
  if (transposed) {
    CK_PASTE(ck_transpose, CK_SUFFIX)(packed, b, width, k, CK_TILE_COLUMNS, ldb);
    for (long p = 0; p < k; p++)
      for (long j = width; j < whole; j++) packed[p * CK_TILE_COLUMNS + j] = 0;
  } else {
    for (long p = 0; p < k; p++)
      CK_EACH(width, vstore(packed + p * CK_TILE_COLUMNS + i, vget(b + p * ldb + i, w)););
  }
}

// Columns j ..< j + width of C for one run of p, by the panel of the right number of vectors.
CK_INLINE void product_columns(float *restrict c, long ldc, long width, const float *restrict a, long arow,
                               long acolumn, const float *restrict b, long ldb, long m, long k, float alpha,
                               float beta) {
#define CK_VECTORS(V) \
  case V: product_panel(V, c, ldc, width, a, arow, acolumn, b, ldb, m, k, alpha, beta); break;
  switch ((width + VF - 1) / VF) {
    CK_VECTORS(1)
    CK_VECTORS(2)
#if CK_TILE_VECTORS == 4
    CK_VECTORS(3)
    CK_VECTORS(4)
#endif
  }
#undef CK_VECTORS
}

// The columns of the next panel where `n` are left: as even as possible, since a narrow panel wastes its loads.
CK_INLINE long panel_columns(long n) {
  long vectors = (n + VF - 1) / VF, panels = (vectors + CK_TILE_VECTORS - 1) / CK_TILE_VECTORS;
  return long_min(n, (vectors + panels - 1) / panels * VF);
}

// Rows of A that are packed at a time where A is transposed and its columns lie far apart.
#define CK_PACKED_ROWS 48

static void product_of_panels(float *restrict c, long ldc, const float *restrict a, long arow, long acolumn,
                              const float *restrict b, long ldb, bool transposed, long m, long n, long k, float alpha,
                              float beta) {
  float packed_a[CK_RUN * CK_PACKED_ROWS], packed_b[CK_RUN * CK_TILE_COLUMNS] __attribute__((aligned(64)));
  bool pack_a = acolumn >= 1024 && m > CK_TILE_ROWS && n > VF;
  for (long j = 0, width; j < n; j += width) {
    width = panel_columns(n - j);
    bool pack_b = transposed || width % VF != 0 || (ldb > 4 * CK_TILE_COLUMNS && m > 2 * CK_TILE_ROWS);
    long run = pack_a || pack_b ? CK_RUN : k;
    for (long p = 0; p < k; p += run) {
      long count = k - p < run ? k - p : run;
      const float *x = transposed ? b + j * ldb + p : b + p * ldb + j;
      if (pack_b) pack_panel(packed_b, x, ldb, transposed, width, count);
      if (pack_b) x = packed_b;
      long ldx = pack_b ? CK_TILE_COLUMNS : ldb;
      float keep = p == 0 ? beta : 1.0f;
      const float *y = a + p * acolumn;
      if (!pack_a) {
        product_columns(c + j, ldc, width, y, arow, acolumn, x, ldx, m, count, alpha, keep);
        continue;
      }
      for (long i = 0; i < m; i += CK_PACKED_ROWS) {
        long rows = m - i < CK_PACKED_ROWS ? m - i : CK_PACKED_ROWS;
        for (long q = 0; q < count; q++)
          for (long r = 0; r < rows; r++) packed_a[q * CK_PACKED_ROWS + r] = y[q * acolumn + (i + r) * arow];
        product_columns(c + i * ldc + j, ldc, width, packed_a, 1, CK_PACKED_ROWS, x, ldx, rows, count, alpha, keep);
      }
    }
  }
}

// Columns that leave most of a vector empty are computed with the roles of A and B exchanged: vectors run along the rows of
// C. So many at most, and so many rows at a time.
#define CK_NARROW (VF / 2)
#define CK_NARROW_ROWS 512

static void product_narrow(float *restrict c, long ldc, const float *restrict a, long arow, long acolumn,
                           const float *restrict b, long ldb, bool transposed, long m, long n, long k, float alpha,
                           float beta) {
  float turned[CK_NARROW * CK_NARROW_ROWS] __attribute__((aligned(64)));
  for (long i = 0; i < m; i += CK_NARROW_ROWS) {
    long rows = long_min(m - i, CK_NARROW_ROWS);
    product_of_panels(turned, CK_NARROW_ROWS, b, transposed ? ldb : 1, transposed ? 1 : ldb, a + i * arow,
                      acolumn == 1 ? arow : acolumn, acolumn == 1, n, rows, k, alpha, 0);
    for (long r = 0; r < rows; r++)
      for (long j = 0; j < n; j++) {
        float *at = c + (i + r) * ldc + j;
        *at = turned[j * CK_NARROW_ROWS + r] + (beta != 0 ? beta * *at : 0.0f);
      }
  }
}

CK_BODY(product)(float *restrict c, long ldc, const float *restrict a, long arow, long acolumn,
                 const float *restrict b, long ldb, bool transposed, long m, long n, long k, float alpha,
                 float beta) {
  long rest = n % VF;
  bool narrow = rest > 0 && rest <= CK_NARROW && n > VF && n < 16 * VF && m >= 4 * VF && (arow == 1 || acolumn == 1);
  if (narrow) n -= rest;
  product_of_panels(c, ldc, a, arow, acolumn, b, ldb, transposed, m, n, k, alpha, beta);
  if (narrow)
    product_narrow(c + n, ldc, a, arow, acolumn, transposed ? b + n * ldb : b + n, ldb, transposed, m, rest, k, alpha, beta);
}
#pragma clang fp reassociate(on) contract(fast)
