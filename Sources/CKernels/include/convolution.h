// The shape of a convolution, shared by the three convolution kernels and by the caller.
#ifndef CKERNELS_CONVOLUTION_H
#define CKERNELS_CONVOLUTION_H

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

// How many floats of scratch a convolution kernel needs: the weights in the order of use (with zeros where a
// connection is missing) and the maps that each block reads, or the sums of a block of gradients.
static inline long ck_convolution_scratch(const struct ck_convolution *g) {
  long forward = ck_convolution_blocks(g->outputs) * (g->inputs + 1);
  long backward = ck_convolution_blocks(g->inputs) * (g->outputs + 1);
  long area = g->kernel_height * g->kernel_width;
  return (forward > backward ? forward : backward) + g->inputs * g->outputs * area + 96 * (area + 1);
}

#endif
