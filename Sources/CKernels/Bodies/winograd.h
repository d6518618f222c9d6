// Winograd's minimal filtering of one axis: m outputs of a filter of r taps with m + r - 1 products instead of m r.
//
//   y_j = sum over t of g_t d_(j + t):   y = A^T ((G g) * (B^T d)),   d of n = m + r - 1 elements, * element by element
//
// Full tiles have n = 4 and the points 0, 1, -1, infinity: F(3, 2) and F(2, 3); what is left of a row are tiles of fewer
// outputs. All coefficients are 0, +-1 and +-1/2, so that rounding grows little. Two-dimensional filters do one axis after
// the other. Winograd 1980; Lavin & Gray 2016. The transposes of the three maps make the passes backward.
#include "../masks.h"

enum winograd_kind { WINOGRAD_3_2, WINOGRAD_2_2, WINOGRAD_1_2, WINOGRAD_2_3, WINOGRAD_1_3 };

// n, m and r of a kind.
CK_INLINE int winograd_points(int kind) { return kind == WINOGRAD_3_2 || kind == WINOGRAD_2_3 ? 4 : kind == WINOGRAD_1_2 ? 2 : 3; }
CK_INLINE int winograd_outputs(int kind) { return kind == WINOGRAD_3_2 ? 3 : kind == WINOGRAD_2_2 || kind == WINOGRAD_2_3 ? 2 : 1; }
CK_INLINE int winograd_taps(int kind) { return kind >= WINOGRAD_2_3 ? 3 : 2; }

// Every map works in place on t[0], t[s], t[2 s], ...

// t = B^T t.
CK_INLINE void winograd_input(vf *t, int s, int kind) {
  vf a = t[0], b = t[s], c = t[2 * s], d = t[3 * s];
  if (winograd_points(kind) == 4) t[0] = a - c, t[s] = b + c, t[2 * s] = c - b, t[3 * s] = d - b;
  if (kind == WINOGRAD_2_2) t[0] = a - b, t[2 * s] = c - b;
}

// t = B t.
CK_INLINE void winograd_input_back(vf *t, int s, int kind) {
  vf a = t[0], b = t[s], c = t[2 * s], d = t[3 * s];
  if (winograd_points(kind) == 4) t[s] = b - c - d, t[2 * s] = b + c - a;
  if (kind == WINOGRAD_2_2) t[s] = b - a - c;
}

// t = A^T t.
CK_INLINE void winograd_output(vf *t, int s, int kind) {
  vf a = t[0], b = t[s], c = t[2 * s], d = t[3 * s];
  switch (kind) {
    case WINOGRAD_3_2: t[0] = a + (b + c), t[s] = b - c, t[2 * s] = (b + c) + d; break;
    case WINOGRAD_2_3: t[0] = a + (b + c), t[s] = (b - c) + d; break;
    case WINOGRAD_2_2: t[0] = a + b, t[s] = b + c; break;
    case WINOGRAD_1_2: t[0] = a + b; break;
    default: t[0] = a + b + c;
  }
}

// t = A t.
CK_INLINE void winograd_output_back(vf *t, int s, int kind) {
  vf a = t[0], b = t[s], c = t[2 * s];
  switch (kind) {
    case WINOGRAD_3_2: t[s] = (a + c) + b, t[2 * s] = (a + c) - b, t[3 * s] = c; break;
    case WINOGRAD_2_3: t[s] = a + b, t[2 * s] = a - b, t[3 * s] = b; break;
    case WINOGRAD_2_2: t[s] = a + b, t[2 * s] = b; break;
    case WINOGRAD_1_2: t[s] = a; break;
    default: t[s] = a, t[2 * s] = a;
  }
}

// t = G t.
CK_INLINE void winograd_weights(vf *t, int s, int kind) {
  vf a = t[0], b = t[s], c = t[2 * s];
  switch (kind) {
    case WINOGRAD_3_2: t[s] = 0.5f * (a + b), t[2 * s] = 0.5f * (a - b), t[3 * s] = b; break;
    case WINOGRAD_2_3: t[s] = 0.5f * ((a + c) + b), t[2 * s] = 0.5f * ((a + c) - b), t[3 * s] = c; break;
    case WINOGRAD_2_2: t[s] = a + b, t[2 * s] = b; break;
    default: break;
  }
}

// t = G^T t.
CK_INLINE void winograd_weights_back(vf *t, int s, int kind) {
  vf a = t[0], b = t[s], c = t[2 * s], d = t[3 * s];
  switch (kind) {
    case WINOGRAD_3_2: t[0] = a + 0.5f * (b + c), t[s] = 0.5f * (b - c) + d; break;
    case WINOGRAD_2_3: t[0] = a + 0.5f * (b + c), t[s] = 0.5f * (b - c), t[2 * s] = 0.5f * (b + c) + d; break;
    case WINOGRAD_2_2: t[0] = a + b, t[s] = b + c; break;
    default: break;
  }
}

// Both axes of t[4 row + column]: first down the `columns` columns, then along the `rows` rows.
#define WINOGRAD_BOTH(map, t, kind_y, kind_x, columns, rows)                          \
  do {                                                                                \
    CK_UNROLL for (int j = 0; j < (columns); j++) map((t) + j, 4, kind_y);            \
    CK_UNROLL for (int j = 0; j < (rows); j++) map((t) + 4 * j, 1, kind_x);           \
  } while (0)

// Calls `function(..., kind_y, kind_x)` with constants for every pair of kinds that one filter can have.
#define WINOGRAD_CASE(Y, X, function, ...) \
  case 8 * Y + X: function(__VA_ARGS__, Y, X); break;
#define WINOGRAD_DISPATCH(kind_y, kind_x, function, ...)                    \
  switch (8 * (kind_y) + (kind_x)) {                                        \
    WINOGRAD_CASE(WINOGRAD_3_2, WINOGRAD_3_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_3_2, WINOGRAD_2_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_3_2, WINOGRAD_1_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_2_2, WINOGRAD_3_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_2_2, WINOGRAD_2_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_2_2, WINOGRAD_1_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_1_2, WINOGRAD_3_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_1_2, WINOGRAD_2_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_1_2, WINOGRAD_1_2, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_2_3, WINOGRAD_2_3, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_2_3, WINOGRAD_1_3, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_1_3, WINOGRAD_2_3, function, __VA_ARGS__)        \
    WINOGRAD_CASE(WINOGRAD_1_3, WINOGRAD_1_3, function, __VA_ARGS__)        \
  }
