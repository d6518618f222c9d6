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

CK_BODY(pack_tiles)(float *restrict packed, const float *restrict a, long arow, long acolumn, long m, long k,
                    long pitch, long steps) {
  long most = tile_rows(tile_vectors(pitch, steps));
  long tiles = (m + most - 1) / most;
  for (long i = 0; tiles > 0; tiles--) {
    long rows = (m - i + tiles - 1) / tiles;
    const float *from = a + i * arow;
    if (acolumn == 1) {
      CK_PASTE(ck_transpose, CK_SUFFIX)(packed, from, rows, k, rows, arow);
    } else {
      for (long p = 0; p < k; p++)
        for (long r = 0; r < rows; r++) packed[p * rows + r] = from[r * arow + p * acolumn];
    }
    packed += rows * k;
    i += rows;
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
      long rows = (m - i + tiles - 1) / tiles;
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

CK_BODY(sequence_product)(float *c, long cstep, const float *restrict packed, const float *b, long bstep,
                          const float *restrict bias, long m, long k, long pitch, long steps, bool accumulate) {
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
