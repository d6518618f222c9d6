// zlib, as its own headers declare it.
#include <zlib.h>
