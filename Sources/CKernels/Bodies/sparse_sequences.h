// Products with slices that are mostly zeros: what is not is added where it belongs, a column of the other factor at a time.
// Included once for each variant by variants.h, behind stochastic.h, layout.h and sequences.h: see there for CK_BODY, vf and
// vbits. Every element is the sum that the products of sequences.h make, in the same order, without the terms that are 0.
#pragma clang fp reassociate(off) contract(off)

#define CK_GROUP 16

// Which of 16 columns hold anything but zero, the first one lowest.
CK_INLINE uint32_t columns_in_use(const float *row) {
  uint32_t bits = 0;
  for (long v = 0; v < CK_GROUP; v += VF) bits |= vbits(vload(row + v) != 0.0f) << v;
  return bits;
}

CK_INLINE long whole_groups(long n) { return (n + CK_GROUP - 1) / CK_GROUP * CK_GROUP; }

// to += x from, for a number of floats that is a multiple of 16.
CK_INLINE void add_scaled(float *restrict to, const float *restrict from, float x, long count) {
  for (long i = 0; i < count; i += VF) vstore(to + i, vfma(vload(from + i), vsplat(x), vload(to + i)));
}

CK_BODY(sequence_sparse_product)(float *restrict c, long cstep, const float *restrict a, const float *restrict b, long bstep,
                                 const float *restrict bias, long m, long k, long pitch, long steps,
                                 float *restrict room) {
  long whole = whole_groups(m);
  float *first = room, *turned = first + whole, *table = turned + CK_GROUP * whole;
  memset(room, 0, (size_t)((1 + CK_GROUP + k) * whole) * sizeof(float));
  if (bias) memcpy(first, bias, (size_t)m * sizeof(float));
  CK_PASTE(ck_transpose, CK_SUFFIX)(table, a, m, k, whole, k);
  for (long t = 0; t < steps; t++)
    for (long g = 0; g < pitch; g += CK_GROUP) {
      const float *from = b + t * bstep + g;
      for (long j = 0; j < CK_GROUP; j++) memcpy(turned + j * whole, first, (size_t)whole * sizeof(float));
      for (long p = 0; p < k; p++)
        for (uint32_t bits = columns_in_use(from + p * pitch); bits; bits &= bits - 1) {
          long j = __builtin_ctz(bits);
          add_scaled(turned + j * whole, table + p * whole, from[p * pitch + j], whole);
        }
      CK_PASTE(ck_transpose, CK_SUFFIX)(c + t * cstep + g, turned, CK_GROUP, m, pitch, whole);
    }
}

CK_BODY(sequence_sparse_outer)(float *restrict c, long ldc, const float *restrict a, long astep, const float *restrict b,
                               long bstep, long m, long n, long pitch, long columns, long steps, bool accumulate,
                               float *restrict room) {
  long whole = whole_groups(m);
  float *turned = room, *table = turned + CK_GROUP * whole;
  memset(room, 0, (size_t)((CK_GROUP + n) * whole) * sizeof(float));
  if (accumulate) CK_PASTE(ck_transpose, CK_SUFFIX)(table, c, m, n, whole, ldc);
  for (long t = 0; t < steps; t++)
    for (long g = 0; g < columns; g += CK_GROUP) {
      const float *from = b + t * bstep + g;
      uint32_t inside = columns - g < CK_GROUP ? (1u << (columns - g)) - 1 : ~0u;
      CK_PASTE(ck_transpose, CK_SUFFIX)(turned, a + t * astep + g, m, CK_GROUP, whole, pitch);
      for (long p = 0; p < n; p++)
        for (uint32_t bits = columns_in_use(from + p * pitch) & inside; bits; bits &= bits - 1) {
          long j = __builtin_ctz(bits);
          add_scaled(table + p * whole, turned + j * whole, from[p * pitch + j], whole);
        }
    }
  CK_PASTE(ck_transpose, CK_SUFFIX)(c, table, n, m, ldc, whole);
}

CK_BODY(sequence_nonzeros)(const float *restrict x, long xstep, long rows, long pitch, long steps, int64_t *restrict count) {
  int64_t total = 0;
  for (long t = 0; t < steps; t++)
    for (long i = 0; i < rows * pitch; i += CK_GROUP) total += __builtin_popcount(columns_in_use(x + t * xstep + i));
  *count = total;
}
#pragma clang fp reassociate(on) contract(fast)
