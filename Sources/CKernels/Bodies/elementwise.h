// Elementwise arithmetic, bias, activations and their derivatives, reductions. Included once for each variant by variants.h: see there for CK_BODY and vf.

CK_BODY(add)(float *restrict y, const float *restrict x, long n) {
  for (long i = 0; i < n; i++) y[i] += x[i];
}
