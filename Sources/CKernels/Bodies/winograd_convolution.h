// The three passes of a convolution by Winograd's filtering. Included once for each variant by variants.h.
//
// With tiles of outputs, points p of a tile, input maps i in phases q (k = (q, i) for short) and output maps o:
//   forward              Y[p, o] = sum over k of W[p, o, k] X[p, k]
//   backward to data     X[p, k] = sum over o of W[p, o, k] Y[p, o]
//   backward to weights  W[p, o, k] = sum over tiles and batch of Y[p, o] X[p, k]
// with X = B^T x, Y = A dy, W = G w and back by the transposes. The sums are products of matrices; one tile and 32 examples
// at a time, so that X and Y stay in the level 2 cache while the weights pass by.
#include "winograd.h"

// One axis of the output.
struct winograd_axis {
  long tiles, full;       // full ones first, then what is left
  int full_kind, rest_kind;
  long taps, size;        // of the filter; of the input
  long stride, padding;
};

// A tile along one axis.
struct winograd_tile {
  int kind;
  long start;  // the first output
  long place;  // the first point among the points of all kinds
};

struct winograd {
  const struct ck_convolution *g;
  struct winograd_axis y, x;
  long phases, row_kinds, column_kinds;
  long packed_step;  // between the packed weights of two points or phases
};

CK_INLINE struct winograd_axis winograd_axis(long outputs, long size, long kernel, long stride, long padding) {
  long taps = kernel / stride, most = 5 - taps, rest = outputs % most;
  return (struct winograd_axis){
      .tiles = outputs / most + (rest > 0), .full = outputs / most,
      .full_kind = taps == 2 ? WINOGRAD_3_2 : WINOGRAD_2_3,
      .rest_kind = taps == 3 ? WINOGRAD_1_3 : rest == 2 ? WINOGRAD_2_2 : WINOGRAD_1_2,
      .taps = taps, .size = size, .stride = stride, .padding = padding};
}

CK_INLINE struct winograd_tile winograd_tile(const struct winograd_axis *a, long t) {
  bool full = t < a->full;
  return (struct winograd_tile){full ? a->full_kind : a->rest_kind, t * (5 - a->taps), full || a->full == 0 ? 0 : 4};
}

// The input position that meets output `start` at tap 0 of a phase, `at` positions of the phase further on.
CK_INLINE long winograd_position(const struct winograd_axis *a, long start, long phase, long at) {
  return (start + at) * a->stride + phase - a->padding;
}
CK_INLINE bool winograd_inside(const struct winograd_axis *a, long start, long phase, long at) {
  long position = winograd_position(a, start, phase, at);
  return position >= 0 && position < a->size;
}

// Whether the point of a phase has anything to do with the input: the points of a direct filter are positions.
CK_INLINE bool winograd_axis_counts(const struct winograd_axis *a, const struct winograd_tile *t, long point, long phase) {
  bool direct = t->kind == WINOGRAD_1_2 || t->kind == WINOGRAD_1_3;
  return !direct || winograd_inside(a, t->start, phase, point);
}
CK_INLINE bool winograd_counts(const struct winograd *w, const struct winograd_tile *ty, const struct winograd_tile *tx,
                               long row, long column, long phase) {
  return winograd_axis_counts(&w->y, ty, row, phase / w->x.stride) &&
         winograd_axis_counts(&w->x, tx, column, phase % w->x.stride);
}

static struct winograd winograd_plan(const struct ck_convolution *g) {
  struct winograd w = {.g = g, .phases = g->stride_y * g->stride_x,
                       .packed_step = g->inputs * g->outputs + CK_WINOGRAD_GAP};
  w.y = winograd_axis(g->output_height, g->input_height, g->kernel_height, g->stride_y, g->padding_y);
  w.x = winograd_axis(g->output_width, g->input_width, g->kernel_width, g->stride_x, g->padding_x);
  w.row_kinds = ck_winograd_kinds(g->output_height, w.y.taps);
  w.column_kinds = ck_winograd_kinds(g->output_width, w.x.taps);
  return w;
}

CK_INLINE float *winograd_aligned(float *p) { return (float *)(((uintptr_t)p + 63) & ~(uintptr_t)63); }

// The part of the batch that is worked on: `width` examples, in rows of `pitch`.
struct winograd_part {
  long first, width, pitch;
};
// The distances between points of a tile.
struct winograd_steps {
  long row, column;
};

