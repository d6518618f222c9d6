// Convolution backward to weights and bias: products of output gradients and inputs, summed over positions and batch.
//
// A strip is one kernel row (up to five taps) for a block of outputs: T*O sums, each a vector, held in registers while
// it runs over some rows of the output and the batch; each step loads O gradient vectors and T input vectors. Between
// strips the sums of one input map rest in scratch; their elements are added once, at the end.
#include "../masks.h"

// What a strip runs over: `rows` rows of `columns` columns of `n` elements each, and the distances between them.
struct gradient_span {
  const float *dy, *x;  // the first gradient of the first output; the input that meets it at the first tap
  long dy_map, tap;     // from output to output, from tap to tap
  long rows, dy_row, x_row;
  long columns, dy_column, x_column;
  long n;
  const vm *taps;       // for n <= VF elements in one column: those that exist for each tap
};

CK_INLINE void gradient_step(vf sum[5][6], const struct gradient_span *s, const float *dy, const float *x, vm m,
                             const int T, const int O, const bool masked, const bool edge) {
  vf g[6];
#pragma clang loop unroll(full)
  for (int o = 0; o < O; o++) g[o] = masked ? vload_masked(dy + o * s->dy_map, m) : vload(dy + o * s->dy_map);
#pragma clang loop unroll(full)
  for (int t = 0; t < T; t++) {
    const float *p = x + t * s->tap;
    vf in = edge ? vload_masked(p, s->taps[t]) : masked ? vload_masked(p, m) : vload(p);
#pragma clang loop unroll(full)
    for (int o = 0; o < O; o++) sum[t][o] += g[o] * in;
  }
}

// Adds dy[o, j] * x[j + t*tap] to sums[t][o] for all j of the span. T, O and edge are constants after inlining.
CK_INLINE void gradient_run(float *restrict sums, const struct gradient_span *s, const int T, const int O,
                            const bool edge) {
  vf sum[5][6];
#pragma clang loop unroll(full)
  for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
    for (int o = 0; o < O; o++) sum[t][o] = vload(sums + (t * O + o) * VF);
  for (long r = 0; r < s->rows; r++) {
    if (edge) {
      gradient_step(sum, s, s->dy + r * s->dy_row, s->x + r * s->x_row, vmask(s->n), T, O, true, true);
      continue;
    }
    for (long c = 0; c < s->columns; c++) {
      const float *dy = s->dy + r * s->dy_row + c * s->dy_column, *x = s->x + r * s->x_row + c * s->x_column;
      long j = s->n;
      for (; j >= VF; j -= VF, dy += VF, x += VF) gradient_step(sum, s, dy, x, vmask(VF), T, O, false, false);
      if (j > 0) gradient_step(sum, s, dy, x, vmask(j), T, O, true, false);
    }
  }
#pragma clang loop unroll(full)
  for (int t = 0; t < T; t++)
#pragma clang loop unroll(full)
    for (int o = 0; o < O; o++) vstore(sums + (t * O + o) * VF, sum[t][o]);
}

typedef void gradient_strip(float *restrict sums, const struct gradient_span *span);

// Every number of outputs with every number of taps that the border of the input may leave.
#define GRADIENT_STRIP(T, O)                                                                            \
  static void gradient_strip_##T##_##O(float *restrict sums, const struct gradient_span *s) {           \
    if (s->taps)                                                                                        \
      gradient_run(sums, s, T, O, true);                                                                \
    else                                                                                                \
      gradient_run(sums, s, T, O, false);                                                               \
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

// The size of the next of `remaining` outputs' blocks: as many as have their sums for `taps` taps in registers.
CK_INLINE long gradient_outputs(long remaining, long taps) {
#if CK_REGISTERS >= 32
  static const int most[6] = {6, 6, 6, 6, 6, 4};
#else
  static const int most[6] = {6, 6, 4, 3, 2, 2};
#endif
  long blocks = (remaining + most[taps] - 1) / most[taps], wanted = (remaining + blocks - 1) / blocks;
  return wanted == 5 ? 3 : wanted;
}

