// Elementwise arithmetic, bias, reductions. Included once for each variant by variants.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

CK_BODY(fill)(float *y, float value, long n) {
  for (long i = 0; i < n; i++) y[i] = value;
}

CK_BODY(add)(float *restrict y, const float *restrict x, long n) { CK_EACH(n, vput(y + i, vget(y + i, w) + vget(x + i, w), w);); }

CK_BODY(sum)(float *y, const float *a, const float *b, long n) { CK_EACH(n, vput(y + i, vget(a + i, w) + vget(b + i, w), w);); }

#define CK_TREE_BLOCK 512

CK_BODY(pairwise_sum)(float *y, const float *const *x, long count, long n) {
  float waiting[21][CK_TREE_BLOCK];  // the sums that wait for their right-hand neighbour, at most one a level
  for (long start = 0; start < n; start += CK_TREE_BLOCK) {
    long length = n - start < CK_TREE_BLOCK ? n - start : CK_TREE_BLOCK;
    long depth = 0;
    for (long k = 0; k < count; k++) {  // as in binary addition: vector k closes as many sums as k has trailing ones
      const float *added = x[k] + start;
      long closed = k;
      for (; closed & 1; closed >>= 1) {
        float *left = waiting[--depth];
        CK_EACH(length, vput(left + i, vget(left + i, w) + vget(added + i, w), w););
        added = left;
      }
      if (added != waiting[depth]) memcpy(waiting[depth], added, (size_t)length * sizeof(float));
      depth++;
    }
    for (; depth > 1; depth--) {
      float *left = waiting[depth - 2];
      const float *added = waiting[depth - 1];
      CK_EACH(length, vput(left + i, vget(left + i, w) + vget(added + i, w), w););
    }
    memcpy(y + start, waiting[0], (size_t)length * sizeof(float));
  }
}

CK_BODY(axpy)(float *restrict y, float alpha, const float *restrict x, long n) {
  CK_EACH(n, vput(y + i, vfma(vsplat(alpha), vget(x + i, w), vget(y + i, w)), w););
}

CK_BODY(scale)(float *y, float alpha, long n) { CK_EACH(n, vput(y + i, alpha * vget(y + i, w), w);); }

CK_BODY(multiply)(float *restrict y, const float *restrict x, long n) {
  CK_EACH(n, vput(y + i, vget(y + i, w) * vget(x + i, w), w););
}

CK_BODY(square)(float *y, const float *x, long n) {
  CK_EACH(n, {
    vf v = vget(x + i, w);
    vput(y + i, v * v, w);
  });
}

CK_BODY(running_average)(float *restrict y, float rate, const float *restrict x, long n) {
  CK_EACH(n, {
    vf v = vget(y + i, w);
    vput(y + i, vfma(vsplat(rate), vget(x + i, w) - v, v), w);
  });
}

CK_BODY(clamp)(float *y, const float *x, float low, float high, long n) {
  CK_EACH(n, {
    vf v = vget(x + i, w);
    v = vselect(v < low, vsplat(low), v);
    vput(y + i, vselect(v > high, vsplat(high), v), w);
  });
}

CK_BODY(tanh)(float *y, const float *x, long n) { CK_EACH(n, vput(y + i, vtanh(vget(x + i, w)), w);); }
CK_BODY(exp)(float *y, const float *x, long n) { CK_EACH(n, vput(y + i, vexp(vget(x + i, w)), w);); }
CK_BODY(log)(float *y, const float *x, long n) { CK_EACH(n, vput(y + i, vlog(vget(x + i, w)), w);); }
CK_BODY(erf)(float *y, const float *x, long n) { CK_EACH(n, vput(y + i, verf(vget(x + i, w)), w);); }

// The elements of a vector added in one fixed order, by halves.
CK_INLINE double vd_total(const vd *x) {
  double part[VF];
  memcpy(part, x, sizeof part);
  for (long half = VF / 2; half > 0; half /= 2)
    for (long j = 0; j < half; j++) part[j] += part[j + half];
  return part[0];
}

