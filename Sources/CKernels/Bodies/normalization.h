// Moments of rows, normalisation by them, maxout. Included once for each variant by variants.h: see there for CK_BODY.
#include "../masks.h"

// Four sums run side by side, so that an addition does not wait for the one before it.
#define CK_ROW_SUM(total, n, term)                                                                    \
  do {                                                                                                \
    vf part0 = {}, part1 = {}, part2 = {}, part3 = {};                                                \
    long j = 0;                                                                                       \
    for (; j + 4 * VF <= (n); j += 4 * VF) {                                                          \
      part0 += term(j), part1 += term(j + VF), part2 += term(j + 2 * VF), part3 += term(j + 3 * VF);  \
    }                                                                                                 \
    for (; j + VF <= (n); j += VF) part0 += term(j);                                                  \
    total = vsum((part0 + part1) + (part2 + part3));                                                  \
    for (; j < (n); j++) total += term##_1(j);                                                        \
  } while (0)

CK_BODY(row_moments)(float *restrict mean, float *restrict variance, const float *restrict x, long rows,
                     long columns) {
  float share = 1.0f / (float)(columns > 0 ? columns : 1);
  for (long r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    float total, squares;
#define value(j) vload(row + (j))
#define value_1(j) row[j]
    CK_ROW_SUM(total, columns, value);
    float m = total * share;
#define square(j) ((vload(row + (j)) - m) * (vload(row + (j)) - m))
#define square_1(j) ((row[j] - m) * (row[j] - m))
    CK_ROW_SUM(squares, columns, square);
    mean[r] = m;
    variance[r] = squares * share;
#undef value
#undef value_1
#undef square
#undef square_1
  }
}

#pragma clang fp reassociate(off) contract(off)

CK_BODY(normalize_rows)(float *y, const float *x, const float *restrict mean, const float *restrict scale,
                        const float *restrict shift, long rows, long columns) {
  for (long r = 0; r < rows; r++) {
    vf m = vsplat(mean[r]), s = vsplat(scale[r]), t = vsplat(shift[r]);
    const float *row = x + r * columns;
    float *out = y + r * columns;
    CK_EACH(columns, vput(out + i, vfma(vget(row + i, w) - m, s, t), w););
  }
}

#pragma clang fp reassociate(on) contract(fast)

CK_BODY(normalize_rows_sums)(float *restrict sums, float *restrict products, const float *restrict d,
                             const float *restrict x, const float *restrict mean, const float *restrict inverse,
                             long rows, long columns) {
  for (long r = 0; r < rows; r++) {
    const float *row = x + r * columns, *slope = d + r * columns;
    float m = mean[r], total, product;
#define value(j) vload(slope + (j))
#define value_1(j) slope[j]
    CK_ROW_SUM(total, columns, value);
#define both(j) (vload(slope + (j)) * (vload(row + (j)) - m))
#define both_1(j) (slope[j] * (row[j] - m))
    CK_ROW_SUM(product, columns, both);
    sums[r] = total;
    products[r] = product * inverse[r];
#undef value
#undef value_1
#undef both
#undef both_1
  }
}

#pragma clang fp reassociate(off) contract(off)

CK_BODY(normalize_rows_backward)(float *dx, const float *d, const float *restrict x, const float *restrict mean,
                                 const float *restrict inverse, const float *restrict scale,
                                 const float *restrict sums, const float *restrict products, long rows,
                                 long columns) {
  for (long r = 0; r < rows; r++) {
    const float *row = x + r * columns, *slope = d + r * columns;
    float *out = dx + r * columns;
    vf m = vsplat(mean[r]), s = vsplat(scale[r]), a = vsplat(sums[r]), b = vsplat(inverse[r] * products[r]);
    CK_EACH(columns, vput(out + i, s * (vget(slope + i, w) - vfma(vget(row + i, w) - m, b, a)), w););
  }
}

CK_BODY(maxout)(float *restrict y, int32_t *restrict choice, const float *restrict z, const float *restrict bias,
                long units, long pieces, long batch) {
  for (long u = 0; u < units; u++) {
    const float *row = z + u * pieces * batch;
    CK_EACH(batch, {
      vf most = vget(row + i, w) + (bias ? bias[u * pieces] : 0.0f);
      vi best = {};
      for (long p = 1; p < pieces; p++) {
        vf v = vget(row + p * batch + i, w) + (bias ? bias[u * pieces + p] : 0.0f);
        vi higher = ~(v <= most);  // NaN wins, so that it is seen
        most = vselect(higher, v, most);
        best = (higher & vsplati((int32_t)p)) | (~higher & best);
      }
      vput(y + u * batch + i, most, w);
      vput((float *)choice + u * batch + i, (vf)best, w);
    });
  }
}

CK_BODY(maxout_backward)(float *restrict dz, const float *restrict dy, const int32_t *restrict choice, long units,
                         long pieces, long batch) {
  for (long u = 0; u < units; u++) {
    float *row = dz + u * pieces * batch;
    CK_EACH(batch, {
      vf d = vget(dy + u * batch + i, w);
      vi best = vgeti(choice + u * batch + i, w);
      for (long p = 0; p < pieces; p++)
        vput(row + p * batch + i, vselect(best == vsplati((int32_t)p), d, vsplat(0.0f)), w);
    });
  }
}
#pragma clang fp reassociate(on) contract(fast)
