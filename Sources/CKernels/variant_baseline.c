// The kernels for any processor of the target architecture.
#define CK_SUFFIX _baseline
#define CK_VECTOR_BYTES 16
#define CK_REGISTERS 16
#include "variants.h"
