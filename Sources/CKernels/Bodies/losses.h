// Softmax and losses. Included once for each variant by variants.h: see there for CK_BODY and vf.
// CK_EACH(batch, ...) takes VF examples at a time; an example's result never depends on its neighbours.
#pragma clang fp reassociate(off) contract(off)

// The largest of a column of x, and e^(x - largest) summed, for w examples from x + i on.
CK_INLINE void column_softmax(const float *x, long classes, long batch, long w, vf *largest, vf *sum) {
  vf most = vget(x, w);
  for (long c = 1; c < classes; c++) {
    vf v = vget(x + c * batch, w);
    most = vselect((v > most) | (v != v), v, most);
  }
  vf total = {};
  for (long c = 0; c < classes; c++) total += vexp_negative(vget(x + c * batch, w) - most);
  *largest = most;
  *sum = total;
}

// Adds the losses of w examples to *loss, one after the other.
CK_INLINE void add_losses(double *loss, vf losses, long w) {
  for (long j = 0; j < w; j++) *loss += (double)losses[j];
}

// Stores the predictions of w examples where wanted, and counts those that differ from the labels.
CK_INLINE void count_errors(int64_t *errors, int32_t *best, vi index, vi label, long w) {
  if (best) vput((float *)best, (vf)index, w);
  vi wrong = index != label;
  for (long j = 0; j < w; j++) *errors -= wrong[j];
}

CK_BODY(softmax)(float *p, const float *x, long classes, long batch) {
  CK_EACH(batch, {
    vf most, total = {};
    most = vget(x + i, w);
    for (long c = 1; c < classes; c++) {
      vf v = vget(x + i + c * batch, w);
      most = vselect((v > most) | (v != v), v, most);
    }
    for (long c = 0; c < classes; c++) {
      vf e = vexp_negative(vget(x + i + c * batch, w) - most);
      vput(p + i + c * batch, e, w);
      total += e;
    }
    vf factor = 1.0f / total;
    for (long c = 0; c < classes; c++) vput(p + i + c * batch, vget(p + i + c * batch, w) * factor, w);
  });
}

CK_BODY(log_softmax)(float *y, const float *x, long classes, long batch) {
  CK_EACH(batch, {
    vf most, sum;
    column_softmax(x + i, classes, batch, w, &most, &sum);
    vf shift = vlog(sum);
    for (long c = 0; c < classes; c++)
      vput(y + i + c * batch, (vget(x + i + c * batch, w) - most) - shift, w);
  });
}

CK_BODY(softmax_backward)(float *restrict d, const float *restrict p, long classes, long batch) {
  CK_EACH(batch, {
    vf total = {};
    for (long c = 0; c < classes; c++) total = vfma(vget(d + i + c * batch, w), vget(p + i + c * batch, w), total);
    for (long c = 0; c < classes; c++)
      vput(d + i + c * batch, vget(p + i + c * batch, w) * (vget(d + i + c * batch, w) - total), w);
  });
}

// The index of the largest (or least) of a column; NaN never replaces a number, a number replaces NaN.
CK_INLINE vi column_best(const float *x, long classes, long batch, long w, bool least, vf *value) {
  vf best = vget(x, w);
  vi index = {};
  for (long c = 1; c < classes; c++) {
    vf v = vget(x + c * batch, w);
    vi better = (least ? v < best : v > best) | ((best != best) & (v == v));
    best = vselect(better, v, best);
    index = (better & (int32_t)c) | (~better & index);
  }
  *value = best;
  return index;
}

CK_BODY(softmax_cross_entropy)(double *loss, int64_t *errors, int32_t *best, float *gradient, const float *x,
                               const int32_t *labels, long classes, long batch) {
  *loss = 0;
  *errors = 0;
  CK_EACH(batch, {
    vi label = vgeti(labels + i, w);
    vf most;
    vi index = column_best(x + i, classes, batch, w, false, &most);
    vf total = {};
    vf right = {};
    for (long c = 0; c < classes; c++) {
      vf v = vget(x + i + c * batch, w) - most;
      right = vselect(label == (int32_t)c, v, right);
      vf e = vexp_negative(v);
      total += e;
      if (gradient) vput(gradient + i + c * batch, e, w);
    }
    add_losses(loss, vlog(total) - right, w);
    count_errors(errors, best ? best + i : NULL, index, label, w);
    if (gradient) {
      vf factor = 1.0f / total;
      for (long c = 0; c < classes; c++) {
        vf one = vselect(label == (int32_t)c, vsplat(1.0f), vsplat(0.0f));
        vput(gradient + i + c * batch, vfma(vget(gradient + i + c * batch, w), factor, -one), w);
      }
    }
  });
}

CK_BODY(argmax)(int32_t *best, const float *x, long classes, long batch, bool least) {
  CK_EACH(batch, {
    vf value;
    vi index = least ? column_best(x + i, classes, batch, w, true, &value)
                     : column_best(x + i, classes, batch, w, false, &value);
    vput((float *)(best + i), (vf)index, w);
  });
}