// Adds the share of the rows of `s` for the taps [k, k_end) of one kernel row. s->x is the first element of the input
// row, s->dy of the output row; sums are those of tap k.
static void gradient_row(const struct ck_convolution *g, gradient_strip *const *strips, long O, float *sums, long k,
                         long k_end, struct gradient_span s) {
  long stride = g->stride_x, batch = g->batch, columns = g->output_width;
  const float *dy = s.dy, *x = s.x;
  s.tap = batch;
  s.dy_column = batch;
  s.x_column = stride * batch;
  bool borders = g->padding_x > k || (columns - 1) * stride + k_end - g->padding_x > g->input_width;
  if (borders && stride == 1 && batch < VF) {
    // The whole row at once, with a mask for each tap.
    vm taps[5];
    s.taps = taps;
    for (long j = 0; j < columns * batch; j += VF) {
      s.n = columns * batch - j;
      s.dy = dy + j;
      s.x = x + j + (k - g->padding_x) * batch;
      for (long t = k; t < k_end; t++) {
        long at = j + (t - g->padding_x) * batch, behind = long_min(s.n, g->input_width * batch - at);
        taps[t - k] = vmask(behind) & ~vmask(-at);
      }
      strips[k_end - k - 1](sums, &s);
    }
    return;
  }
  for (long c = 0, run; c < columns; c += run) {
    long column = c * stride - g->padding_x;  // of tap 0
    long t = long_max(k, -column), t_end = long_min(k_end, g->input_width - column);
    run = 1;
    if (t >= t_end) continue;
    if (t == k && t_end == k_end) run = long_min(columns - c, (g->input_width - k_end - column) / stride + 1);
    s.dy = dy + c * batch;
    s.x = x + (column + t) * batch;
    s.columns = stride == 1 ? 1 : run;
    s.n = stride == 1 ? run * batch : batch;
    strips[t_end - t - 1](sums + (t - k) * O * VF, &s);
  }
}

// Adds the elements of O gradient maps, n of each from dy on, to O sums.
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

// Adds all products of one input map and O output maps to sums[ky][kx][o]; and, where bias_sums is not null, the
// gradients themselves to it.
static void gradient_map(const struct ck_convolution *g, gradient_strip *const *strips, long O, long chunk,
                         float *sums, float *bias_sums, const float *dy, const float *x) {
  long x_row = g->input_width * g->batch, dy_row = g->output_width * g->batch, dy_map = g->output_height * dy_row;
  // As many rows at once as leave the gradients in half of a small level 2 cache for all kernel rows.
  long group = long_max(1, (1 << 15) / (O * dy_row));
  for (long first = 0; first < g->output_height; first += group) {
    long end = long_min(first + group, g->output_height);
    if (bias_sums) gradient_bias(bias_sums, dy + first * dy_row, dy_map, (end - first) * dy_row, O);
    for (long ky = 0; ky < g->kernel_height; ky++) {
      long above = g->padding_y - ky, below = g->input_height + above;  // rows [above, below) / stride are inside
      long oy = long_max(first, above > 0 ? (above + g->stride_y - 1) / g->stride_y : 0);
      long oy_end = long_min(end, below > 0 ? (below - 1) / g->stride_y + 1 : 0);
      if (oy >= oy_end) continue;
      struct gradient_span s = {.dy = dy + oy * dy_row, .x = x + (oy * g->stride_y - above) * x_row,
                                .dy_map = dy_map, .rows = oy_end - oy, .dy_row = dy_row, .x_row = g->stride_y * x_row};
      for (long k = 0; k < g->kernel_width; k += chunk)
        gradient_row(g, strips, O, sums + (ky * g->kernel_width + k) * O * VF, k,
                     long_min(g->kernel_width, k + chunk), s);
    }
  }
}

CK_BODY(convolution_backward_weights)(const struct ck_convolution *g, float *restrict dw, float *restrict dbias,
                                      const float *restrict dy, const float *restrict x, bool accumulate,
                                      float *restrict scratch) {
  if (ck_winograd_applies(g)) {
    winograd_backward_weights(g, dw, dy, x, accumulate, scratch);
    if (dbias) CK_PASTE(ck_row_sums, CK_SUFFIX)(dbias, dy, g->outputs, g->output_height * g->output_width * g->batch, accumulate);
    return;
  }
  long area = g->kernel_height * g->kernel_width;
  long x_map = g->input_height * g->input_width * g->batch, dy_map = g->output_height * g->output_width * g->batch;
  long chunks = (g->kernel_width + 4) / 5, chunk = (g->kernel_width + chunks - 1) / chunks;
  float *bias_sums = scratch, *sums = scratch + 6 * VF;
  // A tile of input maps that fits half of the level 2 cache meets all outputs before the next one.
  long tile = long_max(1, (1 << 17) / x_map);
  for (long first = 0; first < g->inputs; first += tile) {
    for (long o = 0, O; o < g->outputs; o += O) {
      O = gradient_outputs(g->outputs - o, chunk);
      bool bias = first == 0 && dbias;
      if (bias) memset(bias_sums, 0, (size_t)(O * VF) * sizeof(float));
      for (long i = first; i < long_min(first + tile, g->inputs); i++) {
        memset(sums, 0, (size_t)(area * O * VF) * sizeof(float));
        gradient_map(g, gradient_strips(O), O, chunk, sums, bias && i == 0 ? bias_sums : NULL, dy + o * dy_map,
                     x + i * x_map);
        for (long b = 0; b < O; b++) {
          long at = convolution_connection(g, o + b, i);
          for (long k = 0; at >= 0 && k < area; k++) {
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