CK_INLINE float vf_total(vf x) {
  float part[VF];
  memcpy(part, &x, sizeof part);
  for (long half = VF / 2; half > 0; half /= 2)
    for (long j = 0; j < half; j++) part[j] += part[j + half];
  return part[0];
}

#define CK_BLOCK 1024

CK_INLINE void block_sums_of(double *partial, const float *x, const float *y, long n) {
  for (long start = 0; start < n; start += CK_BLOCK) {
    long count = n - start < CK_BLOCK ? n - start : CK_BLOCK;
    vd even = {}, odd = {};
    long i = 0;
    for (; i + 2 * VF <= count; i += 2 * VF) {
      vd a = __builtin_convertvector(vload(x + start + i), vd);
      vd b = __builtin_convertvector(vload(x + start + i + VF), vd);
      even += y ? a * __builtin_convertvector(vload(y + start + i), vd) : a;
      odd += y ? b * __builtin_convertvector(vload(y + start + i + VF), vd) : b;
    }
    for (; i < count; i += VF) {
      long w = count - i < VF ? count - i : VF;
      vd a = __builtin_convertvector(vget(x + start + i, w), vd);
      even += y ? a * __builtin_convertvector(vget(y + start + i, w), vd) : a;
    }
    even += odd;
    partial[start / CK_BLOCK] = vd_total(&even);
  }
}

CK_BODY(square_sums)(double *partial, const float *x, long n) { block_sums_of(partial, x, x, n); }

CK_BODY(block_sums)(double *partial, const float *x, long n) { block_sums_of(partial, x, NULL, n); }

CK_BODY(dot)(double *result, const float *a, const float *b, long n) {
  double total = 0;
  for (long start = 0; start < n; start += CK_BLOCK) {
    double partial;
    block_sums_of(&partial, a + start, b + start, n - start < CK_BLOCK ? n - start : CK_BLOCK);
    total += partial;
  }
  *result = total;
}

CK_BODY(any_nonfinite)(bool *result, const float *x, long n) {
  vi found = {};
  CK_EACH(n, found |= ((vi)vget(x + i, w) & 0x7f800000) == 0x7f800000;);
  int32_t part[VF], any = 0;
  memcpy(part, &found, sizeof part);
  for (long j = 0; j < VF; j++) any |= part[j];
  *result = any != 0;
}

CK_BODY(max_abs)(float *result, const float *x, long n) {
  vi most = {};  // the bits of |x| are ordered as |x| is, NaN above all
  CK_EACH(n, {
    vi bits = (vi)vget(x + i, w) & 0x7fffffff;
    most = __builtin_elementwise_max(most, bits);
  });
  int32_t part[VF], best = 0;
  memcpy(part, &most, sizeof part);
  for (long j = 0; j < VF; j++) best = part[j] > best ? part[j] : best;
  memcpy(result, &best, sizeof best);
}

CK_BODY(add_bias)(float *restrict y, const float *restrict bias, long rows, long batch) {
  if (batch == 1) {
    CK_PASTE(ck_add, CK_SUFFIX)(y, bias, rows);
    return;
  }
  if (batch < VF) {
    for (long r = 0; r < rows; r++)
      for (long b = 0; b < batch; b++) y[r * batch + b] += bias[r];
    return;
  }
  for (long r = 0; r < rows; r++) {
    float *row = y + r * batch;
    float value = bias[r];
    CK_EACH(batch, vput(row + i, vget(row + i, w) + value, w););
  }
}

CK_BODY(row_sums)(float *restrict sums, const float *restrict x, long rows, long batch, bool accumulate) {
  if (batch == 1) {
    CK_EACH(rows, vput(sums + i, accumulate ? vget(sums + i, w) + vget(x + i, w) : vget(x + i, w), w););
    return;
  }
  for (long r = 0; r < rows; r++) {
    const float *row = x + r * batch;
    float total = 0;
    if (batch < VF) {
      for (long b = 0; b < batch; b++) total += row[b];
    } else {
      vf acc = {};
      CK_EACH(batch, acc += vget(row + i, w););
      total = vf_total(acc);
    }
    sums[r] = accumulate ? sums[r] + total : total;
  }
}
#pragma clang fp reassociate(on) contract(fast)
