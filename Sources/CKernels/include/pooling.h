// The shape of a pooling layer, shared by the pooling kernels and by the caller.
#ifndef CKERNELS_POOLING_H
#define CKERNELS_POOLING_H

// Activations are [maps, height, width, batch], batch contiguous. Windows lie inside of the input; they may overlap
// or leave inputs out.
struct ck_pooling {
  long batch, maps;
  long input_height, input_width;
  long output_height, output_width;
  long kernel_height, kernel_width;
  long stride_y, stride_x;
};

#endif