CK_INLINE vf winograd_load(const float *p, long left) { return left >= VF ? vload(p) : vload_masked(p, vmask(left)); }
CK_INLINE void winograd_store(float *p, vf x, long left) {
  if (left >= VF)
    vstore(p, x);
  else
    vstore_masked(p, vmask(left), x);
}

// Loads or adds the 4x4 positions of one phase of an input map.
#define WINOGRAD_POSITIONS(...)                                                                                       \
  for (int row = 0; row < ny; row++) {                                                                                \
    if (!winograd_inside(&w->y, ty->start, py, row)) continue;                                                        \
    for (int column = 0; column < nx; column++) {                                                                     \
      if (!winograd_inside(&w->x, tx->start, px, column)) continue;                                                   \
      long at = (winograd_position(&w->y, ty->start, py, row) * g->input_width +                                      \
                 winograd_position(&w->x, tx->start, px, column)) * g->batch + part->first;                           \
      __VA_ARGS__                                                                                                     \
    }                                                                                                                 \
  }

// X[p, k] = B^T x of a tile for input maps [first, end); rows of one point are `pitch` apart, points `step`.
CK_INLINE void winograd_take_input_of(const struct winograd *w, const struct winograd_tile *ty,
                                      const struct winograd_tile *tx, const struct winograd_part *part, const float *x,
                                      long first, long end, float *to, struct winograd_steps step, const int kind_y, const int kind_x) {
  const struct ck_convolution *g = w->g;
  const int ny = winograd_points(kind_y), nx = winograd_points(kind_x);
  long map = g->input_height * g->input_width * g->batch;
  for (long q = 0; q < w->phases; q++) {
    long py = q / g->stride_x, px = q % g->stride_x, offset[16];
    bool inside[16] = {};
    WINOGRAD_POSITIONS(inside[4 * row + column] = true; offset[4 * row + column] = at;)
    for (long i = first; i < end; i++, to += part->pitch) {
      for (long v = 0; v < part->pitch; v += VF) {
        vf t[16] = {};
        long left = part->width - v;
        CK_UNROLL for (int row = 0; row < ny; row++) {
          CK_UNROLL for (int column = 0; column < nx; column++) {
            int at = 4 * row + column;
            const float *from = x + i * map + offset[at] + v;
            __builtin_prefetch(from + 2 * map);
            if (inside[at]) t[at] = winograd_load(from, left);
          }
        }
        WINOGRAD_BOTH(winograd_input, t, kind_y, kind_x, nx, ny);
        CK_UNROLL for (int row = 0; row < ny; row++) {
          CK_UNROLL for (int column = 0; column < nx; column++) vstore(to + row * step.row + column * step.column + v, t[4 * row + column]);
        }
      }
    }
  }
}
static void winograd_take_input(const struct winograd *w, const struct winograd_tile *ty, const struct winograd_tile *tx,
                                const struct winograd_part *part, const float *x, long first, long end, float *to,
                                struct winograd_steps step) {
  WINOGRAD_DISPATCH(ty->kind, tx->kind, winograd_take_input_of, w, ty, tx, part, x, first, end, to, step)
}

// dx += B X of a tile.
CK_INLINE void winograd_give_input_of(const struct winograd *w, const struct winograd_tile *ty,
                                      const struct winograd_tile *tx, const struct winograd_part *part, float *dx,
                                      const float *from, struct winograd_steps step, const int kind_y, const int kind_x) {
  const struct ck_convolution *g = w->g;
  const int ny = winograd_points(kind_y), nx = winograd_points(kind_x);
  long map = g->input_height * g->input_width * g->batch;
  for (long q = 0; q < w->phases; q++) {
    long py = q / g->stride_x, px = q % g->stride_x, offset[16];
    bool inside[16] = {};
    WINOGRAD_POSITIONS(inside[4 * row + column] = true; offset[4 * row + column] = at;)
    for (long i = 0; i < g->inputs; i++, from += part->pitch) {
      for (long v = 0; v < part->pitch; v += VF) {
        vf t[16] = {};
        long left = part->width - v;
        CK_UNROLL for (int row = 0; row < ny; row++) {
          CK_UNROLL for (int column = 0; column < nx; column++) t[4 * row + column] = vload(from + row * step.row + column * step.column + v);
        }
        WINOGRAD_BOTH(winograd_input_back, t, kind_y, kind_x, nx, ny);
        CK_UNROLL for (int row = 0; row < ny; row++) {
          CK_UNROLL for (int column = 0; column < nx; column++) {
            int at = 4 * row + column;
            float *place = dx + i * map + offset[at] + v;
            if (inside[at]) winograd_store(place, winograd_load(place, left) + t[at], left);
          }
        }
      }
    }
  }
}
static void winograd_give_input(const struct winograd *w, const struct winograd_tile *ty, const struct winograd_tile *tx,
                                const struct winograd_part *part, float *dx, const float *from, struct winograd_steps step) {
  WINOGRAD_DISPATCH(ty->kind, tx->kind, winograd_give_input_of, w, ty, tx, part, dx, from, step)
}

