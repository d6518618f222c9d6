// The kernels for x86-64-v3.
#if defined(__x86_64__)
#define CK_SUFFIX _avx2
#define CK_VECTOR_BYTES 32
#define CK_REGISTERS 16
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "variants.h"
#pragma clang attribute pop
#endif
