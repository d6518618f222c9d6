// Gathering examples into batches, transposition. Included once for each variant by variants.h: see there for CK_BODY.
#pragma clang fp reassociate(off) contract(off)

typedef uint8_t v16b __attribute__((vector_size(16), aligned(1)));
typedef int32_t v16i __attribute__((vector_size(64), aligned(4)));
typedef float v16f __attribute__((vector_size(64), aligned(4)));
typedef float v4f __attribute__((vector_size(16), aligned(4)));
typedef float v8f __attribute__((vector_size(32), aligned(4)));

// Transposes 16 rows of 16 bytes: four rounds of interleaving row j with row j + 8.
CK_INLINE void transpose_16_bytes(v16b a[16]) {
  v16b b[16];
  for (int round = 0; round < 4; round++) {
    for (int j = 0; j < 8; j++) {
      b[2 * j] = __builtin_shufflevector(a[j], a[j + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      b[2 * j + 1] =
          __builtin_shufflevector(a[j], a[j + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int j = 0; j < 16; j++) a[j] = b[j];
  }
}

CK_BODY(gather_bytes)(float *restrict x, const uint8_t *restrict rows, long stride, const uint32_t *restrict indices,
                      long count, long batch, float scale, float offset) {
  for (long b = 0; b < batch; b += 16) {
    long width = batch - b < 16 ? batch - b : 16;
    const uint8_t *source[16];
    for (long j = 0; j < 16; j++) source[j] = rows + (long)indices[b + (j < width ? j : 0)] * stride;
    // The next rows, anywhere in memory, are on their way while these are worked on.
    for (long j = b == 0 ? 0 : b + 16; j < long_min(b + 32, batch); j++)
      for (long line = 0; line < count; line += 64) __builtin_prefetch(rows + (long)indices[j] * stride + line);
    for (long f = 0; f < count; f += 16) {
      if (f + 16 > count && count >= 16) f = count - 16;  // the last block overlaps the one before
      long height = count - f < 16 ? count - f : 16;
      v16b a[16];
      for (long j = 0; j < 16; j++) {
        if (height == 16) {
          a[j] = *(const v16b *)(source[j] + f);
        } else {
          a[j] = (v16b){};
          memcpy(&a[j], source[j] + f, (size_t)height);
        }
      }
      transpose_16_bytes(a);
      if (width == 16 && height == 16) {
        for (long j = 0; j < 16; j++)
          *(v16f *)(x + (f + j) * batch + b) =
              __builtin_convertvector(__builtin_convertvector(a[j], v16i), v16f) * scale + offset;
      } else {
        for (long j = 0; j < height; j++) {
          v16f v = __builtin_convertvector(__builtin_convertvector(a[j], v16i), v16f) * scale + offset;
          memcpy(x + (f + j) * batch + b, &v, (size_t)width * sizeof(float));
        }
      }
    }
  }
}

// Transposes 8 rows of 8 floats: halves of rows j and j + 4 share a register, so that no shuffle crosses its halves.
CK_INLINE void transpose_8_floats(v8f out[8], const float *const row[8]) {
  for (int half = 0; half < 2; half++) {
    v8f a[4];
    for (int j = 0; j < 4; j++) {
      v4f low = *(const v4f *)(row[j] + 4 * half), high = *(const v4f *)(row[j + 4] + 4 * half);
      a[j] = __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    }
    v8f b0 = __builtin_shufflevector(a[0], a[1], 0, 8, 1, 9, 4, 12, 5, 13);
    v8f b1 = __builtin_shufflevector(a[0], a[1], 2, 10, 3, 11, 6, 14, 7, 15);
    v8f b2 = __builtin_shufflevector(a[2], a[3], 0, 8, 1, 9, 4, 12, 5, 13);
    v8f b3 = __builtin_shufflevector(a[2], a[3], 2, 10, 3, 11, 6, 14, 7, 15);
    out[4 * half] = __builtin_shufflevector(b0, b2, 0, 1, 8, 9, 4, 5, 12, 13);
    out[4 * half + 1] = __builtin_shufflevector(b0, b2, 2, 3, 10, 11, 6, 7, 14, 15);
    out[4 * half + 2] = __builtin_shufflevector(b1, b3, 0, 1, 8, 9, 4, 5, 12, 13);
    out[4 * half + 3] = __builtin_shufflevector(b1, b3, 2, 3, 10, 11, 6, 7, 14, 15);
  }
}

CK_BODY(gather_floats)(float *restrict x, const float *restrict rows, long stride, const uint32_t *restrict indices,
                       long count, long batch, float scale, float offset) {
  for (long b = 0; b < batch; b += 8) {
    long width = batch - b < 8 ? batch - b : 8;
    const float *source[8];
    for (long j = 0; j < 8; j++) source[j] = rows + (long)indices[b + (j < width ? j : 0)] * stride;
    for (long f = 0; f < count; f += 8) {
      long height = count - f < 8 ? count - f : 8;
      float edge[8][8] = {};
      const float *row[8];
      for (long j = 0; j < 8; j++) {
        row[j] = source[j] + f;
        if (height < 8) row[j] = memcpy(edge[j], row[j], (size_t)height * sizeof(float));
      }
      v8f a[8];
      transpose_8_floats(a, row);
      for (long j = 0; j < height; j++) {
        v8f v = a[j] * scale + offset;
        if (width == 8)
          *(v8f *)(x + (f + j) * batch + b) = v;
        else
          memcpy(x + (f + j) * batch + b, &v, (size_t)width * sizeof(float));
      }
    }
  }
}

CK_BODY(transpose)(float *restrict y, const float *restrict x, long rows, long columns, long ystride, long xstride) {
  for (long r = 0; r < rows; r += 8) {
    long width = rows - r < 8 ? rows - r : 8;
    for (long c = 0; c < columns; c += 8) {
      long height = columns - c < 8 ? columns - c : 8;
      if (width < 8 || height < 8) {
        for (long i = 0; i < width; i++)
          for (long j = 0; j < height; j++) y[(c + j) * ystride + r + i] = x[(r + i) * xstride + c + j];
        continue;
      }
      const float *row[8];
      for (long j = 0; j < 8; j++) row[j] = x + (r + j) * xstride + c;
      v8f a[8];
      transpose_8_floats(a, row);
      for (long j = 0; j < 8; j++) *(v8f *)(y + (c + j) * ystride + r) = a[j];
    }
  }
}

CK_BODY(one_hot)(float *restrict y, const int32_t *labels, long classes, long batch, float on, float off) {
  for (long c = 0; c < classes; c++)
    CK_EACH(batch, {
      vi here = vgeti(labels + i, w) == (int32_t)c;
      vput(y + c * batch + i, vselect(here, vsplat(on), vsplat(off)), w);
    });
}
#pragma clang fp reassociate(on) contract(fast)
