// The inner loops of Tenfold: plain C on raw float arrays, no allocation, no state, compiled once for each
// processor generation (see variants.h) and chosen at run time. The Swift face is the target Kernels.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The compiled variants, from the plainest to the widest.
enum ck_variant {
  CK_BASELINE = 0,  // what the compiler assumes by default: SSE2 on x86-64, NEON on arm64
  CK_AVX2 = 1,      // x86-64-v3: AVX2 and FMA
  CK_AVX512 = 2,    // x86-64-v4: AVX-512 F, BW, CD, DQ, VL
};

// The activations; in brackets the parameters.
enum ck_activation {
  CK_IDENTITY = 0,
  CK_RELU = 1,          // max(x, 0)
  CK_LEAKY_RELU = 2,    // x for x > 0, else a x
  CK_TANH = 3,
  CK_SCALED_TANH = 4,   // a tanh(s x)
  CK_SIGMOID = 5,       // 1 / (1 + e^-x)
  CK_HARD_SIGMOID = 6,  // x / 6 + 1/2, limited to 0..1
  CK_SOFTPLUS = 7,      // ln(1 + e^x)
  CK_ELU = 8,           // x for x > 0, else a (e^x - 1)
  CK_GELU = 9,          // x Phi(x), Phi the normal distribution function
  CK_SWISH = 10,        // x / (1 + e^-x)
};

// The widest variant that this processor can run.
int ck_best_variant(void);

// The variant in use on this thread: the best one, until ck_use_variant chose another.
int ck_variant_in_use(void);

// Chooses a variant for all later calls of this thread; false (and no change) where the processor cannot run it.
bool ck_use_variant(int variant);

// Every kernel NAME of kernels.def is callable as ck_NAME(arguments) in the variant in use.
#define CK_KERNEL(name, parameters, arguments) void ck_##name parameters;
#include "kernels.def"
#undef CK_KERNEL

#endif
