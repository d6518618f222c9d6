// Included once by each variant_*.c, which first defines
//   CK_SUFFIX        the suffix of this variant's functions
//   CK_VECTOR_BYTES  the width of its vector registers
//   CK_REGISTERS     how many vector registers a kernel may count on
// and pushes the target attribute. Bodies are written against these names and know nothing else of the processor:
//   CK_BODY(name)    defines the kernel `name` of kernels.def in this variant
//   vf, vi, vu, vu64 a vector of float, int32_t, uint32_t, uint64_t (unaligned); VF = floats in it; vd = VF doubles
//   CK_EACH(n, ...)  runs a statement for each vector of an array of n elements, i = its start, w = its width
//                    (VF but for the last); vget and vput read and write w elements
// Sums may be reassociated and products contracted: a variant's result is a fixed function of its input, but two
// variants may differ in the last bits. A body that must not depend on where an element stands in its array
// (every elementwise one) switches both off, writes vfma where it wants one, and works through CK_EACH.
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ckernels.h"

#pragma clang fp reassociate(on) contract(fast)

typedef float vf __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef int32_t vi __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef uint32_t vu __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef uint64_t vu64 __attribute__((vector_size(CK_VECTOR_BYTES), aligned(4)));
typedef double vd __attribute__((vector_size(2 * CK_VECTOR_BYTES), aligned(8)));
#define VF ((long)(CK_VECTOR_BYTES / 4))
#define CK_INLINE static inline __attribute__((always_inline))
#define CK_PASTE_(a, b) a##b
#define CK_PASTE(a, b) CK_PASTE_(a, b)
#define CK_BODY(name) void CK_PASTE(CK_PASTE(ck_, name), CK_SUFFIX)

CK_INLINE vf vload(const float *p) { return *(const vf *)p; }
CK_INLINE void vstore(float *p, vf x) { *(vf *)p = x; }
// x - 0 and not 0 + x: that is x whatever its sign, so that the compiler repeats the number and adds nothing.
CK_INLINE vf vsplat(float x) { return x - (vf){}; }
CK_INLINE vi vsplati(int32_t x) { return (vi){} + x; }
CK_INLINE vu vsplatu(uint32_t x) { return (vu){} + x; }
// Where the mask is all ones: a; where it is zero: b.
CK_INLINE vf vselect(vi mask, vf a, vf b) { return (vf)((mask & (vi)a) | (~mask & (vi)b)); }
CK_INLINE vf vabs(vf x) { return (vf)((vi)x & 0x7fffffff); }
CK_INLINE vf vsqrt(vf x) { return __builtin_elementwise_sqrt(x); }
// a * b + c, rounded once where the processor can do so: the compiler is never left to choose which product of a sum
// it fuses, so that an element gets the same bits in the middle of an array and at its end.
#if CK_VECTOR_BYTES > 16 || defined(__aarch64__)
CK_INLINE vf vfma(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
#else
CK_INLINE vf vfma(vf a, vf b, vf c) { return a * b + c; }
#endif
// The same with a constant term.
CK_INLINE vf vfmac(vf a, vf b, float c) { return vfma(a, b, vsplat(c)); }
CK_INLINE long long_min(long a, long b) { return a < b ? a : b; }
CK_INLINE long long_max(long a, long b) { return a > b ? a : b; }
// The first w elements at p; zeros behind them.
CK_INLINE vf vget(const float *p, long w) {
  if (w == VF) return vload(p);
  vf x = {};
  memcpy(&x, p, (size_t)w * sizeof(float));
  return x;
}
CK_INLINE void vput(float *p, vf x, long w) {
  if (w == VF)
    vstore(p, x);
  else
    memcpy(p, &x, (size_t)w * sizeof(float));
}
CK_INLINE vi vgeti(const int32_t *p, long w) { return (vi)vget((const float *)p, w); }
#define CK_EACH(n, ...)                 \
  do {                                  \
    long i = 0;                         \
    for (; i + VF <= (n); i += VF) {    \
      const long w = VF;                \
      __VA_ARGS__                       \
    }                                   \
    if (i < (n)) {                      \
      const long w = (n) - i;           \
      __VA_ARGS__                       \
    }                                   \
  } while (0)

#define CK_KERNEL(name, parameters, arguments) CK_BODY(name) parameters;
#include "kernels.def"
#undef CK_KERNEL

#include "Bodies/functions.h"
#include "Bodies/elementwise.h"
#include "Bodies/activations.h"
#include "Bodies/pooling.h"
#include "Bodies/products.h"
#include "Bodies/losses.h"
#include "Bodies/random.h"
#include "Bodies/stochastic.h"
#include "Bodies/sparse_products.h"
#include "Bodies/optimizers.h"
#include "Bodies/layout.h"
#include "Bodies/threshold.h"
#include "Bodies/linked.h"
#include "Bodies/sequences.h"
#include "Bodies/sparse_sequences.h"
#include "Bodies/winograd_passes.h"
#include "Bodies/convolution.h"
#include "Bodies/recurrent.h"
#include "Bodies/sequence_losses.h"
#include "Bodies/normalization.h"
