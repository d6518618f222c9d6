// Counter-based random numbers. Included once for each variant by variants.h: see there for CK_BODY and vf.
// No contraction and no reassociation, so that every variant draws the same bits.
#pragma clang fp reassociate(off) contract(off)

// a * b as high and low words.
CK_INLINE void multiply_wide(vu a, uint32_t b, vu *high, vu *low) {
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the halves of a product are taken by their place in memory order"
#endif
  // The even elements and the odd ones, each as the lower half of 64 bits: that is what processors multiply.
  vu64 even = ((vu64)a & 0xffffffffu) * (uint64_t)b, odd = ((vu64)a >> 32) * (uint64_t)b;
  *high = (vu)((even >> 32) | (odd & 0xffffffff00000000u));
  *low = (vu)((even & 0xffffffffu) | (odd << 32));
}

struct philox {
  vu word[4];
};

CK_INLINE struct philox philox(vu c0, vu c1, vu c2, vu c3, uint64_t seed) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    vu high0, low0, high1, low1;
    multiply_wide(c0, 0xD2511F53u, &high0, &low0);
    multiply_wide(c2, 0xCD9E8D57u, &high1, &low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return (struct philox){{c0, c1, c2, c3}};
}

// [0, 1) in steps of 2^-24.
CK_INLINE vf unit_uniform(vu word) { return __builtin_convertvector((vi)(word >> 8), vf) * 0x1p-24f; }

