// Products and moves over sequences. Included once for each variant by variants.h: see there for CK_BODY and vf.
// As in products.h, a tile of C stays in registers while p runs; its vectors may stand in different time slices, so that
// narrow batches fill the tile as wide ones do.
#pragma clang fp reassociate(off) contract(off)

#if CK_REGISTERS >= 32
#define CK_SEQUENCE_VECTORS 4
#define CK_SEQUENCE_ROWS 12
#else
#define CK_SEQUENCE_VECTORS 2
#define CK_SEQUENCE_ROWS 6
#endif
// How many p are worked on before the next tile of rows: B's part of them stays in the first-level cache.
#define CK_SEQUENCE_RUN 96

// The vectors of a tile, for slices of this pitch.
CK_INLINE long tile_vectors(long pitch, long steps) {
  long vectors = pitch / VF * steps;
  return vectors < CK_SEQUENCE_VECTORS ? vectors : CK_SEQUENCE_VECTORS;
}

// Whether vectors run along the rows of C, one column after the other, because so few columns count that whole rows of a
// slice would be products of nothing for the most part.
CK_INLINE bool is_narrow(long m, long pitch, long columns) {
  return 2 * ((m + VF - 1) / VF) * columns <= m * (pitch / VF);
}
// Vectors of rows of a narrow tile, for so many columns over all steps; those of a tile are done four, two or one at a time.
#if CK_REGISTERS >= 32
#define CK_NARROW_VECTORS 8
CK_INLINE long narrow_vectors(long columns) { return columns < 4 ? 8 : 6; }
#else
#define CK_NARROW_VECTORS 6
CK_INLINE long narrow_vectors(long columns) { return columns < 4 ? 6 : 3; }
#endif

// The next of `tiles` tiles for `left` units that are left: as even as possible.
CK_INLINE long even_share(long left, long tiles) { return (left + tiles - 1) / tiles; }

CK_BODY(pack_tiles)(float *restrict packed, const float *restrict a, long arow, long acolumn, long m, long k,
                    long pitch, long columns, long steps) {
  // Narrow tiles have whole vectors of rows, filled up with zeros.
  long unit = is_narrow(m, pitch, columns) ? VF : 1, units = (m + unit - 1) / unit;
  long most = unit > 1 ? narrow_vectors(columns * steps) : tile_rows(tile_vectors(pitch, steps));
  long tiles = (units + most - 1) / most;
  for (long i = 0; tiles > 0; tiles--) {
    long whole = even_share(units - i, tiles) * unit, rows = long_min(whole, m - i * unit);
    const float *from = a + i * unit * arow;
    if (acolumn == 1) {
      CK_PASTE(ck_transpose, CK_SUFFIX)(packed, from, rows, k, whole, arow);
    } else {
      for (long p = 0; p < k; p++)
        for (long r = 0; r < rows; r++) packed[p * whole + r] = from[r * arow + p * acolumn];
    }
    if (rows < whole)
      for (long p = 0; p < k; p++)
        for (long r = rows; r < whole; r++) packed[p * whole + r] = 0;
    packed += whole * k;
    i += whole / unit;
  }
}

CK_INLINE void sequence_tile(const int rows, const int vectors, float *const *c, const float *const *b, long pitch,
                             const float *restrict a, long k, const float *restrict bias, bool accumulate) {
  vf sum[CK_SEQUENCE_ROWS][CK_SEQUENCE_VECTORS];
  CK_UNROLL for (int r = 0; r < rows; r++) {
    vf first = vsplat(bias ? bias[r] : 0.0f);
    CK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = accumulate ? vload(c[v] + r * pitch) : first;
  }
  const float *from[CK_SEQUENCE_VECTORS];
  CK_UNROLL for (int v = 0; v < vectors; v++) from[v] = b[v];
  for (long p = 0, at = 0; p < k; p++, at += pitch) {
    vf x[CK_SEQUENCE_VECTORS];
    CK_UNROLL for (int v = 0; v < vectors; v++) x[v] = vload(from[v] + at);
    __builtin_prefetch(a + 512);
    CK_UNROLL for (int r = 0; r < rows; r++) {
      vf y = vsplat(a[r]);
      CK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = vfma(y, x[v], sum[r][v]);
    }
    a += rows;
  }
  CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int v = 0; v < vectors; v++) vstore(c[v] + r * pitch, sum[r][v]);
  }
}

