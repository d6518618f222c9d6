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
