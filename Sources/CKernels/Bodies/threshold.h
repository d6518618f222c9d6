// Units that follow the sign of what they receive. Included once for each variant by variants.h: see there for CK_BODY
// and vf.
#pragma clang fp reassociate(off) contract(off)

CK_BODY(threshold_sweep)(float *restrict s, float *restrict h, const float *restrict u, const int32_t *restrict order,
                         long n, float low, int64_t *restrict flips) {
  int64_t changes = 0;
  for (long k = 0; k < n; k++) {
    const long unit = order[k];
    const float input = h[unit], old = s[unit];
    const float new = input > 0 ? 1 : input < 0 ? low : old;
    if (new == old) continue;
    s[unit] = new;
    changes++;
    const float *restrict row = u + unit * n;
    const vf change = vsplat(new - old);
    CK_EACH(n, vput(h + i, vfma(change, vget(row + i, w), vget(h + i, w)), w););
  }
  *flips += changes;
}

CK_BODY(threshold_set)(float *restrict s, const float *restrict h, int32_t *restrict list, int64_t *restrict count,
                       long n, float low) {
  long found = 0;
  CK_EACH(
      n, vf old = vget(s + i, w); vf input = vget(h + i, w);
      vf new = vselect(input > 0, vsplat(1), vselect(input < 0, vsplat(low), old)); vi changed = new != old;
      if (__builtin_reduce_or(changed)) {
        vput(s + i, new, w);
        for (long j = 0; j < w; j++)
          if (changed[j]) list[found++] = (int32_t)(new[j] > old[j] ? i + j + 1 : -(i + j + 1));
      });
  *count = found;
}

// Row i of u, and the sign of its entry in a list.
CK_INLINE const float *threshold_row(const float *u, int32_t entry, long n) {
  return u + (entry > 0 ? entry - 1 : -entry - 1) * n;
}

CK_BODY(threshold_send)(float *restrict h, const float *restrict u, const int32_t *restrict list, long count, long n,
                        float change) {
  long k = 0;
  // Four rows at a time: h is read and written once for them.
  for (; k + 4 <= count; k += 4) {
    const float *row[4];
    vf d[4];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 4; r++) {
      row[r] = threshold_row(u, list[k + r], n);
      d[r] = vsplat(list[k + r] > 0 ? change : -change);
    }
    CK_EACH(
        n, vf x = vget(h + i, w);
        _Pragma("clang loop unroll(full)") for (int r = 0; r < 4; r++) x = vfma(d[r], vget(row[r] + i, w), x);
        vput(h + i, x, w););
  }
  for (; k < count; k++) {
    const float *row = threshold_row(u, list[k], n);
    const vf d = vsplat(list[k] > 0 ? change : -change);
    CK_EACH(n, vput(h + i, vfma(d, vget(row + i, w), vget(h + i, w)), w););
  }
}

// Whole numbers: as many 16-bit integers as a vector of floats has bytes for, and half as many bytes to widen.
typedef int16_t vshort __attribute__((vector_size(CK_VECTOR_BYTES), aligned(2)));
typedef int8_t vbytes __attribute__((vector_size(CK_VECTOR_BYTES / 2), aligned(1)));
#define VS (CK_VECTOR_BYTES / 2)

CK_INLINE vshort threshold_widen(const int8_t *p) { return __builtin_convertvector(*(const vbytes *)p, vshort); }

CK_BODY(threshold_pack)(int8_t *restrict u8, int32_t *restrict sizes, int32_t *restrict packing, const float *restrict u,
                        long n, long pitch) {
  typedef int8_t vquarter __attribute__((vector_size(CK_VECTOR_BYTES / 4), aligned(1)));
  vi wrong = {}, largest = {}, bits = {};
  memset(sizes, 0, (size_t)n * sizeof(int32_t));
  for (long j = 0; j < n; j++) {
    int8_t *restrict row = u8 + j * pitch;
    memset(row + n, 0, (size_t)(pitch - n));
    CK_EACH(
        n, vf value = vget(u + j * n + i, w); vi fits = (value >= -127) & (value <= 127);
        // Numbers that do not fit become 0: converting them would not be defined.
        vi whole = __builtin_convertvector(vselect(fits, value, (vf){}), vi); vi size = __builtin_elementwise_abs(whole);
        wrong |= ~fits | (__builtin_convertvector(whole, vf) != value); bits |= whole;
        largest = __builtin_elementwise_max(largest, size); vput((float *)sizes + i, (vf)(vgeti(sizes + i, w) + size), w);
        vquarter bytes = __builtin_convertvector(whole, vquarter); memcpy(row + i, &bytes, (size_t)w););
  }
  const bool isEven = (__builtin_reduce_or(bits) & 1) == 0;
  if (isEven)
    for (long i = 0; i < n * pitch; i++) u8[i] >>= 1;
  packing[0] = __builtin_reduce_or(wrong) == 0;
  packing[1] = isEven ? 2 : 1;
  packing[2] = __builtin_reduce_max(largest) / packing[1];
}

typedef int8_t vsums __attribute__((vector_size(CK_VECTOR_BYTES), aligned(1)));