#if CK_VECTOR_BYTES == 64
// The same for one vector, as two halves: wide processors repeat a number from memory over two halves a cycle, but over
// one whole vector only, and with one vector there is a number to repeat for every product.
CK_INLINE void sequence_tile_halves(const int rows, float *restrict c, const float *restrict b, long pitch,
                                    const float *restrict a, long k, const float *restrict bias, bool accumulate) {
  v8f low[CK_SEQUENCE_ROWS], high[CK_SEQUENCE_ROWS];
  CK_UNROLL for (int r = 0; r < rows; r++) {
    v8f first = (bias ? bias[r] : 0.0f) - (v8f){};
    low[r] = accumulate ? *(const v8f *)(c + r * pitch) : first;
    high[r] = accumulate ? *(const v8f *)(c + r * pitch + 8) : first;
  }
  for (long p = 0; p < k; p++) {
    v8f x = *(const v8f *)b, z = *(const v8f *)(b + 8);
    CK_UNROLL for (int r = 0; r < rows; r++) {
      v8f y = a[r] - (v8f){};
      low[r] = __builtin_elementwise_fma(y, x, low[r]);
      high[r] = __builtin_elementwise_fma(y, z, high[r]);
    }
    a += rows;
    b += pitch;
  }
  CK_UNROLL for (int r = 0; r < rows; r++) {
    *(v8f *)(c + r * pitch) = low[r];
    *(v8f *)(c + r * pitch + 8) = high[r];
  }
}
#define CK_SEQUENCE_TILE(R)                                                                                       \
  if (vectors == 1)                                                                                               \
    sequence_tile_halves(R, to[0], from[0], pitch, tile + p * rows, count, bias ? bias + i : NULL, adds);         \
  else                                                                                                            \
    sequence_tile(R, vectors, to, from, pitch, tile + p * rows, count, bias ? bias + i : NULL, adds)
#else
#define CK_SEQUENCE_TILE(R) \
  sequence_tile(R, vectors, to, from, pitch, tile + p * rows, count, bias ? bias + i : NULL, adds)
#endif

// All rows of C in up to CK_SEQUENCE_VECTORS vectors, for p0 <= p < p0 + count; `most` rows in a tile.
CK_INLINE void sequence_panel(const int vectors, float *const *c, const float *const *b, long pitch,
                              const float *restrict packed, const float *restrict bias, long m, long k, long most,
                              bool accumulate) {
  for (long p = 0; p < k || p == 0; p += CK_SEQUENCE_RUN) {
    long count = k - p < CK_SEQUENCE_RUN ? k - p : CK_SEQUENCE_RUN;
    const float *from[CK_SEQUENCE_VECTORS];
    float *to[CK_SEQUENCE_VECTORS];
    for (int v = 0; v < vectors; v++) from[v] = b[v] + p * pitch;
    for (int v = 0; v < vectors; v++) to[v] = c[v];
    const float *tile = packed;
    long tiles = (m + most - 1) / most;
    bool adds = accumulate || p > 0;
    for (long i = 0; tiles > 0; tiles--) {
      long rows = even_share(m - i, tiles);
#define CK_ROWS(R)                       \
  case R:                                \
    if (R <= tile_rows(vectors)) {       \
      CK_SEQUENCE_TILE(R);               \
    }                                    \
    break;
      switch (rows) {
        CK_ROWS(1) CK_ROWS(2) CK_ROWS(3) CK_ROWS(4) CK_ROWS(5) CK_ROWS(6)
#if CK_SEQUENCE_ROWS == 12
        CK_ROWS(7) CK_ROWS(8) CK_ROWS(9) CK_ROWS(10) CK_ROWS(11) CK_ROWS(12)
#endif
      }
#undef CK_ROWS
      for (int v = 0; v < vectors; v++) to[v] += rows * pitch;
      tile += rows * k;
      i += rows;
    }
  }
}

