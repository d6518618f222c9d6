// Activations and their derivatives. Included once for each variant by variants.h: see there for CK_BODY and vf.
// Every loop is written once, for a kind known to the compiler; CK_FOR_KIND makes one copy of it for each kind.
#pragma clang fp reassociate(off) contract(off)

#define CK_ONE_KIND(KIND, ...) \
  case KIND: {                 \
    const int k = KIND;        \
    __VA_ARGS__                \
    break;                     \
  }
#define CK_FOR_KIND(kind, ...)                                                                                  \
  switch (kind) {                                                                                               \
    CK_ONE_KIND(CK_RELU, __VA_ARGS__)                                                                           \
    CK_ONE_KIND(CK_LEAKY_RELU, __VA_ARGS__)                                                                     \
    CK_ONE_KIND(CK_TANH, __VA_ARGS__)                                                                           \
    CK_ONE_KIND(CK_SCALED_TANH, __VA_ARGS__)                                                                    \
    CK_ONE_KIND(CK_SIGMOID, __VA_ARGS__)                                                                        \
    CK_ONE_KIND(CK_HARD_SIGMOID, __VA_ARGS__)                                                                   \
    CK_ONE_KIND(CK_SOFTPLUS, __VA_ARGS__)                                                                       \
    CK_ONE_KIND(CK_ELU, __VA_ARGS__)                                                                            \
    CK_ONE_KIND(CK_GELU, __VA_ARGS__)                                                                           \
    CK_ONE_KIND(CK_SWISH, __VA_ARGS__)                                                                          \
  }

#define CK_INVERSE_SQRT_2 0.70710678118654752f
#define CK_INVERSE_SQRT_2PI 0.39894228040143268f

// f(x). Comparisons are written so that NaN stays NaN.
CK_INLINE vf activation(vf x, int k, float a, float s) {
  switch (k) {
    case CK_RELU: return vselect(x < 0.0f, vsplat(0.0f), x);
    case CK_LEAKY_RELU: return vselect(x < 0.0f, a * x, x);
    case CK_TANH: return vtanh(x);
    case CK_SCALED_TANH: return a * vtanh(s * x);
    case CK_SIGMOID: return vsigmoid(x);
    case CK_HARD_SIGMOID: {
      vf y = vfmac(x, vsplat(1.0f / 6.0f), 0.5f);
      y = vselect(y < 0.0f, vsplat(0.0f), y);
      return vselect(y > 1.0f, vsplat(1.0f), y);
    }
    case CK_SOFTPLUS: return vsoftplus(x);
    case CK_ELU: return vselect(x < 0.0f, a * vexpm1_negative(vselect(x > 0.0f, vsplat(0.0f), x)), x);
    case CK_GELU: return x * vfmac(verf(x * CK_INVERSE_SQRT_2), vsplat(0.5f), 0.5f);
    case CK_SWISH: return x * vsigmoid(x);
    default: return x;
  }
}

// d * f'(x) from y = f(x).
CK_INLINE vf times_slope(vf d, vf y, int k, float a, float s) {
  switch (k) {
    case CK_RELU: return vselect(y <= 0.0f, vsplat(0.0f), d);
    case CK_LEAKY_RELU: return vselect(y <= 0.0f, a * d, d);
    case CK_TANH: return d * vfmac(-y, y, 1.0f);
    case CK_SCALED_TANH: return d * vfmac(vsplat(-(s / a)), y * y, s * a);
    case CK_SIGMOID: return d * (y * (1.0f - y));
    case CK_HARD_SIGMOID: return vselect((y <= 0.0f) | (y >= 1.0f), vsplat(0.0f), d * (1.0f / 6.0f));
    case CK_SOFTPLUS: return d * -vexpm1_negative(-y);
    case CK_ELU: return d * vselect(y < 0.0f, y + a, vsplat(1.0f));
    default: return d;
  }
}

// d * f'(x) from x.
CK_INLINE vf times_slope_at(vf d, vf x, int k, float a, float s) {
  switch (k) {
    case CK_SOFTPLUS: return d * vsigmoid(x);
    case CK_GELU: {
      vf density = CK_INVERSE_SQRT_2PI * vexp_negative(-0.5f * (x * x));
      vf square = vselect(vabs(x) > 20.0f, vsplat(0.0f), x * density);
      return d * (vfmac(verf(x * CK_INVERSE_SQRT_2), vsplat(0.5f), 0.5f) + square);
    }
    case CK_SWISH: {
      vf g = vsigmoid(x);
      vf rest = vselect(vabs(x) > 80.0f, vsplat(0.0f), x * (g * (1.0f - g)));
      return d * (g + rest);
    }
    default: return times_slope(d, activation(x, k, a, s), k, a, s);
  }
}

CK_BODY(activate)(float *y, const float *x, long n, int kind, float a, float s) {
  if (kind == CK_IDENTITY) {
    if (y != x) memmove(y, x, (size_t)n * sizeof(float));
    return;
  }
  CK_FOR_KIND(kind, CK_EACH(n, vput(y + i, activation(vget(x + i, w), k, a, s), w);););
}

CK_BODY(bias_activate)(float *restrict y, const float *restrict bias, long rows, long batch, int kind, float a,
                       float s) {
  if (kind == CK_IDENTITY) {
    CK_PASTE(ck_add_bias, CK_SUFFIX)(y, bias, rows, batch);
    return;
  }
  if (batch < 2 * VF && batch % VF != 0) {  // short rows: vectors over the whole array, in two passes
    CK_PASTE(ck_add_bias, CK_SUFFIX)(y, bias, rows, batch);
    CK_PASTE(ck_activate, CK_SUFFIX)(y, y, rows * batch, kind, a, s);
    return;
  }
  CK_FOR_KIND(kind, for (long r = 0; r < rows; r++) {
    float *row = y + r * batch;
    float value = bias[r];
    CK_EACH(batch, vput(row + i, activation(vget(row + i, w) + value, k, a, s), w););
  });
}

CK_BODY(activation_backward)(float *restrict d, const float *restrict y, long n, int kind, float a, float s) {
  CK_FOR_KIND(kind, CK_EACH(n, vput(d + i, times_slope(vget(d + i, w), vget(y + i, w), k, a, s), w);););
}

CK_BODY(activation_curvature)(float *restrict h, const float *restrict y, long n, int kind, float a, float s) {
  CK_FOR_KIND(kind, CK_EACH(n, {
    vf v = vget(y + i, w);
    vput(h + i, times_slope(times_slope(vget(h + i, w), v, k, a, s), v, k, a, s), w);
  }););
}

CK_BODY(activation_backward_input)(float *restrict d, const float *restrict x, long n, int kind, float a, float s) {
  CK_FOR_KIND(kind, CK_EACH(n, vput(d + i, times_slope_at(vget(d + i, w), vget(x + i, w), k, a, s), w);););
}

CK_BODY(activation_curvature_input)(float *restrict h, const float *restrict x, long n, int kind, float a, float s) {
  CK_FOR_KIND(kind, CK_EACH(n, {
    vf v = vget(x + i, w);
    vput(h + i, times_slope_at(times_slope_at(vget(h + i, w), v, k, a, s), v, k, a, s), w);
  }););
}
#pragma clang fp reassociate(on) contract(fast)
