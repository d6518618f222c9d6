// Pooling and subsampling. Included once for each variant by variants.h: see there for CK_BODY and vf.
//
// Each kernel walks over output positions, and at each over the batch, a vector at a time. The backward passes write
// whole windows where windows do not overlap, and gather for each input otherwise.
#include "../masks.h"

typedef uint8_t vb __attribute__((vector_size(CK_VECTOR_BYTES / 4), aligned(1)));

CK_INLINE vf pool_select(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }

// One vector's worth of `n` elements of a batch: all VF of them if `whole`, a constant after inlining.
CK_INLINE vf pool_load(const float *p, long n, bool whole) { return whole ? vload(p) : vload_masked(p, vmask(n)); }
CK_INLINE void pool_store(float *p, long n, bool whole, vf x) {
  if (whole)
    vstore(p, x);
  else
    vstore_masked(p, vmask(n), x);
}
CK_INLINE vi pool_load_bytes(const uint8_t *p, long n, bool whole) {
  vb x = {};
  if (whole)
    memcpy(&x, p, sizeof x);
  else
    for (long i = 0; i < n; i++) x[i] = p[i];
  return __builtin_convertvector(x, vi);
}
CK_INLINE void pool_store_bytes(uint8_t *p, long n, bool whole, vi x) {
  vb bytes = __builtin_convertvector(x, vb);
  if (whole)
    memcpy(p, &bytes, sizeof bytes);
  else
    for (long i = 0; i < n; i++) p[i] = bytes[i];
}

// Runs a statement for each vector of the batch, from element b on, with n elements.
#define POOL_EACH(batch, statement)                                                                     \
  do {                                                                                                  \
    long b = 0, n = VF;                                                                                 \
    for (; b + VF <= (batch); b += VF) {                                                                \
      const bool whole = true;                                                                          \
      statement;                                                                                        \
    }                                                                                                   \
    if (b < (batch)) {                                                                                  \
      const bool whole = false;                                                                         \
      n = (batch) - b;                                                                                  \
      statement;                                                                                        \
    }                                                                                                   \
  } while (0)

// The first element of the window of output (oy, ox) of a map.
CK_INLINE long pool_window(const struct ck_pooling *g, long map, long oy, long ox) {
  return ((map * g->input_height + oy * g->stride_y) * g->input_width + ox * g->stride_x) * g->batch;
}

CK_INLINE bool pool_is_two_by_two(const struct ck_pooling *g) {
  return g->kernel_height == 2 && g->kernel_width == 2;
}

CK_INLINE vf pool_window_sum(const struct ck_pooling *g, const float *x, long n, bool whole) {
  if (pool_is_two_by_two(g)) {
    const float *below = x + g->input_width * g->batch;
    return (pool_load(x, n, whole) + pool_load(x + g->batch, n, whole)) +
           (pool_load(below, n, whole) + pool_load(below + g->batch, n, whole));
  }
  vf sum = {};
  for (long ky = 0; ky < g->kernel_height; ky++, x += g->input_width * g->batch)
    for (long kx = 0; kx < g->kernel_width; kx++) sum += pool_load(x + kx * g->batch, n, whole);
  return sum;
}

CK_BODY(pool_sum_forward)(const struct ck_pooling *g, float *restrict y, const float *restrict x,
                          const float *restrict coefficient, const float *restrict bias, float scale) {
  for (long c = 0; c < g->maps; c++) {
    vf factor = vsplat(coefficient ? coefficient[c] * scale : scale), shift = vsplat(bias ? bias[c] : 0);
    for (long oy = 0; oy < g->output_height; oy++)
      for (long ox = 0; ox < g->output_width; ox++, y += g->batch) {
        const float *window = x + pool_window(g, c, oy, ox);
        POOL_EACH(g->batch,
                  pool_store(y + b, n, whole, factor * pool_window_sum(g, window + b, n, whole) + shift));
      }
  }
}

CK_BODY(pool_sum_backward_parameters)(const struct ck_pooling *g, float *restrict dcoefficient, float *restrict dbias,
                                      const float *restrict dy, const float *restrict x, float scale,
                                      bool accumulate) {
  for (long c = 0; c < g->maps; c++) {
    vf products = {}, sum = {};
    for (long oy = 0; oy < g->output_height; oy++)
      for (long ox = 0; ox < g->output_width; ox++, dy += g->batch) {
        const float *window = x + pool_window(g, c, oy, ox);
        POOL_EACH(g->batch, vf d = pool_load(dy + b, n, whole);
                  products += d * pool_window_sum(g, window + b, n, whole); sum += d);
      }
    float dc = vsum(products) * scale, db = vsum(sum);
    dcoefficient[c] = accumulate ? dcoefficient[c] + dc : dc;
    dbias[c] = accumulate ? dbias[c] + db : db;
  }
}

// The maximum of one window of `height` x `width`; NaN counts as larger than any number before it.
CK_INLINE void pool_maximum_of(const struct ck_pooling *g, float *y, uint8_t *chosen, const float *window, long n,
                               bool whole, long height, long width) {
  vf best = pool_load(window, n, whole);
  vi which = {}, k = {};
  for (long ky = 0; ky < height; ky++, window += g->input_width * g->batch)
    for (long kx = 0; kx < width; kx++, k += 1) {
      vf x = pool_load(window + kx * g->batch, n, whole);
      vi larger = (x > best) | ((x != x) & (best == best));
      best = pool_select(larger, x, best);
      which = (larger & k) | (~larger & which);
    }
  pool_store(y, n, whole, best);
  pool_store_bytes(chosen, n, whole, which);
}