// A tile of C with vectors along its rows: constant `vectors` of them, `rows` rows in all, in constant `columns` columns.
CK_INLINE void narrow_tile(const int vectors, const int columns, float *const *c, const float *const *b, long pitch,
                           const float *restrict a, long rows, long k, const float *restrict bias, bool accumulate) {
  float turned[4][CK_NARROW_VECTORS * VF];
  vf sum[4][CK_NARROW_VECTORS];
  if (accumulate) {
    for (long r = 0; r < rows; r++) {
      CK_UNROLL for (int j = 0; j < columns; j++) turned[j][r] = c[j][r * pitch];
    }
    for (long r = rows; r < vectors * VF; r++) {
      CK_UNROLL for (int j = 0; j < columns; j++) turned[j][r] = 0;
    }
  }
  CK_UNROLL for (int v = 0; v < vectors; v++) {
    vf first = bias ? vget(bias + v * VF, long_min(rows - v * VF, VF)) : vsplat(0.0f);
    CK_UNROLL for (int j = 0; j < columns; j++) sum[j][v] = accumulate ? vload(turned[j] + v * VF) : first;
  }
  const float *from[4];
  CK_UNROLL for (int j = 0; j < columns; j++) from[j] = b[j];
  for (long p = 0, at = 0; p < k; p++, at += pitch) {
    vf x[CK_NARROW_VECTORS];
    CK_UNROLL for (int v = 0; v < vectors; v++) x[v] = vload(a + v * VF);
    CK_UNROLL for (int j = 0; j < columns; j++) {
      vf y = vsplat(from[j][at]);
      CK_UNROLL for (int v = 0; v < vectors; v++) sum[j][v] = vfma(x[v], y, sum[j][v]);
    }
    a += vectors * VF;
  }
  CK_UNROLL for (int j = 0; j < columns; j++) {
    CK_UNROLL for (int v = 0; v < vectors; v++) vstore(turned[j] + v * VF, sum[j][v]);
  }
  for (long r = 0; r < rows; r++) {
    CK_UNROLL for (int j = 0; j < columns; j++) c[j][r * pitch] = turned[j][r];
  }
}

// A tile's rows in `count` columns of all steps, from column `first` on.
CK_INLINE void narrow_columns(const int vectors, const int count, long first, float *c, long cstep, const float *b,
                              long bstep, long pitch, long columns, const float *restrict a, long rows, long k,
                              const float *restrict bias, bool accumulate) {
  float *to[4];
  const float *from[4];
  CK_UNROLL for (int j = 0; j < count; j++) {
    long t = (first + j) / columns, column = (first + j) % columns;
    to[j] = c + t * cstep + column;
    from[j] = b + t * bstep + column;
  }
  narrow_tile(vectors, count, to, from, pitch, a, rows, k, bias, accumulate);
}

CK_INLINE void narrow_panel(const int vectors, float *c, long cstep, const float *restrict a, const float *b, long bstep,
                            const float *restrict bias, long rows, long k, long pitch, long columns, long total,
                            bool accumulate) {
  long first = 0;
  if (vectors <= narrow_vectors(4)) {
    for (; first + 4 <= total; first += 4)
      narrow_columns(vectors, 4, first, c, cstep, b, bstep, pitch, columns, a, rows, k, bias, accumulate);
  }
  for (; first + 2 <= total; first += 2)
    narrow_columns(vectors, 2, first, c, cstep, b, bstep, pitch, columns, a, rows, k, bias, accumulate);
  if (first < total)
    narrow_columns(vectors, 1, first, c, cstep, b, bstep, pitch, columns, a, rows, k, bias, accumulate);
}