// h += factor (the sum of the first `rows` rows of `list`). `depth` rows at a time are summed in bytes and widened together.
CK_INLINE void threshold_add(int16_t *restrict h, const int8_t *restrict u8, const int32_t *restrict list, const long rows,
                             long pitch, int16_t factor, const long depth) {
  const int8_t *row[8];
  _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) row[r] = u8 + list[r] * pitch;
  for (long i = 0; i < pitch; i += CK_VECTOR_BYTES) {
    vshort sums[2] = {};
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r += depth) {
      vsums bytes = *(const vsums *)(row[r] + i);
      _Pragma("clang loop unroll(full)") for (int q = r + 1; q < r + depth && q < rows; q++)
        bytes += *(const vsums *)(row[q] + i);
      vbytes half[2];
      memcpy(half, &bytes, sizeof bytes);
      sums[0] += __builtin_convertvector(half[0], vshort);
      sums[1] += __builtin_convertvector(half[1], vshort);
    }
    *(vshort *)(h + i) += sums[0] * factor;
    *(vshort *)(h + i + VS) += sums[1] * factor;
  }
}

// The same with all `count` rows of the list.
CK_INLINE void threshold_add_all(int16_t *restrict h, const int8_t *restrict u8, const int32_t *restrict list, long count,
                                 long pitch, int16_t factor, const long depth) {
  for (; count >= 8; list += 8, count -= 8) threshold_add(h, u8, list, 8, pitch, factor, depth);
#define THRESHOLD_ADD(rows) \
  case rows: threshold_add(h, u8, list, rows, pitch, factor, depth); break
  // The rest at once as well, with a constant number of rows each.
  switch (count) {
    THRESHOLD_ADD(1);
    THRESHOLD_ADD(2);
    THRESHOLD_ADD(3);
    THRESHOLD_ADD(4);
    THRESHOLD_ADD(5);
    THRESHOLD_ADD(6);
    THRESHOLD_ADD(7);
  }
#undef THRESHOLD_ADD
}

CK_BODY(threshold_whole_send)(int16_t *restrict h, const int8_t *restrict u8, const int32_t *restrict list, long count,
                              long pitch, long change, long depth) {
  if (depth >= 4)
    threshold_add_all(h, u8, list, count, pitch, (int16_t)change, 4);
  else if (depth >= 2)
    threshold_add_all(h, u8, list, count, pitch, (int16_t)change, 2);
  else
    threshold_add_all(h, u8, list, count, pitch, (int16_t)change, 1);
}

CK_BODY(threshold_whole_sweep)(int8_t *restrict s, int16_t *restrict h, const int8_t *restrict u8,
                               const int32_t *restrict order, long n, long pitch, long change, int64_t *restrict flips) {
  int64_t changes = 0;
  for (long k = 0; k < n; k++) {
    const long unit = order[k];
    const int16_t input = h[unit];
    if (input == 0 || (input > 0) == (s[unit] != 0)) continue;
    s[unit] = input > 0;
    changes++;
    const int16_t factor = (int16_t)(input > 0 ? change : -change);
    const int8_t *restrict row = u8 + unit * pitch;
    for (long i = 0; i < pitch; i += VS) *(vshort *)(h + i) += threshold_widen(row + i) * factor;
  }
  *flips += changes;
}

// Writes i + the number of each element of a mask that is not 0 to `list`, in ascending order; returns how many.
#if CK_VECTOR_BYTES == 64 && defined(__x86_64__)
CK_INLINE long threshold_list(int32_t *restrict list, vshort mask, long i) {
  const uint32_t bits = _mm512_movepi16_mask((__m512i)mask);
  const __m512i numbers = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  long count = 0;
  _Pragma("clang loop unroll(full)") for (int half = 0; half < 32; half += 16) {
    const __mmask16 own = (__mmask16)(bits >> half);
    const int found = __builtin_popcount(own);
    // Compressed in a register: some processors compress into memory slowly.
    const __m512i units = _mm512_maskz_compress_epi32(own, _mm512_add_epi32(numbers, _mm512_set1_epi32((int)i + half)));
    _mm512_mask_storeu_epi32(list + count, (__mmask16)((1u << found) - 1), units);
    count += found;
  }
  return count;
}
#elif CK_VECTOR_BYTES == 32 && defined(__x86_64__)
CK_INLINE long threshold_list(int32_t *restrict list, vshort mask, long i) {
  long count = 0;
  // One bit of the two for each element.
  for (uint32_t bits = (uint32_t)_mm256_movemask_epi8((__m256i)mask) & 0x55555555; bits; bits &= bits - 1)
    list[count++] = (int32_t)(i + __builtin_ctz(bits) / 2);
  return count;
}
#else
CK_INLINE long threshold_list(int32_t *restrict list, vshort mask, long i) {
  long count = 0;
  for (int j = 0; j < VS; j++)
    if (mask[j]) list[count++] = (int32_t)(i + j);
  return count;
}
#endif

CK_BODY(threshold_whole_set)(int8_t *restrict s, const int16_t *restrict h, int32_t *restrict list,
                             int64_t *restrict counts, long pitch) {
  long on = 0, off = 0;
  for (long i = 0; i < pitch; i += VS) {
    const vshort input = *(const vshort *)(h + i);
    const vshort state = threshold_widen(s + i);
    const vshort rising = (input > 0) & (state == 0), falling = (input < 0) & (state != 0);
    if (!__builtin_reduce_or(rising | falling)) continue;
    const vshort new = (state | (rising & 1)) & ~falling;
    *(vbytes *)(s + i) = __builtin_convertvector(new, vbytes);
    on += threshold_list(list + on, rising, i);
    off += threshold_list(list + pitch + off, falling, i);
  }
  counts[0] = on;
  counts[1] = off;
}
#undef VS
#pragma clang fp reassociate(on) contract(fast)
