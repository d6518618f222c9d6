// Units of Boltzmann machines. Included once for each variant by variants.h, behind random.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

// A bit for each element of a comparison's result that is set, the first one lowest.
CK_INLINE uint32_t vbits(vi mask) {
#if CK_VECTOR_BYTES == 64 && defined(__x86_64__)
  return _mm512_movepi32_mask((__m512i)mask);
#elif CK_VECTOR_BYTES == 32 && defined(__x86_64__)
  return (uint32_t)_mm256_movemask_ps((__m256)mask);
#else
  int32_t part[VF];
  uint32_t bits = 0;
  memcpy(part, &mask, sizeof part);
  for (long j = 0; j < VF; j++) bits |= (uint32_t)(part[j] != 0) << j;
  return bits;
#endif
}
CK_INLINE bool vany(vi mask) { return vbits(mask) != 0; }

// The draw of unit k of a block of eight: all ones where it is on. `block` is the block's number.
CK_INLINE vi logistic_draw(vf p, vu word, long k, long block, vu example, uint64_t seed, uint32_t stream, uint32_t step) {
  vi t = __builtin_convertvector(p * 0x1p24f, vi);
  vi half = (vi)(k & 1 ? word >> 16 : word & 0xffffu);
  vi high = t >> 8;
  vi on = half < high, tie = half == high;
  if (__builtin_expect(vany(tie), 0)) {
    struct philox r = philox(vsplatu(0x80000000u + (uint32_t)block), example, vsplatu(step), vsplatu(stream), seed);
    vi low = (vi)((r.word[k >> 2] >> (uint32_t)(8 * (k & 3))) & 0xffu);
    on |= tie & (low < (t & 0xff));
  }
  return on;
}

#define CK_LOGISTIC_UNIT(k)                                                            \
  {                                                                                    \
    long at = (f + (k)) * batch + i;                                                   \
    vf v = vsigmoid(vfma(vget(x + at, w), vsplat(scale), vsplat(bias[f + (k)])));      \
    if (p) vput(p + at, v, w);                                                         \
    vi on = logistic_draw(v, r.word[(k) >> 1], (k), f >> 3, example, seed, stream, step); \
    vput(s + at, vselect(v != v, v, (vf)(on & 0x3f800000)), w);                        \
  }

CK_BODY(logistic_sample)(float *s, float *p, const float *x, const float *bias, const uint32_t *examples, long features,
                         long batch, float scale, uint64_t seed, uint32_t stream, uint32_t step) {
  for (long f = 0; f < features; f += 8) {
    long rows = features - f < 8 ? features - f : 8;
    CK_EACH(batch, {
      vu example = (vu)vgeti((const int32_t *)examples + i, w);
      struct philox r = philox(vsplatu((uint32_t)(f >> 3)), example, vsplatu(step), vsplatu(stream), seed);
      if (rows == 8) {
        CK_LOGISTIC_UNIT(0L) CK_LOGISTIC_UNIT(1L) CK_LOGISTIC_UNIT(2L) CK_LOGISTIC_UNIT(3L)
        CK_LOGISTIC_UNIT(4L) CK_LOGISTIC_UNIT(5L) CK_LOGISTIC_UNIT(6L) CK_LOGISTIC_UNIT(7L)
      } else {
        for (long k = 0; k < rows; k++) CK_LOGISTIC_UNIT(k)
      }
    });
  }
}

CK_BODY(softmax_sample)(float *s, float *p, const float *x, const float *bias, const uint32_t *examples, long groups,
                        long size, long batch, float scale, uint64_t seed, uint32_t stream, uint32_t step) {
  for (long g = 0; g < groups; g++) {
    long first = g * size;
    CK_EACH(batch, {
      vf most = vsplat(-INFINITY);
      vf wrong = {};
      for (long k = first; k < first + size; k++) {
        vf a = vfma(vget(x + k * batch + i, w), vsplat(scale), vsplat(bias[k]));
        most = vselect(a > most, a, most);
        wrong = vselect(a == a, wrong, a);
      }
      vf total = {};
      for (long k = first; k < first + size; k++) {
        vf a = vfma(vget(x + k * batch + i, w), vsplat(scale), vsplat(bias[k]));
        vf e = vexp_negative(a - most) + wrong;
        vput(s + k * batch + i, e, w);
        total += e;
      }
      vu example = (vu)vgeti((const int32_t *)examples + i, w);
      struct philox r = philox(vsplatu((uint32_t)g), example, vsplatu(step), vsplatu(stream), seed);
      vf target = unit_uniform(r.word[0]) * total;
      vf sum = {};
      vi open = vsplati(-1);
      for (long k = first; k < first + size; k++) {
        vf e = vget(s + k * batch + i, w);
        if (p) vput(p + k * batch + i, e / total, w);
        sum += e;
        vi on = open & ((target < sum) | vsplati(k + 1 == first + size ? -1 : 0));
        open &= ~on;
        vput(s + k * batch + i, vselect(e != e, e, (vf)(on & 0x3f800000)), w);
      }
    });
  }
}