static void narrow_product(float *c, long cstep, const float *restrict packed, const float *b, long bstep,
                           const float *restrict bias, long m, long k, long pitch, long columns, long steps,
                           bool accumulate) {
  // What stands in columns that count nowhere is finite, and 0 where derivatives are made of zeros.
  if (!accumulate)
    for (long t = 0; t < steps; t++) memset(c + t * cstep, 0, (size_t)(m * pitch) * sizeof(float));
  long units = (m + VF - 1) / VF, total = columns * steps, most = narrow_vectors(total);
  long tiles = (units + most - 1) / most;
  for (long i = 0; tiles > 0; tiles--) {
    long vectors = even_share(units - i, tiles), rows = long_min(vectors * VF, m - i * VF);
    const float *first = bias ? bias + i * VF : NULL;
    float *to = c + i * VF * pitch;
#define CK_VECTORS(V) \
  case V: narrow_panel(V, to, cstep, packed, b, bstep, first, rows, k, pitch, columns, total, accumulate); break;
    switch (vectors) {
      CK_VECTORS(1) CK_VECTORS(2) CK_VECTORS(3) CK_VECTORS(4) CK_VECTORS(5) CK_VECTORS(6)
#if CK_NARROW_VECTORS == 8
      CK_VECTORS(7) CK_VECTORS(8)
#endif
    }
#undef CK_VECTORS
    packed += vectors * VF * k;
    i += vectors;
  }
}

CK_BODY(sequence_product)(float *c, long cstep, const float *restrict packed, const float *b, long bstep,
                          const float *restrict bias, long m, long k, long pitch, long columns, long steps,
                          bool accumulate) {
  if (is_narrow(m, pitch, columns)) {
    narrow_product(c, cstep, packed, b, bstep, bias, m, k, pitch, columns, steps, accumulate);
    return;
  }
  long in_slice = pitch / VF, total = in_slice * steps;
  long most = tile_rows(tile_vectors(pitch, steps));
  for (long first = 0; first < total; first += CK_SEQUENCE_VECTORS) {
    long vectors = total - first < CK_SEQUENCE_VECTORS ? total - first : CK_SEQUENCE_VECTORS;
    float *to[CK_SEQUENCE_VECTORS];
    const float *from[CK_SEQUENCE_VECTORS];
    for (long v = 0; v < vectors; v++) {
      long t = (first + v) / in_slice, column = (first + v) % in_slice * VF;
      to[v] = c + t * cstep + column;
      from[v] = b + t * bstep + column;
    }
    switch (vectors) {
      case 1: sequence_panel(1, to, from, pitch, packed, bias, m, k, most, accumulate); break;
      case 2: sequence_panel(2, to, from, pitch, packed, bias, m, k, most, accumulate); break;
#if CK_SEQUENCE_VECTORS == 4
      case 3: sequence_panel(3, to, from, pitch, packed, bias, m, k, most, accumulate); break;
      case 4: sequence_panel(4, to, from, pitch, packed, bias, m, k, most, accumulate); break;
#endif
    }
  }
}

// C(0 ..< rows, 0 ..< vectors * VF) (+)= the products of `count` slices of `width` columns; B's part is packed
// [slice, column, CK_TILE_COLUMNS].
CK_INLINE void outer_tile(const int rows, const int vectors, float *restrict c, long ldc, long last,
                          const float *restrict a, long astep, long pitch, const float *restrict packed, long width,
                          long count, bool accumulate) {
  vf sum[CK_TILE_ROWS][CK_TILE_VECTORS];
  CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int v = 0; v < vectors; v++)
      sum[r][v] = accumulate ? vget(c + r * ldc + v * VF, v == vectors - 1 ? last : VF) : vsplat(0.0f);
  }
  for (long t = 0; t < count; t++) {
    const float *row = a + t * astep;
    for (long j = 0; j < width; j++) {
      vf x[CK_TILE_VECTORS];
      CK_UNROLL for (int v = 0; v < vectors; v++) x[v] = vload(packed + v * VF);
      CK_UNROLL for (int r = 0; r < rows; r++) {
        vf y = vsplat(row[r * pitch + j]);
        CK_UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = vfma(y, x[v], sum[r][v]);
      }
      packed += CK_TILE_COLUMNS;
    }
  }
  CK_UNROLL for (int r = 0; r < rows; r++) {
    CK_UNROLL for (int v = 0; v < vectors; v++) vput(c + r * ldc + v * VF, sum[r][v], v == vectors - 1 ? last : VF);
  }
}

