// One table of function pointers for each variant; every public kernel jumps through the table in use.
#include "ckernels.h"

struct table {
#define CK_KERNEL(name, parameters, arguments) void(*name) parameters;
#include "kernels.def"
#undef CK_KERNEL
  int variant;
};

#define CK_KERNEL(name, parameters, arguments) void ck_##name##_baseline parameters;
#include "kernels.def"
#undef CK_KERNEL
static const struct table baseline = {
#define CK_KERNEL(name, parameters, arguments) ck_##name##_baseline,
#include "kernels.def"
#undef CK_KERNEL
    CK_BASELINE};

#if defined(__x86_64__)
#define CK_KERNEL(name, parameters, arguments)                                                          \
  void ck_##name##_avx2 parameters;                                                                     \
  void ck_##name##_avx512 parameters;
#include "kernels.def"
#undef CK_KERNEL
static const struct table avx2 = {
#define CK_KERNEL(name, parameters, arguments) ck_##name##_avx2,
#include "kernels.def"
#undef CK_KERNEL
    CK_AVX2};
static const struct table avx512 = {
#define CK_KERNEL(name, parameters, arguments) ck_##name##_avx512,
#include "kernels.def"
#undef CK_KERNEL
    CK_AVX512};
#endif

int ck_best_variant(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return CK_AVX512;
  if (__builtin_cpu_supports("x86-64-v3")) return CK_AVX2;
#endif
  return CK_BASELINE;
}

static const struct table *table_of(int variant) {
#if defined(__x86_64__)
  if (variant == CK_AVX512) return &avx512;
  if (variant == CK_AVX2) return &avx2;
#endif
  return &baseline;
}

// The best table of the processor, and what a thread has chosen in its place.
static const struct table *best = &baseline;
static __thread const struct table *own __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void choose(void) { best = table_of(ck_best_variant()); }

static inline const struct table *in_use(void) { return own ? own : best; }

int ck_variant_in_use(void) { return in_use()->variant; }

bool ck_use_variant(int variant) {
  if (variant < CK_BASELINE || variant > ck_best_variant()) return false;
  own = table_of(variant);
  return true;
}

#define CK_KERNEL(name, parameters, arguments)                                                          \
  void ck_##name parameters { in_use()->name arguments; }
#include "kernels.def"
#undef CK_KERNEL
