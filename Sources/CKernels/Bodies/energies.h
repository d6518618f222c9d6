// Units that are set one after the other. Included once for each variant by variants.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

// The new values of one unit in `w` columns, and the changes counted.
CK_INLINE void threshold_set(float *restrict s, float *restrict flips, vf h, long w, float low) {
  vf old = vget(s, w);
  vf new = vselect(h > 0, vsplat(1), vselect(h < 0, vsplat(low), old));
  vput(flips, vget(flips, w) + vselect(new != old, vsplat(1), vsplat(0)), w);
  vput(s, new, w);
}

CK_BODY(threshold_sweep)(float *restrict s, float *restrict flips, const float *restrict t,
                         const int32_t *restrict order, long n, long batch, long pitch, float low) {
  long b = 0;
  for (; b + 4 * VF <= batch; b += 4 * VF) {
    for (long k = 0; k < n; k++) {
      const float *row = t + order[k] * n;
      vf h[4] = {};
      for (long j = 0; j < n; j++) {
        vf weight = vsplat(row[j]);
        _Pragma("clang loop unroll(full)") for (int v = 0; v < 4; v++)
          h[v] = vfma(weight, vload(s + j * pitch + b + v * VF), h[v]);
      }
      _Pragma("clang loop unroll(full)") for (int v = 0; v < 4; v++)
        threshold_set(s + order[k] * pitch + b + v * VF, flips + b + v * VF, h[v], VF, low);
    }
  }
  for (; b < batch; b += VF) {
    long w = batch - b < VF ? batch - b : VF;
    for (long k = 0; k < n; k++) {
      const float *row = t + order[k] * n;
      vf h = {};
      for (long j = 0; j < n; j++) h = vfma(vsplat(row[j]), vget(s + j * pitch + b, w), h);
      threshold_set(s + order[k] * pitch + b, flips + b, h, w, low);
    }
  }
}

CK_BODY(threshold_all)(float *restrict s, float *restrict flips, const float *restrict h, long n, long batch,
                       float low) {
  for (long r = 0; r < n; r++)
    CK_EACH(batch, threshold_set(s + r * batch + i, flips + i, vget(h + r * batch + i, w), w, low););
}