CK_INLINE void pool_maximum(const struct ck_pooling *g, float *y, uint8_t *chosen, const float *window, long n,
                            bool whole) {
  if (pool_is_two_by_two(g))
    pool_maximum_of(g, y, chosen, window, n, whole, 2, 2);
  else
    pool_maximum_of(g, y, chosen, window, n, whole, g->kernel_height, g->kernel_width);
}

CK_BODY(pool_max_forward)(const struct ck_pooling *g, float *restrict y, uint8_t *restrict chosen,
                          const float *restrict x) {
  for (long c = 0; c < g->maps; c++)
    for (long oy = 0; oy < g->output_height; oy++)
      for (long ox = 0; ox < g->output_width; ox++, y += g->batch, chosen += g->batch) {
        const float *window = x + pool_window(g, c, oy, ox);
        POOL_EACH(g->batch, pool_maximum(g, y + b, chosen + b, window + b, n, whole));
      }
}

// What output `at` hands back to the element k of its window: the gradient times the factor, or, where there is a
// choice, the gradient if k was chosen.
CK_INLINE vf pool_share(const float *dy, const uint8_t *chosen, vf factor, long k, long n, bool whole) {
  vf d = pool_load(dy, n, whole);
  if (!chosen) return d * factor;
  return pool_select(pool_load_bytes(chosen, n, whole) == (vi){} + (int32_t)k, d, (vf){});
}

CK_INLINE void pool_add(float *dx, vf share, long n, bool whole, bool accumulate) {
  pool_store(dx, n, whole, accumulate ? pool_load(dx, n, whole) + share : share);
}

// Backward where no windows overlap: each window is written at once. Inputs between windows are zeroed before.
CK_INLINE void pool_scatter(const struct ck_pooling *g, float *dx, const float *dy, const uint8_t *chosen, vf factor,
                            long map, bool accumulate) {
  bool gaps = g->output_height * g->kernel_height < g->input_height ||
              g->output_width * g->kernel_width < g->input_width;
  long area = g->input_height * g->input_width * g->batch;
  if (gaps && !accumulate) memset(dx + map * area, 0, (size_t)area * sizeof(float));
  long at = map * g->output_height * g->output_width * g->batch;
  for (long oy = 0; oy < g->output_height; oy++)
    for (long ox = 0; ox < g->output_width; ox++, at += g->batch) {
      long window = pool_window(g, map, oy, ox), k = 0;
      for (long ky = 0; ky < g->kernel_height; ky++, window += g->input_width * g->batch)
        for (long kx = 0; kx < g->kernel_width; kx++, k++) {
          float *p = dx + window + kx * g->batch;
          POOL_EACH(g->batch, pool_add(p + b, pool_share(dy + at + b, chosen ? chosen + at + b : NULL, factor, k, n, whole),
                                       n, whole, accumulate));
        }
    }
}

// The windows [*first, *end) along one axis that hold the input at `position`.
CK_INLINE void pool_windows(long position, long kernel, long stride, long outputs, long *first, long *end) {
  *first = position < kernel ? 0 : (position - kernel) / stride + 1;
  *end = position / stride + 1 < outputs ? position / stride + 1 : outputs;
}

// Backward where windows overlap: each input sums over the windows that hold it.
CK_INLINE void pool_gather(const struct ck_pooling *g, float *dx, const float *dy, const uint8_t *chosen, vf factor,
                           long map, bool accumulate) {
  dx += map * g->input_height * g->input_width * g->batch;
  for (long iy = 0; iy < g->input_height; iy++) {
    long top, bottom;
    pool_windows(iy, g->kernel_height, g->stride_y, g->output_height, &top, &bottom);
    for (long ix = 0; ix < g->input_width; ix++, dx += g->batch) {
      long left, right;
      pool_windows(ix, g->kernel_width, g->stride_x, g->output_width, &left, &right);
      POOL_EACH(g->batch, vf sum = {};
                for (long oy = top; oy < bottom; oy++) for (long ox = left; ox < right; ox++) {
                  long at = ((map * g->output_height + oy) * g->output_width + ox) * g->batch + b;
                  long k = (iy - oy * g->stride_y) * g->kernel_width + ix - ox * g->stride_x;
                  sum += pool_share(dy + at, chosen ? chosen + at : NULL, factor, k, n, whole);
                } pool_add(dx + b, sum, n, whole, accumulate));
    }
  }
}

CK_INLINE bool pool_overlaps(const struct ck_pooling *g) {
  return g->kernel_height > g->stride_y || g->kernel_width > g->stride_x;
}

CK_BODY(pool_sum_backward_data)(const struct ck_pooling *g, float *restrict dx, const float *restrict dy,
                                const float *restrict coefficient, float scale, bool accumulate) {
  for (long c = 0; c < g->maps; c++) {
    vf factor = vsplat(coefficient ? coefficient[c] * scale : scale);
    if (pool_overlaps(g))
      pool_gather(g, dx, dy, NULL, factor, c, accumulate);
    else
      pool_scatter(g, dx, dy, NULL, factor, c, accumulate);
  }
}

CK_BODY(pool_max_backward)(const struct ck_pooling *g, float *restrict dx, const float *restrict dy,
                           const uint8_t *restrict chosen, bool accumulate) {
  for (long c = 0; c < g->maps; c++) {
    if (pool_overlaps(g))
      pool_gather(g, dx, dy, chosen, (vf){}, c, accumulate);
    else
      pool_scatter(g, dx, dy, chosen, (vf){}, c, accumulate);
  }
}