CK_BODY(normal_sample)(float *y, const float *x, const float *bias, const uint32_t *examples, long features, long batch,
                       float scale, float deviation, uint64_t seed, uint32_t stream, uint32_t step) {
  if (!(deviation > 0)) {
    for (long f = 0; f < features; f++) {
      CK_EACH(batch, {
        vput(y + f * batch + i, vfma(vget(x + f * batch + i, w), vsplat(scale), vsplat(bias[f])), w);
      });
    }
    return;
  }
  CK_TENSOR({
    struct draws d = normal_draws(r, 0.0f, deviation);
    for (long k = 0; k < rows; k++) {
      long at = (f + k) * batch + i;
      vput(y + at, vfma(vget(x + at, w), vsplat(scale), vsplat(bias[f + k])) + d.value[k], w);
    }
  })
}

// sums[b] += the values TERM of all f, sixteen at a time in single precision.
#define CK_COLUMN_SUMS(TERM)                                       \
  CK_EACH(batch, {                                                 \
    vd total = {};                                                 \
    for (long first = 0; first < features; first += 16) {          \
      long last = first + 16 < features ? first + 16 : features;   \
      vf part = {};                                                \
      for (long f = first; f < last; f++) {                        \
        vf v = vget(x + f * batch + i, w);                         \
        part += TERM;                                              \
      }                                                            \
      total += __builtin_convertvector(part, vd);                  \
    }                                                              \
    double column[VF];                                             \
    memcpy(column, &total, sizeof column);                         \
    for (long j = 0; j < w; j++) sums[i + j] += column[j];         \
  })

// ln(1 + e^a) = max(a, 0) + ln(1 + e^-|a|), and sixteen factors 1 + e^-|a| of at most 2 have one logarithm.
CK_BODY(softplus_sums)(double *sums, const float *x, const float *bias, long features, long batch, float scale) {
  CK_EACH(batch, {
    vd total = {};
    for (long first = 0; first < features; first += 16) {
      long last = first + 16 < features ? first + 16 : features;
      vf part = {};
      vf factors = vsplat(1.0f);
      for (long f = first; f < last; f++) {
        vf a = vfma(vget(x + f * batch + i, w), vsplat(scale), vsplat(bias[f]));
        part += vselect(a < 0.0f, vsplat(0.0f), a);
        factors = vfma(factors, vexp_negative(-vabs(a)), factors);
      }
      total += __builtin_convertvector(part + vlog(factors), vd);
    }
    double column[VF];
    memcpy(column, &total, sizeof column);
    for (long j = 0; j < w; j++) sums[i + j] += column[j];
  });
}

CK_BODY(weighted_sums)(double *sums, const float *x, const float *weights, long features, long batch) {
  CK_COLUMN_SUMS(v * weights[f]);
}

CK_BODY(any_outside)(bool *result, const float *x, float low, float high, long n) {
  vi inside = vsplati(-1);
  long i = 0;
  for (; i + VF <= n; i += VF) {
    vf v = vload(x + i);
    inside &= (v >= low) & (v <= high);
  }
  bool outside = vany(~inside);
  for (; i < n; i++) outside |= !(x[i] >= low && x[i] <= high);
  *result = outside;
}

CK_BODY(change_units)(float *y, const float *x, const float *weights, const int32_t *unit, const float *change, long rows,
                      long columns, long batch) {
  for (long j = 0; j < rows; j++)
    for (long b = 0; b < batch; b++) y[j * batch + b] = x[j * batch + b] + change[b] * weights[j * columns + unit[b]];
}
#pragma clang fp reassociate(on) contract(fast)
