// Convolution backward to weights and bias: products of output gradients and inputs, summed over positions and batch.
//
// A strip is one kernel row (up to five taps) for a block of outputs: T*O sums, each a vector, held in registers while
// it runs over one row of the output and the batch; each step loads O gradient vectors and T input vectors. Between
// rows the sums of one input map rest in scratch; their elements are added once, at the end.
#include "../masks.h"

// Adds dy[o, j] * x[j + t*tap] to sum[t][o] for j of all columns. x and dy advance by their steps for each column of n
// elements.
CK_INLINE void gradient_run(float *restrict sums, const float *restrict dy, long dy_map, long dy_step,
                            const float *restrict x, long x_step, long tap, long columns, long n, const int T,
                            const int O) {
  vf sum[5][6];
#pragma clang loop unroll(full)
  for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
    for (int o = 0; o < O; o++) sum[t][o] = vload(sums + (t * O + o) * VF);
  for (long c = 0; c < columns; c++, dy += dy_step, x += x_step) {
    const float *d = dy, *p = x;
    long j = 0;
    for (; j + VF <= n; j += VF, d += VF, p += VF) {
      vf g[6];
#pragma clang loop unroll(full)
      for (int o = 0; o < O; o++) g[o] = vload(d + o * dy_map);
#pragma clang loop unroll(full)
      for (int t = 0; t < T; t++) {
        vf in = vload(p + t * tap);
#pragma clang loop unroll(full)
        for (int o = 0; o < O; o++) sum[t][o] += g[o] * in;
      }
    }
    if (j < n) {
      vm m = vmask(n - j);
      vf g[6];
#pragma clang loop unroll(full)
      for (int o = 0; o < O; o++) g[o] = vload_masked(d + o * dy_map, m);
#pragma clang loop unroll(full)
      for (int t = 0; t < T; t++) {
        vf in = vload_masked(p + t * tap, m);
#pragma clang loop unroll(full)
        for (int o = 0; o < O; o++) sum[t][o] += g[o] * in;
      }
    }
  }
#pragma clang loop unroll(full)
  for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
    for (int o = 0; o < O; o++) vstore(sums + (t * O + o) * VF, sum[t][o]);
}

typedef void gradient_strip(float *restrict sums, const float *restrict dy, long dy_map, long dy_step,
                            const float *restrict x, long x_step, long tap, long columns, long n);

// Every number of outputs with every number of taps that the border of the input may leave.
#define GRADIENT_STRIP(T, O)                                                                            \
  static void gradient_strip_##T##_##O(float *restrict sums, const float *restrict dy, long dy_map, long dy_step, \
                                       const float *restrict x, long x_step, long tap, long columns, long n) {   \
    gradient_run(sums, dy, dy_map, dy_step, x, x_step, tap, columns, n, T, O);                          \
  }
#define GRADIENT_STRIPS(O)                                                                              \
  GRADIENT_STRIP(1, O) GRADIENT_STRIP(2, O) GRADIENT_STRIP(3, O) GRADIENT_STRIP(4, O) GRADIENT_STRIP(5, O)
