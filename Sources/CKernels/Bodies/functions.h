// Exponential, logarithm and their relatives on vectors. Included once for each variant by variants.h.
// Rounding tricks such as (x + c) - c need the operations as written, so reassociation is off here.
#pragma clang fp reassociate(off) contract(off)

// The nearest integer to x as a float, for |x| < 2^22; its bits relative to the magic number are the integer.
#define CK_MAGIC 12582912.0f
CK_INLINE vf vround(vf x, vi *integer) {
  vf shifted = x + CK_MAGIC;
  *integer = (vi)shifted - 0x4B400000;
  return shifted - CK_MAGIC;
}

// 2^n for -126 <= n <= 127.
CK_INLINE vf vpower_of_two(vi n) { return (vf)(((vu)n + 127u) << 23); }

// x = n ln 2 + r with |r| <= 0.35: returns e^r - 1 (relative error below one unit in the last place) and n.
CK_INLINE vf vexp_reduced(vf x, vi *n) {
  vf t = vround(x * 1.44269504088896341f, n);
  vf r = vfma(t, vsplat(-0.693359375f), x);
  r = vfma(t, vsplat(2.12194440e-4f), r);
  vf p = vsplat(1.9841270e-4f);  // 1/7!, then down to 1/2!
  p = vfmac(p, r, 1.3888889e-3f);
  p = vfmac(p, r, 8.3333333e-3f);
  p = vfmac(p, r, 4.1666667e-2f);
  p = vfmac(p, r, 1.6666667e-1f);
  p = vfmac(p, r, 0.5f);
  return vfma(r * r, p, r);
}

// e^x: 0 below -104, infinity above 88.73, NaN for NaN.
CK_INLINE vf vexp(vf x) {
  x = vselect(x < -104.0f, vsplat(-104.0f), x);
  x = vselect(x > 89.0f, vsplat(89.0f), x);
  vi n;
  vf p = vexp_reduced(x, &n) + 1.0f;
  vi half = n >> 1;  // two steps, so that neither factor overflows and small results become subnormal
  return p * vpower_of_two(half) * vpower_of_two(n - half);
}

// e^x for x <= 0 where results below 1.2e-38 may become 0: cheaper. NaN for NaN.
CK_INLINE vf vexp_negative(vf x) {
  vi tiny = x < -87.33f;
  x = vselect(tiny, vsplat(-87.33f), x);
  vi n;
  vf p = vexp_reduced(x, &n) + 1.0f;
  return (vf)(~tiny & (vi)(p * vpower_of_two(n)));
}

// e^x - 1 for x <= 0, accurate near 0. NaN for NaN.
CK_INLINE vf vexpm1_negative(vf x) {
  x = vselect(x < -40.0f, vsplat(-40.0f), x);
  vi n;
  vf p = vexp_reduced(x, &n);
  vf scale = vpower_of_two(n);
  return vfma(p, scale, scale - 1.0f);
}

// tanh x = (e^2|x| - 1) / (e^2|x| + 1) with the sign of x; 1 from 9.02 on.
CK_INLINE vf vtanh(vf x) {
  vf a = vabs(x);
  a = vselect(a > 9.02f, vsplat(9.02f), a);
  vi n;
  vf p = vexp_reduced(a + a, &n);
  vf scale = vpower_of_two(n);
  vf e = vfma(p, scale, scale - 1.0f);
  vf y = e / (e + 2.0f);
  return (vf)((vi)y | ((vi)x & (int32_t)0x80000000));
}

// 1 / (1 + e^-x).
CK_INLINE vf vsigmoid(vf x) { return 1.0f / (1.0f + vexp(-x)); }

// ln x: -infinity at 0, NaN below 0 and for NaN, infinity at infinity; subnormal x is taken exactly.
CK_INLINE vf vlog(vf x) {
  vi small = x < 1.17549435e-38f;
  vf y = vselect(small, x * 8388608.0f, x);
  vi bits = (vi)y - 0x3F3504F3;  // so that the mantissa lies between sqrt(1/2) and sqrt(2)
  vi exponent = (bits >> 23) - (small & 23);
  vf m = (vf)((bits & 0x007FFFFF) + 0x3F3504F3) - 1.0f;
  vf e = __builtin_convertvector(exponent, vf);
  vf p = vsplat(7.0376836292e-2f);
  p = vfmac(p, m, -1.1514610310e-1f);
  p = vfmac(p, m, 1.1676998740e-1f);
  p = vfmac(p, m, -1.2420140846e-1f);
  p = vfmac(p, m, 1.4249322787e-1f);
  p = vfmac(p, m, -1.6668057665e-1f);
  p = vfmac(p, m, 2.0000714765e-1f);
  p = vfmac(p, m, -2.4999993993e-1f);
  p = vfmac(p, m, 3.3333331174e-1f);
  vf z = m * m;
  vf r = vfma(e, vsplat(-2.12194440e-4f), p * m * z);
  r = vfma(z, vsplat(-0.5f), r);
  r = vfma(e, vsplat(0.693359375f), m + r);
  r = vselect(x == INFINITY, x, r);
  r = vselect(x == 0.0f, vsplat(-INFINITY), r);
  return vselect((x >= 0.0f) | (x != x), vselect(x != x, x, r), vsplat(NAN));
}

// ln(1 + x) for 0 <= x <= 1, accurate near 0. NaN for NaN.
CK_INLINE vf vlog1p_unit(vf x) {
  vf w = 1.0f + x;
  return vlog(w) + (x - (w - 1.0f)) / w;
}

// ln(1 + e^x).
CK_INLINE vf vsoftplus(vf x) {
  vf positive = vselect(x < 0.0f, vsplat(0.0f), x);
  return positive + vlog1p_unit(vexp_negative(-vabs(x)));
}

// The error function (2 / sqrt pi) integral_0^x e^-t^2 dt: two polynomials, joined at 0.9277.
CK_INLINE vf verf(vf x) {
  vf t = vabs(x), s = x * x;
  t = vselect(t > 4.0f, vsplat(4.0f), t);
  vf r = vfmac(t, vsplat(-1.72853470e-5f), 3.83197126e-4f);
  vf u = vfmac(t, vsplat(-3.88396438e-3f), 2.42546219e-2f);
  r = vfma(r, t * t, u);
  r = vfmac(r, t, -1.06777877e-1f);
  r = vfmac(r, t, -6.34846687e-1f);
  r = vfmac(r, t, -1.28717512e-1f);
  r = vfma(r, t, -t);
  r = 1.0f - vexp_negative(r);
  r = (vf)((vi)r | ((vi)x & (int32_t)0x80000000));
  vf q = vsplat(-5.96761703e-4f);
  q = vfmac(q, s, 4.99119423e-3f);
  q = vfmac(q, s, -2.67681349e-2f);
  q = vfmac(q, s, 1.12819925e-1f);
  q = vfmac(q, s, -3.76125336e-1f);
  q = vfmac(q, s, 1.28379166e-1f);
  q = vfma(q, x, x);
  return vselect(t > 0.927734375f, r, q);
}
#pragma clang fp reassociate(on) contract(fast)