// y = A^T Y + bias of a tile.
CK_INLINE void winograd_give_output_of(const struct winograd *w, const struct winograd_tile *ty,
                                       const struct winograd_tile *tx, const struct winograd_part *part, float *y,
                                       const float *bias, const float *from, struct winograd_steps step, const int kind_y,
                                       const int kind_x) {
  const struct ck_convolution *g = w->g;
  const int ny = winograd_points(kind_y), nx = winograd_points(kind_x);
  const int my = winograd_outputs(kind_y), mx = winograd_outputs(kind_x);
  for (long o = 0; o < g->outputs; o++, from += part->pitch) {
    float *to = y + ((o * g->output_height + ty->start) * g->output_width + tx->start) * g->batch + part->first;
    vf start = vsplat(bias ? bias[o] : 0.0f);
    for (long v = 0; v < part->pitch; v += VF) {
      vf t[16] = {};
      CK_UNROLL for (int row = 0; row < ny; row++) {
        CK_UNROLL for (int column = 0; column < nx; column++) t[4 * row + column] = vload(from + row * step.row + column * step.column + v);
      }
      WINOGRAD_BOTH(winograd_output, t, kind_y, kind_x, nx, my);
      CK_UNROLL for (int row = 0; row < my; row++) {
        CK_UNROLL for (int column = 0; column < mx; column++)
          winograd_store(to + (row * g->output_width + column) * g->batch + v, start + t[4 * row + column], part->width - v);
      }
    }
  }
}
static void winograd_give_output(const struct winograd *w, const struct winograd_tile *ty, const struct winograd_tile *tx,
                                 const struct winograd_part *part, float *y, const float *bias, const float *from,
                                 struct winograd_steps step) {
  WINOGRAD_DISPATCH(ty->kind, tx->kind, winograd_give_output_of, w, ty, tx, part, y, bias, from, step)
}

// Y = A dy of a tile.
CK_INLINE void winograd_take_output_of(const struct winograd *w, const struct winograd_tile *ty,
                                       const struct winograd_tile *tx, const struct winograd_part *part,
                                       const float *dy, float *to, struct winograd_steps step, const int kind_y, const int kind_x) {
  const struct ck_convolution *g = w->g;
  const int ny = winograd_points(kind_y), nx = winograd_points(kind_x);
  const int my = winograd_outputs(kind_y), mx = winograd_outputs(kind_x);
  for (long o = 0; o < g->outputs; o++, to += part->pitch) {
    const float *from = dy + ((o * g->output_height + ty->start) * g->output_width + tx->start) * g->batch + part->first;
    for (long v = 0; v < part->pitch; v += VF) {
      vf t[16] = {};
      CK_UNROLL for (int row = 0; row < my; row++) {
        CK_UNROLL for (int column = 0; column < mx; column++)
          t[4 * row + column] = winograd_load(from + (row * g->output_width + column) * g->batch + v, part->width - v);
      }
      WINOGRAD_BOTH(winograd_output_back, t, kind_y, kind_x, mx, ny);
      CK_UNROLL for (int row = 0; row < ny; row++) {
        CK_UNROLL for (int column = 0; column < nx; column++) vstore(to + row * step.row + column * step.column + v, t[4 * row + column]);
      }
    }
  }
}
static void winograd_take_output(const struct winograd *w, const struct winograd_tile *ty, const struct winograd_tile *tx,
                                 const struct winograd_part *part, const float *dy, float *to, struct winograd_steps step) {
  WINOGRAD_DISPATCH(ty->kind, tx->kind, winograd_take_output_of, w, ty, tx, part, dy, to, step)
}
