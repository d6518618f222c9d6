// The kernels for x86-64-v4.
#if defined(__x86_64__)
#define CK_SUFFIX _avx512
#define CK_VECTOR_BYTES 64
#define CK_REGISTERS 32
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#include "variants.h"
#pragma clang attribute pop
#pragma clang attribute pop
#endif