CK_BODY(squared_error)(double *loss, float *d, const float *x, const float *t, long classes, long batch) {
  *loss = 0;
  CK_EACH(batch, {
    vf total = {};
    for (long c = 0; c < classes; c++) {
      vf e = vget(x + i + c * batch, w) - vget(t + i + c * batch, w);
      total = vfma(e, e, total);
      if (d) vput(d + i + c * batch, e, w);
    }
    add_losses(loss, total * 0.5f, w);
  });
}

CK_BODY(binary_cross_entropy)(double *loss, float *d, const float *x, const float *t, long classes, long batch) {
  *loss = 0;
  CK_EACH(batch, {
    vf total = {};
    for (long c = 0; c < classes; c++) {
      vf v = vget(x + i + c * batch, w);
      vf target = vget(t + i + c * batch, w);
      // With e = e^-|x|: ln(1 + e^x) = max(x, 0) + ln(1 + e), and the logistic of x is 1 / (1 + e) or e / (1 + e).
      vf e = vexp_negative(-vabs(v));
      vf positive = vselect(v < 0.0f, vsplat(0.0f), v);
      total += vfma(-target, v, positive + vlog1p_unit(e));
      if (d) {
        vf logistic = vselect(v < 0.0f, e, vsplat(1.0f)) / (1.0f + e);
        vput(d + i + c * batch, logistic - target, w);
      }
    }
    add_losses(loss, total, w);
  });
}

CK_BODY(rbf)(float *restrict y, const float *restrict x, const float *restrict centers, long units, long inputs,
             long batch) {
  CK_EACH(batch, {
    long u = 0;
    for (; u + 5 <= units; u += 5) {  // five units at a time share each x
      const float *m = centers + u * inputs;
      vf t0 = {}, t1 = {}, t2 = {}, t3 = {}, t4 = {};
      for (long j = 0; j < inputs; j++) {
        vf v = vget(x + i + j * batch, w);
        vf e0 = v - m[j], e1 = v - m[j + inputs], e2 = v - m[j + 2 * inputs];
        vf e3 = v - m[j + 3 * inputs], e4 = v - m[j + 4 * inputs];
        t0 = vfma(e0, e0, t0);
        t1 = vfma(e1, e1, t1);
        t2 = vfma(e2, e2, t2);
        t3 = vfma(e3, e3, t3);
        t4 = vfma(e4, e4, t4);
      }
      vput(y + i + u * batch, t0, w);
      vput(y + i + (u + 1) * batch, t1, w);
      vput(y + i + (u + 2) * batch, t2, w);
      vput(y + i + (u + 3) * batch, t3, w);
      vput(y + i + (u + 4) * batch, t4, w);
    }
    for (; u < units; u++) {
      vf total = {};
      for (long j = 0; j < inputs; j++) {
        vf e = vget(x + i + j * batch, w) - centers[u * inputs + j];
        total = vfma(e, e, total);
      }
      vput(y + i + u * batch, total, w);
    }
  });
}

CK_BODY(rbf_backward)(float *restrict dx, const float *restrict dy, const float *restrict x,
                      const float *restrict centers, long units, long inputs, long batch, bool accumulate) {
  CK_EACH(batch, {
    for (long j = 0; j < inputs; j++) {
      vf v = vget(x + i + j * batch, w);
      vf total = {};
      for (long u = 0; u < units; u++) total = vfma(vget(dy + i + u * batch, w), v - centers[u * inputs + j], total);
      total += total;
      vput(dx + i + j * batch, accumulate ? vget(dx + i + j * batch, w) + total : total, w);
    }
  });
}

CK_BODY(map_loss)(double *loss, int64_t *errors, int32_t *best, float *dy, const float *y, const int32_t *labels,
                  float margin, long classes, long batch) {
  *loss = 0;
  *errors = 0;
  CK_EACH(batch, {
    vi label = vgeti(labels + i, w);
    vf least;
    vi index = column_best(y + i, classes, batch, w, true, &least);
    vf shift = vselect(least > margin, vsplat(margin), least);  // the least of all exponents
    vf total = vexp_negative(shift - margin);
    vf right = {};
    for (long c = 0; c < classes; c++) {
      vf v = vget(y + i + c * batch, w);
      right = vselect(label == (int32_t)c, v, right);
      total += vexp_negative(shift - v);
    }
    add_losses(loss, right - shift + vlog(total), w);
    count_errors(errors, best ? best + i : NULL, index, label, w);
    if (dy) {
      vf factor = 1.0f / total;
      for (long c = 0; c < classes; c++) {
        vf p = vexp_negative(shift - vget(y + i + c * batch, w)) * factor;
        vf one = vselect(label == (int32_t)c, vsplat(1.0f), vsplat(0.0f));
        vput(dy + i + c * batch, one - p, w);
      }
    }
  });
}
#pragma clang fp reassociate(on) contract(fast)
