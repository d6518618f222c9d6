// Pooling and subsampling. Included once for each variant by variants.h: see there for CK_BODY and vf. The loops over
// the batch are plain; the compiler vectorises them.
#include "../masks.h"

// The sum of one window for the elements of `m` from x on.
CK_INLINE vf pool_window_sum(const struct ck_pooling *g, const float *x, vm m, bool whole) {
  vf sum = {};
  for (long ky = 0; ky < g->kernel_height; ky++)
    for (long kx = 0; kx < g->kernel_width; kx++) {
      const float *p = x + (ky * g->input_width + kx) * g->batch;
      sum += whole ? vload(p) : vload_masked(p, m);
    }
  return sum;
}

// The first element of the window of output (oy, ox) of a map.
CK_INLINE const float *pool_window(const struct ck_pooling *g, const float *x, long map, long oy, long ox) {
  return x + ((map * g->input_height + oy * g->stride_y) * g->input_width + ox * g->stride_x) * g->batch;
}

// The windows [*first, *end) along one axis that hold the input at `position`.
CK_INLINE void pool_windows(long position, long kernel, long stride, long outputs, long *first, long *end) {
  *first = position < kernel ? 0 : (position - kernel) / stride + 1;
  *end = position / stride + 1 < outputs ? position / stride + 1 : outputs;
}

CK_BODY(pool_sum_forward)(const struct ck_pooling *g, float *restrict y, const float *restrict x,
                          const float *restrict coefficient, const float *restrict bias, float scale) {
  for (long c = 0; c < g->maps; c++) {
    vf factor = vsplat(coefficient ? coefficient[c] * scale : scale), shift = vsplat(bias ? bias[c] : 0);
    for (long oy = 0; oy < g->output_height; oy++)
      for (long ox = 0; ox < g->output_width; ox++, y += g->batch) {
        const float *window = pool_window(g, x, c, oy, ox);
        long b = 0;
        for (; b + VF <= g->batch; b += VF)
          vstore(y + b, factor * pool_window_sum(g, window + b, vmask(VF), true) + shift);
        if (b == g->batch) continue;
        vm m = vmask(g->batch - b);
        vstore_masked(y + b, m, factor * pool_window_sum(g, window + b, m, false) + shift);
      }
  }
}

CK_BODY(pool_sum_backward_data)(const struct ck_pooling *g, float *restrict dx, const float *restrict dy,
                                const float *restrict coefficient, float scale, bool accumulate) {
  long area = g->output_height * g->output_width * g->batch;
  for (long c = 0; c < g->maps; c++, dy += area) {
    float factor = coefficient ? coefficient[c] * scale : scale;
    for (long iy = 0; iy < g->input_height; iy++)
      for (long ix = 0; ix < g->input_width; ix++, dx += g->batch) {
        long y, y_end, left, right;
        pool_windows(iy, g->kernel_height, g->stride_y, g->output_height, &y, &y_end);
        pool_windows(ix, g->kernel_width, g->stride_x, g->output_width, &left, &right);
        for (long b = 0; b < g->batch; b += VF) {
          vm m = vmask(g->batch - b);
          vf sum = {};
          for (long oy = y; oy < y_end; oy++)
            for (long ox = left; ox < right; ox++)
              sum += vload_masked(dy + (oy * g->output_width + ox) * g->batch + b, m);
          sum *= factor;
          if (accumulate) sum += vload_masked(dx + b, m);
          vstore_masked(dx + b, m, sum);
        }
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
        const float *window = pool_window(g, x, c, oy, ox);
        for (long b = 0; b < g->batch; b += VF) {
          vm m = vmask(g->batch - b);
          vf d = vload_masked(dy + b, m);
          products += d * pool_window_sum(g, window + b, m, false);
          sum += d;
        }
      }
    float dc = vsum(products) * scale, db = vsum(sum);
    dcoefficient[c] = accumulate ? dcoefficient[c] + dc : dc;
    dbias[c] = accumulate ? dbias[c] + db : db;
  }
}

CK_BODY(pool_max_forward)(const struct ck_pooling *g, float *restrict y, uint8_t *restrict chosen,
                          const float *restrict x) {
  long batch = g->batch;
  for (long c = 0; c < g->maps; c++)
    for (long oy = 0; oy < g->output_height; oy++)
      for (long ox = 0; ox < g->output_width; ox++, y += batch, chosen += batch) {
        const float *window = pool_window(g, x, c, oy, ox);
        memcpy(y, window, (size_t)batch * sizeof(float));
        memset(chosen, 0, (size_t)batch);
        for (long k = 1; k < g->kernel_height * g->kernel_width; k++) {
          const float *p = window + (k / g->kernel_width * g->input_width + k % g->kernel_width) * batch;
          for (long b = 0; b < batch; b++) {
            bool larger = p[b] > y[b] || p[b] != p[b];
            y[b] = larger ? p[b] : y[b];
            chosen[b] = larger ? (uint8_t)k : chosen[b];
          }
        }
      }
}

CK_BODY(pool_max_backward)(const struct ck_pooling *g, float *restrict dx, const float *restrict dy,
                           const uint8_t *restrict chosen, bool accumulate) {
  long batch = g->batch;
  for (long c = 0; c < g->maps; c++)
    for (long iy = 0; iy < g->input_height; iy++)
      for (long ix = 0; ix < g->input_width; ix++, dx += batch) {
        long y, y_end, left, right;
        pool_windows(iy, g->kernel_height, g->stride_y, g->output_height, &y, &y_end);
        pool_windows(ix, g->kernel_width, g->stride_x, g->output_width, &left, &right);
        if (!accumulate) memset(dx, 0, (size_t)batch * sizeof(float));
        for (long oy = y; oy < y_end; oy++)
          for (long ox = left; ox < right; ox++) {
            long at = ((c * g->output_height + oy) * g->output_width + ox) * batch;
            uint8_t k = (uint8_t)((iy - oy * g->stride_y) * g->kernel_width + ix - ox * g->stride_x);
            const float *d = dy + at;
            const uint8_t *mark = chosen + at;
            for (long b = 0; b < batch; b++) dx[b] += mark[b] == k ? d[b] : 0;
          }
      }
}