// ln x for normal 0 < x <= 1.
CK_INLINE vf log_unit(vf x) {
  vi bits = (vi)x - 0x3F3504F3;
  vf e = __builtin_convertvector(bits >> 23, vf);
  vf m = (vf)((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0f;
  vf p = vsplat(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  vf z = m * m;
  vf r = p * m * z + e * -2.12194440e-4f - 0.5f * z;
  return m + r + e * 0.693359375f;
}

// Two independent normal draws from two words: sqrt(-2 ln u) times the cosine and sine of 2 pi v.
CK_INLINE void normal_pair(vu first, vu second, vf *z0, vf *z1) {
  // u = (word + 1/2) 2^-32 in (0, 1]: the word's halves are exact as floats, and their sum is rounded once.
  vf upper = __builtin_convertvector((vi)(first >> 16), vf) * 0x1p-16f;
  vf lower = (__builtin_convertvector((vi)(first & 0xffffu), vf) + 0.5f) * 0x1p-32f;
  vf radius = vsqrt(-2.0f * log_unit(upper + lower));
  // The upper two bits of the second word choose the quarter turn, the others the angle within +-pi/4.
  vi quarter = (vi)(second >> 30);
  vf t = (__builtin_convertvector((vi)((second >> 6) & 0xffffffu), vf) * 0x1p-24f - 0.5f) * 1.57079632679f;
  vf q = t * t;
  vf sine = t + t * q * (-1.6666654611e-1f + q * (8.3321608736e-3f + q * -1.9515295891e-4f));
  vf cosine = 1.0f - 0.5f * q + q * q * (4.166664568298827e-2f + q * (-1.388731625493765e-3f + q * 2.443315711809948e-5f));
  vi swap = -(quarter & 1);
  vf x = vselect(swap, sine, cosine), y = vselect(swap, cosine, sine);
  x = (vf)((vi)x ^ (((quarter + 1) & 2) << 30));
  y = (vf)((vi)y ^ ((quarter & 2) << 30));
  *z0 = radius * x;
  *z1 = radius * y;
}

struct draws {
  vf value[4];
};

CK_INLINE struct draws uniform_draws(struct philox r, float low, float range) {
  struct draws d;
  for (int j = 0; j < 4; j++) d.value[j] = low + range * unit_uniform(r.word[j]);
  return d;
}

CK_INLINE struct draws normal_draws(struct philox r, float mean, float deviation) {
  struct draws d;
  normal_pair(r.word[0], r.word[1], &d.value[0], &d.value[1]);
  normal_pair(r.word[2], r.word[3], &d.value[2], &d.value[3]);
  for (int j = 0; j < 4; j++) d.value[j] = mean + deviation * d.value[j];
  return d;
}

// VF blocks of the flat form from block q on.
CK_INLINE struct philox flat_blocks(uint64_t q, uint64_t seed, uint32_t stream, uint32_t step) {
  vu lane;
  for (long j = 0; j < VF; j++) lane[j] = (uint32_t)j;
  vu c0 = lane + (uint32_t)q;
  vu wrapped = (vu)(c0 < lane);
  vu c1 = vsplatu((uint32_t)(q >> 32)) - wrapped;
  return philox(c0, c1, vsplatu(step), vsplatu(stream), seed);
}

// Draws 4 VF words at a time into `block` in the order of the flat form and copies the wanted ones out.
#define CK_FLAT(out, first, n, ...)                                                       \
  for (long done = 0; done < (n);) {                                                      \
    uint64_t at = (first) + (uint64_t)done;                                               \
    long skip = (long)(at & 3);                                                           \
    struct philox r = flat_blocks(at >> 2, seed, stream, step);                           \
    __VA_ARGS__                                                                           \
    uint32_t block[4 * VF];                                                               \
    for (long j = 0; j < VF; j++)                                                         \
      for (long word = 0; word < 4; word++) block[4 * j + word] = ((vu)r.word[word])[j];  \
    long count = 4 * VF - skip < (n) - done ? 4 * VF - skip : (n) - done;                 \
    memcpy((out) + done, block + skip, (size_t)count * 4);                                \
    done += count;                                                                        \
  }

CK_BODY(random_words)(uint32_t *words, uint64_t first, long n, uint64_t seed, uint32_t stream, uint32_t step) {
  CK_FLAT(words, first, n, )
}

CK_BODY(random_uniform)(float *x, uint64_t first, long n, float low, float high, uint64_t seed, uint32_t stream,
                        uint32_t step) {
  CK_FLAT(x, first, n, {
    struct draws d = uniform_draws(r, low, high - low);
    for (int k = 0; k < 4; k++) r.word[k] = (vu)d.value[k];
  })
}

CK_BODY(random_normal)(float *x, uint64_t first, long n, float mean, float deviation, uint64_t seed, uint32_t stream,
                       uint32_t step) {
  CK_FLAT(x, first, n, {
    struct draws d = normal_draws(r, mean, deviation);
    for (int k = 0; k < 4; k++) r.word[k] = (vu)d.value[k];
  })
}

// For each four features and VF examples: r, the words; statement k of 0..3 sees `word` and the element's offset.
#define CK_TENSOR(...)                                                                                        \
  for (long f = 0; f < features; f += 4) {                                                                    \
    long rows = features - f < 4 ? features - f : 4;                                                          \
    CK_EACH(batch, {                                                                                          \
      vu example = (vu)vgeti((const int32_t *)examples + i, w);                                               \
      struct philox r = philox(vsplatu((uint32_t)(f >> 2)), example, vsplatu(step), vsplatu(stream), seed);   \
      __VA_ARGS__                                                                                             \
    });                                                                                                       \
  }

CK_BODY(random_uniform_tensor)(float *x, const uint32_t *examples, long features, long batch, float low, float high,
                               uint64_t seed, uint32_t stream, uint32_t step) {
  CK_TENSOR({
    struct draws d = uniform_draws(r, low, high - low);
    for (long k = 0; k < rows; k++) vput(x + (f + k) * batch + i, d.value[k], w);
  })
}

CK_BODY(random_normal_tensor)(float *x, const uint32_t *examples, long features, long batch, float mean,
                              float deviation, uint64_t seed, uint32_t stream, uint32_t step) {
  CK_TENSOR({
    struct draws d = normal_draws(r, mean, deviation);
    for (long k = 0; k < rows; k++) vput(x + (f + k) * batch + i, d.value[k], w);
  })
}

CK_BODY(random_mask_tensor)(float *y, const float *x, const uint32_t *examples, long features, long batch,
                            uint64_t threshold, float factor, uint64_t seed, uint32_t stream, uint32_t step) {
  vi all = vsplati(threshold > UINT32_MAX ? -1 : 0);
  vu bound = vsplatu((uint32_t)threshold);
  CK_TENSOR(for (long k = 0; k < rows; k++) {
    vi keep = (vi)(r.word[k] < bound) | all;
    vf v = vget(x + (f + k) * batch + i, w) * factor;
    vput(y + (f + k) * batch + i, (vf)(keep & (vi)v), w);
  })
}

CK_BODY(random_bernoulli_tensor)(float *s, const float *p, const uint32_t *examples, long features, long batch,
                                 uint64_t seed, uint32_t stream, uint32_t step) {
  CK_TENSOR(for (long k = 0; k < rows; k++) {
    vf v = vget(p + (f + k) * batch + i, w);
    vf draw = vselect(unit_uniform(r.word[k]) < v, vsplat(1.0f), vsplat(0.0f));
    vput(s + (f + k) * batch + i, vselect(v != v, v, draw), w);
  })
}
#pragma clang fp reassociate(on) contract(fast)