#define GRADIENT_ROW(O)                                                                                 \
  {gradient_strip_1_##O, gradient_strip_2_##O, gradient_strip_3_##O, gradient_strip_4_##O, gradient_strip_5_##O}
GRADIENT_STRIPS(1) GRADIENT_STRIPS(2) GRADIENT_STRIPS(3) GRADIENT_STRIPS(4) GRADIENT_STRIPS(6)

// The strips for a block of O outputs, by taps - 1.
CK_INLINE gradient_strip *const *gradient_strips(long O) {
  static gradient_strip *const strips[5][5] = {GRADIENT_ROW(1), GRADIENT_ROW(2), GRADIENT_ROW(3), GRADIENT_ROW(4),
                                               GRADIENT_ROW(6)};
  return strips[O == 6 ? 4 : O - 1];
}

// The most outputs whose sums for `taps` taps fit the registers, and the size of the next of `remaining` outputs'
// blocks.
CK_INLINE long gradient_outputs(long remaining, long taps) {
#if CK_REGISTERS >= 32
  static const int most[6] = {6, 6, 6, 6, 6, 4};
#else
  static const int most[6] = {6, 6, 4, 3, 2, 2};
#endif
  long blocks = (remaining + most[taps] - 1) / most[taps], wanted = (remaining + blocks - 1) / blocks;
  return wanted == 5 ? 3 : wanted;
}

CK_INLINE long long_min(long a, long b) { return a < b ? a : b; }
CK_INLINE long long_max(long a, long b) { return a > b ? a : b; }

// Adds one output row's share for the taps [k, k_end) of one kernel row. x is the input row, dy the output row, sums
// those of tap k.
static void gradient_row(const struct ck_convolution *g, gradient_strip *const *strips, long O, float *sums, long k,
                         long k_end, const float *dy, long dy_map, const float *x) {
  long stride = g->stride_x, batch = g->batch, columns = g->output_width;
  bool dense = stride == 1;
  for (long c = 0; c < columns;) {
    long column = c * stride - g->padding_x;  // of tap 0
    long t = long_max(k, -column), t_end = long_min(k_end, g->input_width - column), run = 1;
    if (t >= t_end) {
      c++;
      continue;
    }
    if (t == k && t_end == k_end) run = long_min(columns - c, (g->input_width - k_end - column) / stride + 1);
    strips[t_end - t - 1](sums + (t - k) * O * VF, dy + c * batch, dy_map, batch, x + (column + t) * batch,
                          stride * batch, batch, dense ? 1 : run, dense ? run * batch : batch);
    c += run;
  }
}

// Adds the elements of O rows of a gradient map to O sums.
static void gradient_bias(float *sums, const float *dy, long dy_map, long n, long O) {
  for (long o = 0; o < O; o++) {
    vf s0 = vload(sums + o * VF), s1 = {}, s2 = {}, s3 = {};
    const float *d = dy + o * dy_map;
    long j = 0;
    for (; j + 4 * VF <= n; j += 4 * VF) {
      s0 += vload(d + j);
      s1 += vload(d + j + VF);
      s2 += vload(d + j + 2 * VF);
      s3 += vload(d + j + 3 * VF);
    }
    for (; j < n; j += VF) s0 += vload_masked(d + j, vmask(n - j));
    vstore(sums + o * VF, (s0 + s1) + (s2 + s3));
  }
}

CK_BODY(convolution_backward_weights)(const struct ck_convolution *g, float *restrict dw, float *restrict dbias,
                                      const float *restrict dy, const float *restrict x, bool accumulate,
                                      float *restrict scratch) {
  long kh = g->kernel_height, kw = g->kernel_width, area = kh * kw, batch = g->batch;
  long x_row = g->input_width * batch, x_map = g->input_height * x_row;
  long dy_row = g->output_width * batch, dy_map = g->output_height * dy_row;
  long chunks = (kw + 4) / 5, chunk = (kw + chunks - 1) / chunks;
  float *bias_sums = scratch, *sums = scratch + 6 * VF;
  // A tile of input maps that fits half of the level 2 cache meets all outputs before the next one.
  long tile = long_max(1, (1 << 17) / x_map);
  for (long first = 0; first < g->inputs; first += tile) {
    for (long o = 0, O; o < g->outputs; o += O) {
      O = gradient_outputs(g->outputs - o, chunk);
      gradient_strip *const *strips = gradient_strips(O);
      bool bias = first == 0 && dbias;
      if (bias) memset(bias_sums, 0, (size_t)(O * VF) * sizeof(float));
      for (long i = first; i < long_min(first + tile, g->inputs); i++) {
        memset(sums, 0, (size_t)(area * O * VF) * sizeof(float));
        for (long oy = 0; oy < g->output_height; oy++) {
          const float *d = dy + o * dy_map + oy * dy_row;
          if (bias && i == 0) gradient_bias(bias_sums, d, dy_map, dy_row, O);
          for (long ky = 0; ky < kh; ky++) {
            long iy = oy * g->stride_y + ky - g->padding_y;
            if (iy < 0 || iy >= g->input_height) continue;
            for (long k = 0; k < kw; k += chunk)
              gradient_row(g, strips, O, sums + (ky * kw + k) * O * VF, k, long_min(kw, k + chunk), d, dy_map,
                           x + i * x_map + iy * x_row);
          }
        }
        for (long b = 0; b < O; b++) {
          long at = g->connections ? g->connections[(o + b) * g->inputs + i] : (o + b) * g->inputs + i;
          if (at < 0) continue;
          for (long k = 0; k < area; k++) {
            float s = vsum(vload(sums + (k * O + b) * VF));
            dw[at * area + k] = accumulate ? dw[at * area + k] + s : s;
          }
        }
      }
      for (long b = 0; bias && b < O; b++) {
        float s = vsum(vload(bias_sums + b * VF));
        dbias[o + b] = accumulate ? dbias[o + b] + s : s;
      }
    }
  }
}
