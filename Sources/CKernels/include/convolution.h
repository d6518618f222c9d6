// The shape of a convolution, shared by the three convolution kernels and by the caller.
#ifndef CKERNELS_CONVOLUTION_H
#define CKERNELS_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Activations are [maps, height, width, batch], batch contiguous. Weights are one kernel_height x kernel_width block
// for each connection (output map, input map), ordered by output map, then by input map.
struct ck_convolution {
  long batch;
  long inputs, input_height, input_width;     // input maps and their size
  long outputs, output_height, output_width;  // output maps and their size
  long kernel_height, kernel_width;
  long stride_y, stride_x;
  long padding_y, padding_x;  // rows and columns of zeros before the first row and column (and after the last)
  // connections[output * inputs + input]: the number of the connection's block in the weights, -1 where there is
  // none. Null: every output map reads every input map.
  const int32_t *connections;
};

// No more blocks than these make up `maps` maps: blocks of at least six, and few smaller ones at the end.
static inline long ck_convolution_blocks(long maps) { return maps / 6 + 4; }

// Winograd's filtering: the kernel is 2x2 or 3x3 of the stride, so that each of stride_y * stride_x interleaved parts of
// the input («phases») meets the output in a filter of 2x2 or 3x3 taps of step one; and there are enough maps and examples.
#define CK_WINOGRAD_AREA 36
static inline bool ck_winograd_applies(const struct ck_convolution *g) {
  long taps = g->kernel_height / g->stride_y;
  return (taps == 2 || taps == 3) && g->kernel_height == taps * g->stride_y && g->kernel_width == taps * g->stride_x &&
         g->kernel_height * g->kernel_width <= CK_WINOGRAD_AREA && g->connections == NULL && g->inputs >= 16 && g->outputs >= 16 && g->batch >= 16;
}

// The products of an axis of so many outputs, as sums over tiles and over kinds of tiles: full ones of 4 points, and one of
// what is left.
static inline long ck_winograd_points(long outputs, long taps) {
  long full = outputs / (5 - taps), rest = outputs % (5 - taps);
  return 4 * full + (rest > 0 ? rest + taps - 1 : 0);
}
static inline long ck_winograd_kinds(long outputs, long taps) {
  long full = outputs / (5 - taps), rest = outputs % (5 - taps);
  return (full > 0 ? 4 : 0) + (rest > 0 ? rest + taps - 1 : 0);
}

// Floats between arrays that are written side by side: no two of them in the same set of a cache.
#define CK_WINOGRAD_GAP 80
// Examples that are worked on at a time.
#define CK_WINOGRAD_BATCH 32

// Input maps that the pass backward to weights works on at a time: all phases of them fill four wide vectors.
static inline long ck_winograd_maps(const struct ck_convolution *g) {
  long maps = 64 / (g->stride_y * g->stride_x);
  return maps < 1 ? 1 : maps < g->inputs ? maps : g->inputs;
}

// The rows of tiles whose gradients are worked on at a time, so that they take 8 MB where that is possible.
static inline long ck_winograd_rows(const struct ck_convolution *g) {
  long taps = g->kernel_height / g->stride_y, pitch = (g->batch + 15) / 16 * 16;
  long maps = g->outputs + g->stride_y * g->stride_x * ck_winograd_maps(g), most = 5 - taps;
  long tiles = (g->output_height + most - 1) / most;
  long rows = (1 << 21) / (4 * ck_winograd_points(g->output_width, taps) * (maps * pitch + 2 * CK_WINOGRAD_GAP));
  return rows < 1 ? 1 : rows < tiles ? rows : tiles;
}

static inline long ck_winograd_scratch(const struct ck_convolution *g) {
  long taps = g->kernel_height / g->stride_y, phases = g->stride_y * g->stride_x, pitch = (g->batch + 15) / 16 * 16;
  long kinds = ck_winograd_kinds(g->output_height, taps) * ck_winograd_kinds(g->output_width, taps);
  long points = 4 * ck_winograd_rows(g) * ck_winograd_points(g->output_width, taps);
  long part = 16 * ((phases * g->inputs + g->outputs) * CK_WINOGRAD_BATCH + 2 * CK_WINOGRAD_GAP);
  long data = kinds * phases * (g->inputs * g->outputs + CK_WINOGRAD_GAP) + part;
  long block = phases * ck_winograd_maps(g);
  long weights = points * ((g->outputs + block) * pitch + 2 * CK_WINOGRAD_GAP) +
                 kinds * (g->outputs * block + CK_WINOGRAD_GAP);
  return (data > weights ? data : weights) + 16;
}

// How many floats of scratch a convolution kernel needs: the weights in the order of use (with zeros where a
// connection is missing) and the maps that each block reads, or the sums of a block of gradients.
static inline long ck_convolution_scratch(const struct ck_convolution *g) {
  long winograd = ck_winograd_applies(g) ? ck_winograd_scratch(g) : 0;
  long forward = ck_convolution_blocks(g->outputs) * (g->inputs + 1);
  long backward = ck_convolution_blocks(g->inputs) * (g->outputs + 1);
  long area = g->kernel_height * g->kernel_width;
  long direct = (forward > backward ? forward : backward) + g->inputs * g->outputs * area + 96 * (area + 1);
  return winograd > direct ? winograd : direct;
}

#endif
