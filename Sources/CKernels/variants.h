// Included once by each variant_*.c, which first defines
//   CK_SUFFIX        the suffix of this variant's functions
//   CK_VECTOR_BYTES  the width of its vector registers
//   CK_REGISTERS     how many vector registers a kernel may count on
// and pushes the target attribute. Bodies are written against these names and know nothing else of the processor:
//   CK_BODY(name)    defines the kernel `name` of kernels.def in this variant
//   vf, vi, vu       a vector of float, int32_t, uint32_t (unaligned); VF = elements in it
// Sums may be reassociated and products contracted: a variant's result is a fixed function of its input, but two
// variants may differ in the last bits.
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma clang fp reassociate(on) contract(fast)

typedef float vf __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef int32_t vi __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef uint32_t vu __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
#define VF ((long)(CK_VECTOR_BYTES / 4))
#define CK_INLINE static inline __attribute__((always_inline))
#define CK_PASTE_(a, b) a##b
#define CK_PASTE(a, b) CK_PASTE_(a, b)
#define CK_BODY(name) void CK_PASTE(CK_PASTE(ck_, name), CK_SUFFIX)

CK_INLINE vf vload(const float *p) { return *(const vf *)p; }
CK_INLINE void vstore(float *p, vf x) { *(vf *)p = x; }
CK_INLINE vf vsplat(float x) { return (vf){} + x; }

#define CK_KERNEL(name, parameters, arguments) CK_BODY(name) parameters;
#include "kernels.def"
#undef CK_KERNEL

#include "Bodies/elementwise.h"
#include "Bodies/convolution.h"
#include "Bodies/pooling.h"
#include "Bodies/losses.h"
#include "Bodies/random.h"
#include "Bodies/optimizers.h"
#include "Bodies/layout.h"
