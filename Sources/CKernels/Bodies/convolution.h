// Convolution forward and backward to data, as correlations. Included once for each variant by variants.h.
#include "correlation.h"

// The number of the block of weights of a connection, or -1.
CK_INLINE long convolution_connection(const struct ck_convolution *g, long output, long input) {
  long at = output * g->inputs + input;
  return g->connections ? g->connections[at] : at;
}

#include "convolution_weights.h"

// Copies the weights of one block of `count` maps from map `first` on, in the order in which correlation_run reads
// them, and lists the maps that any of them reads. Tap (ty, tx) is the weight at (ky + ty*ky_step, kx + tx*kx_step).
// If `transposed`, the block's maps are input maps of the convolution and the maps read are output maps. Returns how
// many maps are read.
static long convolution_pack(const struct ck_convolution *g, const float *restrict weights, bool transposed, long first,
                             long count, long ky, long ky_step, long taps_y, long kx, long kx_step, long taps_x,
                             int32_t *restrict maps, float *restrict packed) {
  long area = g->kernel_height * g->kernel_width, read = 0, all = transposed ? g->outputs : g->inputs;
  for (long m = 0; m < all; m++) {
    bool any = false;
    for (long o = 0; o < count; o++) {
      long at = transposed ? convolution_connection(g, m, first + o) : convolution_connection(g, first + o, m);
      any |= at >= 0;
      float *p = packed + o;
      for (long ty = 0; ty < taps_y; ty++) {
        const float *w = weights + at * area + (ky + ty * ky_step) * g->kernel_width + kx;
        for (long tx = 0; tx < taps_x; tx++, p += count) *p = at < 0 ? 0 : w[tx * kx_step];
      }
    }
    if (!any) continue;
    maps[read++] = (int32_t)m;
    packed += taps_y * taps_x * count;
  }
  return read;
}

// Runs one correlation for all its output maps. The weights of all blocks are packed once; then some rows at a time
// are computed for all blocks, as many as leave their inputs in the level 2 cache.
static void convolution_correlate(const struct ck_convolution *g, const struct correlation *c,
                                  const float *restrict weights, const float *restrict bias, bool transposed, long ky,
                                  long ky_step, long kx, long kx_step, float *restrict scratch) {
  long outputs = transposed ? g->inputs : g->outputs, inputs = transposed ? g->outputs : g->inputs;
  long area = c->taps_y * c->taps_x, row = inputs * c->x_row * c->step_y;
  long rows = row > 0 && row * c->rows > 1 << 17 ? (1 << 17) / row : c->rows;
  if (rows < 1) rows = 1;
  float *packed = scratch + ck_convolution_blocks(outputs) * (inputs + 1);
  for (long first = 0; first < c->rows; first += rows) {
    long end = first + rows < c->rows ? first + rows : c->rows;
    int32_t *maps = (int32_t *)scratch;  // for each block how many maps it reads, and which
    float *w = packed;
    for (long o = 0; o < outputs; maps += inputs + 1) {
      struct correlation_kernel kernel = correlation_kernel(outputs - o);
      if (first == 0)
        maps[0] = (int32_t)convolution_pack(g, weights, transposed, o, kernel.outputs, ky, ky_step, c->taps_y, kx,
                                            kx_step, c->taps_x, maps + 1, w);
      correlation_block(c, &kernel, w, maps + 1, maps[0], bias ? bias + o : NULL, c->y + o * c->y_map, first, end);
      o += kernel.outputs;
      w += kernel.outputs * inputs * area;
    }
  }
}

CK_BODY(convolution_forward)(const struct ck_convolution *g, float *restrict y, const float *restrict x,
                             const float *restrict weights, const float *restrict bias, float *restrict scratch) {
  if (ck_winograd_applies(g)) return winograd_forward(g, y, x, weights, bias, scratch);
  struct correlation c = {
      .x = x, .x_map = g->input_height * g->input_width * g->batch, .x_row = g->input_width * g->batch,
      .height = g->input_height, .width = g->input_width,
      .step_y = g->stride_y, .step_x = g->stride_x, .y0 = -g->padding_y, .x0 = -g->padding_x,
      .y = y, .y_map = g->output_height * g->output_width * g->batch, .y_row = g->output_width * g->batch,
      .y_column = g->batch, .rows = g->output_height, .columns = g->output_width,
      .taps_y = g->kernel_height, .taps_x = g->kernel_width, .batch = g->batch, .accumulate = false};
  convolution_correlate(g, &c, weights, bias, false, 0, 1, 0, 1, scratch);
}

// One axis of the backward pass: the inputs at positions phase - padding + stride*t meet the taps phase + stride*m of
// the outputs t - m. With the taps in reverse order that is a correlation of step one.
struct convolution_phase {
  long taps, last_tap;  // how many taps, and the first to use (the last of the kernel)
  long first, count;    // the first input position, and how many, at distance `stride`
  long origin;          // the output position of the first tap
};

CK_INLINE struct convolution_phase convolution_phase(long phase, long kernel, long stride, long padding, long size) {
  struct convolution_phase p;
  p.taps = phase < kernel ? (kernel - phase + stride - 1) / stride : 0;
  p.last_tap = phase + (p.taps - 1) * stride;
  long t = padding > phase ? (padding - phase + stride - 1) / stride : 0;
  p.first = phase - padding + stride * t;
  p.count = p.first < size ? (size - p.first + stride - 1) / stride : 0;
  p.origin = t - (p.taps - 1);
  return p;
}

CK_BODY(convolution_backward_data)(const struct ck_convolution *g, float *restrict dx, const float *restrict dy,
                                   const float *restrict weights, bool accumulate, float *restrict scratch) {
  if (ck_winograd_applies(g)) return winograd_backward_data(g, dx, dy, weights, accumulate, scratch);
  long row = g->input_width * g->batch;
  for (long py = 0; py < g->stride_y; py++) {
    struct convolution_phase v = convolution_phase(py, g->kernel_height, g->stride_y, g->padding_y, g->input_height);
    for (long px = 0; px < g->stride_x; px++) {
      struct convolution_phase h = convolution_phase(px, g->kernel_width, g->stride_x, g->padding_x, g->input_width);
      if (v.count == 0 || h.count == 0) continue;
      struct correlation c = {
          .x = dy, .x_map = g->output_height * g->output_width * g->batch, .x_row = g->output_width * g->batch,
          .height = g->output_height, .width = g->output_width,
          .step_y = 1, .step_x = 1, .y0 = v.origin, .x0 = h.origin,
          .y = dx + v.first * row + h.first * g->batch, .y_map = g->input_height * row, .y_row = g->stride_y * row,
          .y_column = g->stride_x * g->batch, .rows = v.count, .columns = h.count,
          .taps_y = v.taps, .taps_x = h.taps, .batch = g->batch, .accumulate = accumulate};
      convolution_correlate(g, &c, weights, NULL, true, v.last_tap, -g->stride_y, h.last_tap, -g->stride_x, scratch);
    }
  }
}
