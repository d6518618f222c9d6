// Losses over time slices. Included once for each variant by variants.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

// Whether any element of a mask is set.
CK_INLINE bool any_of(vi mask) {
  int32_t all = 0;
  for (long j = 0; j < VF; j++) all |= mask[j];
  return all != 0;
}

CK_BODY(sequence_softmax)(float *losses, int32_t *best, float *d, const float *x, const int32_t *targets, long classes,
                          long pitch) {
  for (long i = 0; i < pitch; i += VF) {
    vi target = *(const vi *)(targets + i), scored = target >= 0;
    vf most;
    vi index = column_best(x + i, classes, pitch, VF, false, &most);
    *(vi *)(best + i) = index;
    if (!any_of(scored)) {
      for (long c = 0; c < classes; c++) vstore(d + i + c * pitch, vsplat(0.0f));
      vstore(losses + i, vsplat(0.0f));
      continue;
    }
    vf total = {}, right = {};
    for (long c = 0; c < classes; c++) {
      vf v = vload(x + i + c * pitch) - most;
      right = vselect(target == (int32_t)c, v, right);
      vf e = vexp_negative(v);
      total += e;
      vstore(d + i + c * pitch, e);
    }
    vstore(losses + i, vselect(scored, vlog(total) - right, vsplat(0.0f)));
    vf factor = 1.0f / total;
    for (long c = 0; c < classes; c++) {
      vf one = vselect(target == (int32_t)c, vsplat(1.0f), vsplat(0.0f));
      vf slope = vfma(vload(d + i + c * pitch), factor, -one);
      vstore(d + i + c * pitch, vselect(scored, slope, vsplat(0.0f)));
    }
  }
}

CK_BODY(sequence_softmax_values)(float *losses, float *d, const float *x, const float *t, const float *scored,
                                 long classes, long pitch) {
  for (long i = 0; i < pitch; i += VF) {
    vi counts = vload(scored + i) != 0.0f;
    vf most, total, mass = {}, cross = {};
    column_softmax(x + i, classes, pitch, VF, &most, &total);
    vf shift = vlog(total), factor = 1.0f / total;
    for (long c = 0; c < classes; c++) {
      vf target = vload(t + i + c * pitch);
      mass += target;
      cross = vfma(target, (vload(x + i + c * pitch) - most) - shift, cross);
    }
    vstore(losses + i, vselect(counts, -cross, vsplat(0.0f)));
    for (long c = 0; c < classes; c++) {
      vf p = vexp_negative(vload(x + i + c * pitch) - most) * factor;
      vf slope = vfma(p, mass, -vload(t + i + c * pitch));
      vstore(d + i + c * pitch, vselect(counts, slope, vsplat(0.0f)));
    }
  }
}

CK_BODY(sequence_logistic)(float *losses, float *d, const float *x, const float *t, const float *scored, long rows,
                           long pitch) {
  for (long i = 0; i < pitch; i += VF) {
    vi counts = vload(scored + i) != 0.0f;
    // sum of ln(1 + e^-|x|) as the logarithm of a product of up to 64 factors, each at most 2.
    vf sum = {}, product = vsplat(1.0f);
    for (long r = 0; r < rows; r++) {
      vf v = vload(x + i + r * pitch), target = vload(t + i + r * pitch);
      vf e = vexp_negative(-vabs(v)), share = 1.0f / (1.0f + e);
      vf positive = vselect(v < 0.0f, vsplat(0.0f), v);
      sum += vfma(-target, v, positive);
      product = vfma(product, e, product);
      if (r % 64 == 63 || r == rows - 1) {
        sum += vlog(product);
        product = vsplat(1.0f);
      }
      vf y = vselect(v < 0.0f, e * share, share);
      vstore(d + i + r * pitch, vselect(counts, y - target, vsplat(0.0f)));
    }
    vstore(losses + i, vselect(counts, sum, vsplat(0.0f)));
  }
}

CK_BODY(sequence_squared)(float *losses, float *sizes, float *largest, float *d, const float *x, const float *t,
                          const float *scored, long rows, long pitch, bool squashed) {
  for (long i = 0; i < pitch; i += VF) {
    vi counts = vload(scored + i) != 0.0f;
    vf squares = {}, total = {}, most = {};
    for (long r = 0; r < rows; r++) {
      vf v = vload(x + i + r * pitch), y = squashed ? vsigmoid(v) : v;
      vf e = y - vload(t + i + r * pitch), size = vabs(e);
      squares = vfma(e, e, squares);
      total += size;
      most = vselect((size > most) | (size != size), size, most);
      vf slope = squashed ? e * vfma(-y, y, y) : e;
      vstore(d + i + r * pitch, vselect(counts, slope, vsplat(0.0f)));
    }
    vstore(losses + i, vselect(counts, 0.5f * squares, vsplat(0.0f)));
    vstore(sizes + i, vselect(counts, total, vsplat(0.0f)));
    vstore(largest + i, vselect(counts, most, vsplat(0.0f)));
  }
}
#pragma clang fp reassociate(on) contract(fast)