CK_INLINE void outer_panel(const int vectors, float *restrict c, long ldc, long last, const float *restrict a,
                           long astep, long pitch, const float *restrict packed, long width, long count, long m,
                           bool accumulate) {
  long tiles = (m + CK_TILE_ROWS - 1) / CK_TILE_ROWS;
  for (long i = 0; tiles > 0; tiles--) {
    long rows = (m - i + tiles - 1) / tiles;
#define CK_ROWS(R)                                                                                              \
  case R:                                                                                                       \
    outer_tile(R, vectors, c + i * ldc, ldc, last, a + i * pitch, astep, pitch, packed, width, count, accumulate); \
    break;
    switch (rows) { CK_ROWS(1) CK_ROWS(2) CK_ROWS(3) CK_ROWS(4) CK_ROWS(5) CK_ROWS(6) }
#undef CK_ROWS
    i += rows;
  }
}

static void outer_product(float *restrict c, long ldc, const float *restrict a, long astep, const float *restrict b,
                          long bstep, long m, long n, long pitch, long columns, long steps, bool accumulate) {
  float packed[CK_RUN * CK_TILE_COLUMNS] __attribute__((aligned(64)));
  // Runs of whole slices where several fit, otherwise of parts of one slice.
  long part = columns < CK_RUN ? columns : CK_RUN, group = CK_RUN / part;
  for (long t = 0; t < steps; t += group) {
    long count = steps - t < group ? steps - t : group;
    for (long start = 0; start < columns; start += part) {
      long width = columns - start < part ? columns - start : part;
      bool adds = accumulate || t > 0 || start > 0;
      for (long j = 0, units; j < n; j += units) {
        units = panel_columns(n - j);
        long vectors = (units + VF - 1) / VF, last = units - (vectors - 1) * VF;
        for (long s = 0; s < count; s++) {
          float *to = packed + s * width * CK_TILE_COLUMNS;
          CK_PASTE(ck_transpose, CK_SUFFIX)
          (to, b + (t + s) * bstep + j * pitch + start, units, width, CK_TILE_COLUMNS, pitch);
          if (last < VF)
            for (long p = 0; p < width; p++)
              for (long q = units; q < vectors * VF; q++) to[p * CK_TILE_COLUMNS + q] = 0;
        }
        const float *from = a + t * astep + start;
#define CK_VECTORS(V) \
  case V: outer_panel(V, c + j, ldc, last, from, astep, pitch, packed, width, count, m, adds); break;
        switch (vectors) {
          CK_VECTORS(1)
          CK_VECTORS(2)
#if CK_TILE_VECTORS == 4
          CK_VECTORS(3)
          CK_VECTORS(4)
#endif
        }
#undef CK_VECTORS
      }
    }
  }
}

// The largest product that may be made transposed, in floats.
#define CK_OUTER_ROOM 16384

CK_BODY(sequence_outer)(float *restrict c, long ldc, const float *restrict a, long astep, const float *restrict b,
                        long bstep, long m, long n, long pitch, long columns, long steps, bool accumulate) {
  // Vectors run along the columns of C, or along its rows where that fills them so much better that turning C is paid for.
  long along_columns = (n + VF - 1) / VF * m, along_rows = (m + VF - 1) / VF * n, whole = (m + VF - 1) / VF * VF;
  if (along_rows * 20 > along_columns * 19 || whole * n > CK_OUTER_ROOM || columns * steps < 128) {
    outer_product(c, ldc, a, astep, b, bstep, m, n, pitch, columns, steps, accumulate);
    return;
  }
  float turned[CK_OUTER_ROOM];
  outer_product(turned, whole, b, bstep, a, astep, n, m, pitch, columns, steps, false);
  for (long i = 0; i < m; i++)
    for (long j = 0; j < n; j++) c[i * ldc + j] = (accumulate ? c[i * ldc + j] : 0.0f) + turned[j * whole + i];
}

