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

CK_BODY(threshold_pack)(int8_t *restrict u8, int32_t *restrict sizes, int32_t *restrict isExact, const float *restrict u,
                        long n, long pitch) {
  typedef int8_t vquarter __attribute__((vector_size(CK_VECTOR_BYTES / 4), aligned(1)));
  vi wrong = {};
  memset(u8, 0, (size_t)(n * pitch));
  memset(sizes, 0, (size_t)n * sizeof(int32_t));
  for (long j = 0; j < n; j++) {
    int8_t *restrict row = u8 + j * pitch;
    CK_EACH(
        n, vf value = vget(u + j * n + i, w); vi fits = (value >= -127) & (value <= 127);
        // Numbers that do not fit become 0: converting them would not be defined.
        vi whole = __builtin_convertvector(vselect(fits, value, (vf){}), vi);
        wrong |= ~fits | (__builtin_convertvector(whole, vf) != value);
        vput((float *)sizes + i, (vf)(vgeti(sizes + i, w) + __builtin_elementwise_abs(whole)), w);
        vquarter bytes = __builtin_convertvector(whole, vquarter); memcpy(row + i, &bytes, (size_t)w););
  }
  if (__builtin_reduce_or(wrong)) *isExact = 0;
}

// h += change (sum of the rows of `list`), or -= where `sign` is negative.
CK_INLINE void threshold_add_rows(int16_t *restrict h, const int8_t *restrict u8, const int32_t *restrict list, long count,
                                  long pitch, int sign) {
  long k = 0;
  for (; k + 8 <= count; k += 8) {
    const int8_t *row[8];
    _Pragma("clang loop unroll(full)") for (int r = 0; r < 8; r++) row[r] = u8 + list[k + r] * pitch;
    for (long i = 0; i < pitch; i += VS) {
      vshort sum = threshold_widen(row[0] + i);
      _Pragma("clang loop unroll(full)") for (int r = 1; r < 8; r++) sum += threshold_widen(row[r] + i);
      *(vshort *)(h + i) += sum * (int16_t)sign;
    }
  }
  for (; k < count; k++)
    for (long i = 0; i < pitch; i += VS) *(vshort *)(h + i) += threshold_widen(u8 + list[k] * pitch + i) * (int16_t)sign;
}

CK_BODY(threshold_whole_send)(int16_t *restrict h, const int8_t *restrict u8, const int32_t *restrict list, long on,
                              long off, long pitch, long change) {
  threshold_add_rows(h, u8, list, on, pitch, (int)change);
  threshold_add_rows(h, u8, list + pitch - off, off, pitch, (int)-change);
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

// One bit, or two for each pair of bytes, for each element of a mask; THRESHOLD_BITS of them for an element.
#if CK_VECTOR_BYTES == 64 && defined(__x86_64__)
#define THRESHOLD_BITS 1
CK_INLINE uint32_t threshold_mask(vshort m) { return _mm512_movepi16_mask((__m512i)m); }
#elif CK_VECTOR_BYTES == 32 && defined(__x86_64__)
#define THRESHOLD_BITS 2
CK_INLINE uint32_t threshold_mask(vshort m) { return (uint32_t)_mm256_movemask_epi8((__m256i)m) & 0x55555555; }
#else
#define THRESHOLD_BITS 1
CK_INLINE uint32_t threshold_mask(vshort m) {
  uint32_t bits = 0;
  for (int i = 0; i < VS; i++) bits |= (uint32_t)(m[i] & 1) << i;
  return bits;
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
    for (uint32_t bits = threshold_mask(rising); bits; bits &= bits - 1)
      list[on++] = (int32_t)(i + __builtin_ctz(bits) / THRESHOLD_BITS);
    for (uint32_t bits = threshold_mask(falling); bits; bits &= bits - 1)
      list[pitch - ++off] = (int32_t)(i + __builtin_ctz(bits) / THRESHOLD_BITS);
  }
  counts[0] = on;
  counts[1] = off;
}
#undef VS
#undef THRESHOLD_BITS
#pragma clang fp reassociate(on) contract(fast)