CK_BODY(sequence_row_sums)(float *restrict sums, const float *x, long xstep, const float *y, long ystep, long rows,
                           long pitch, long steps, bool accumulate) {
  for (long r = 0; r < rows; r++) {
    vf even = {}, odd = {};
    for (long t = 0; t < steps; t++) {
      const float *p = x + t * xstep + r * pitch, *q = y + t * ystep + r * pitch;
      for (long i = 0; i < pitch; i += VF) {
        vf value = y ? vload(p + i) * vload(q + i) : vload(p + i);
        if (i / VF & 1)
          odd += value;
        else
          even += value;
      }
    }
    float total = vf_total(even + odd);
    sums[r] = accumulate ? sums[r] + total : total;
  }
}

// x[f, b] = source[b][f] + bias[f] for 8 columns and `height` <= 8 rows.
CK_INLINE void gather_block(float *x, long pitch, const float *const source[8], const float *bias, long height) {
  float edge[8][8] = {};
  const float *row[8];
  for (long j = 0; j < 8; j++) row[j] = height == 8 ? source[j] : memcpy(edge[j], source[j], (size_t)height * sizeof(float));
  v8f a[8];
  transpose_8_floats(a, row);
  for (long j = 0; j < height; j++) *(v8f *)(x + j * pitch) = a[j] + (bias ? bias[j] : 0.0f);
}

CK_BODY(gather_columns)(float *restrict x, long xstep, long pitch, const float *restrict rows,
                        const int32_t *restrict indices, const float *restrict bias, long count, long steps) {
  for (long t = 0; t < steps; t++)
    for (long b = 0; b < pitch; b += 8) {
      const int32_t *index = indices + t * pitch + b;
      for (long f = 0; f < count; f += 8) {
        const float *source[8];
        for (long j = 0; j < 8; j++) source[j] = rows + (long)index[j] * count + f;
        gather_block(x + t * xstep + f * pitch + b, pitch, source, bias ? bias + f : NULL, count - f < 8 ? count - f : 8);
      }
    }
}

// Rows of x that are scattered at a time: a cache line of the table, whose lines stay in the first-level cache over all
// steps.
#define CK_LINE 16

CK_BODY(scatter_columns)(float *restrict rows, const int32_t *restrict indices, const float *restrict x, long xstep,
                         long pitch, long count, long columns, long steps) {
  for (long first = 0; first < count; first += CK_LINE) {
    long height = count - first < CK_LINE ? count - first : CK_LINE;
    for (long t = 0; t < steps; t++) {
      const float *slice = x + t * xstep + first * pitch;
      const int32_t *index = indices + t * pitch;
      long b = 0;
      for (; height == CK_LINE && b + 8 <= columns; b += 8) {
        const float *low[8], *high[8];
        for (long j = 0; j < 8; j++) {
          low[j] = slice + j * pitch + b;
          high[j] = slice + (8 + j) * pitch + b;
        }
        v8f a[8], c[8];
        transpose_8_floats(a, low);
        transpose_8_floats(c, high);
        for (long j = 0; j < 8; j++) {
          float *row = rows + (long)index[b + j] * count + first;
          *(v8f *)row += a[j];
          *(v8f *)(row + 8) += c[j];
        }
      }
      for (; b < columns; b++)
        for (long i = 0; i < height; i++) rows[(long)index[b] * count + first + i] += slice[i * pitch + b];
    }
  }
}

CK_BODY(mask_columns)(float *x, const int32_t *lengths, long step, long rows, long pitch) {
  for (long i = 0; i < pitch; i += VF) {
    vi inside = *(const vi *)(lengths + i) > (int32_t)step;
    for (long r = 0; r < rows; r++) vstore(x + r * pitch + i, vselect(inside, vload(x + r * pitch + i), vsplat(0.0f)));
  }
}
#pragma clang fp reassociate(on) contract(fast)
