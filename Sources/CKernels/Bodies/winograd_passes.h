// The passes themselves. Included once for each variant by variants.h.
#include "winograd_convolution.h"

// W = G w of a vector of filters, tap t at from[16 t], for one pair of kinds; points of all kinds are `step` apart.
CK_INLINE void winograd_spread_of(const struct winograd *w, const float *from, float *to, long step, const int kind_y,
                                  const int kind_x) {
  vf t[16];
  const int ny = winograd_points(kind_y), nx = winograd_points(kind_x), taps = winograd_taps(kind_y);
  CK_UNROLL for (int row = 0; row < taps; row++) {
    CK_UNROLL for (int column = 0; column < taps; column++)
      t[4 * row + column] = vload(from + 16 * (w->g->stride_y * row * w->g->kernel_width + w->g->stride_x * column));
  }
  WINOGRAD_BOTH(winograd_weights, t, kind_y, kind_x, taps, ny);
  CK_UNROLL for (int row = 0; row < ny; row++) {
    CK_UNROLL for (int column = 0; column < nx; column++)
      vstore(to + (row * w->column_kinds + column) * step, t[4 * row + column]);
  }
}

// w += G^T W of a vector of filters for one pair of kinds, `left` elements of it.
CK_INLINE void winograd_collect_of(const struct winograd *w, vf *filter, const float *from, long step, long left,
                                   const int kind_y, const int kind_x) {
  vf t[16];
  const int ny = winograd_points(kind_y), nx = winograd_points(kind_x), taps = winograd_taps(kind_y);
  CK_UNROLL for (int row = 0; row < ny; row++) {
    CK_UNROLL for (int column = 0; column < nx; column++)
      t[4 * row + column] = winograd_load(from + (row * w->column_kinds + column) * step, left);
  }
  WINOGRAD_BOTH(winograd_weights_back, t, kind_y, kind_x, nx, taps);
  CK_UNROLL for (int row = 0; row < taps; row++) {
    CK_UNROLL for (int column = 0; column < taps; column++) filter[4 * row + column] += t[4 * row + column];
  }
}

// The tiles of one pair of kinds in some rows of tiles.
struct winograd_group {
  struct winograd_tile ty, tx;  // the first of them
  long y, x, rows, columns;     // its place among the tiles, and how many there are
  long place;                   // of its first point among the points of all kinds
  long before;                  // the points of all tiles of the groups before
};

// The groups in the rows of tiles [first, end); at most four.
static int winograd_groups(const struct winograd *w, long first, long end, struct winograd_group groups[4]) {
  int count = 0;
  long before = 0;
  for (int row = 0; row < 2; row++)
    for (int column = 0; column < 2; column++) {
      struct winograd_group group = {.y = row ? long_max(first, w->y.full) : first, .x = column ? w->x.full : 0};
      group.rows = (row ? end : long_min(end, w->y.full)) - group.y;
      group.columns = (column ? w->x.tiles : w->x.full) - group.x;
      if (group.rows <= 0 || group.columns <= 0) continue;
      group.ty = winograd_tile(&w->y, group.y);
      group.tx = winograd_tile(&w->x, group.x);
      group.place = group.ty.place * w->column_kinds + group.tx.place;
      group.before = before;
      before += winograd_points(group.ty.kind) * winograd_points(group.tx.kind) * group.rows * group.columns;
      groups[count++] = group;
    }
  return count;
}

// Columns of W that are packed at a time: the next ones of a point stand beside them.
#define CK_WINOGRAD_COLUMNS 8

// W = G w in the order in which sequence_product reads it: for each point of a kind and each phase the tiles of a matrix
// [O, I], or of its transpose.
static void winograd_pack(const struct winograd *w, const float *restrict weights, bool transposed, float *restrict packed) {
  const struct ck_convolution *g = w->g;
  long m = transposed ? g->inputs : g->outputs, k = transposed ? g->outputs : g->inputs;
  long area = g->kernel_height * g->kernel_width, most = tile_rows(2), tiles = (m + most - 1) / most;
  long step = w->phases * w->packed_step;
  struct winograd_group groups[4];
  int kinds = winograd_groups(w, 0, w->y.tiles, groups);
  float of_taps[CK_WINOGRAD_COLUMNS][CK_WINOGRAD_AREA][16] = {};
  for (long first = 0, rows; tiles > 0; tiles--, first += rows) {
    rows = (m - first + tiles - 1) / tiles;
    for (long start = 0; start < k; start += CK_WINOGRAD_COLUMNS) {
      long count = long_min(k - start, CK_WINOGRAD_COLUMNS);
      // As many rows as a vector holds, if only because whole blocks are quicker to transpose.
      for (long p = 0; p < count; p++)
        CK_PASTE(ck_transpose, CK_SUFFIX)
        (of_taps[p][0], weights + (transposed ? (start + p) * g->inputs + first : first * g->inputs + start + p) * area,
         long_min(m - first, 16), area, 16, transposed ? area : g->inputs * area);
      for (long q = 0; q < w->phases; q++)
        for (int kind = 0; kind < kinds; kind++) {
          float *to = packed + q * w->packed_step + groups[kind].place * step + first * k + start * rows;
          // What comes to stand behind the rows is overwritten by the next ones.
          for (long p = 0; p < count; p++, to += rows)
            for (long v = 0; v < rows; v += VF) {
              const float *from = of_taps[p][q / g->stride_x * g->kernel_width + q % g->stride_x] + v;
              WINOGRAD_DISPATCH(groups[kind].ty.kind, groups[kind].tx.kind, winograd_spread_of, w, from, to + v, step)
            }
        }
    }
  }
}

// Runs the statement for each tile, each part of the batch in it: ty, tx and part.
#define WINOGRAD_EACH_PART(w, ...)                                                                                  \
  for (long y = 0; y < (w)->y.tiles; y++)                                                                           \
    for (long x = 0; x < (w)->x.tiles; x++)                                                                         \
      for (long b = 0; b < (w)->g->batch; b += CK_WINOGRAD_BATCH) {                                                 \
        struct winograd_tile ty = winograd_tile(&(w)->y, y), tx = winograd_tile(&(w)->x, x);                        \
        long width = long_min((w)->g->batch - b, CK_WINOGRAD_BATCH);                                                \
        struct winograd_part part = {b, width, (width + 15) / 16 * 16};                                             \
        __VA_ARGS__                                                                                                 \
      }

static void winograd_forward(const struct ck_convolution *g, float *restrict values, const float *restrict inputs,
                             const float *restrict weights, const float *restrict bias, float *restrict scratch) {
  struct winograd w = winograd_plan(g);
  float *packed = winograd_aligned(scratch);
  winograd_pack(&w, weights, false, packed);
  WINOGRAD_EACH_PART(&w, {
    long input_step = w.phases * g->inputs * part.pitch + CK_WINOGRAD_GAP, output_step = g->outputs * part.pitch + CK_WINOGRAD_GAP;
    float *in = packed + w.row_kinds * w.column_kinds * w.phases * w.packed_step, *out = in + 16 * input_step;
    winograd_take_input(&w, &ty, &tx, &part, inputs, 0, g->inputs, in, (struct winograd_steps){4 * input_step, input_step});
    for (long row = 0; row < winograd_points(ty.kind); row++)
      for (long column = 0; column < winograd_points(tx.kind); column++) {
        const float *a = packed + ((ty.place + row) * w.column_kinds + tx.place + column) * w.phases * w.packed_step;
        float *to = out + (4 * row + column) * output_step;
        bool adds = false;
        for (long q = 0; q < w.phases; q++) {
          if (!winograd_counts(&w, &ty, &tx, row, column, q)) continue;
          CK_PASTE(ck_sequence_product, CK_SUFFIX)
          (to, 0, a + q * w.packed_step, in + (4 * row + column) * input_step + q * g->inputs * part.pitch, 0, NULL,
           g->outputs, g->inputs, part.pitch, part.pitch, 1, adds);
          adds = true;
        }
        if (!adds) memset(to, 0, (size_t)(g->outputs * part.pitch) * sizeof(float));
      }
    winograd_give_output(&w, &ty, &tx, &part, values, bias, out, (struct winograd_steps){4 * output_step, output_step});
  })
}

static void winograd_backward_data(const struct ck_convolution *g, float *restrict dx, const float *restrict dy,
                                   const float *restrict weights, bool accumulate, float *restrict scratch) {
  struct winograd w = winograd_plan(g);
  float *packed = winograd_aligned(scratch);
  winograd_pack(&w, weights, true, packed);
  if (!accumulate) memset(dx, 0, (size_t)(g->inputs * g->input_height * g->input_width * g->batch) * sizeof(float));
  WINOGRAD_EACH_PART(&w, {
    long input_step = w.phases * g->inputs * part.pitch + CK_WINOGRAD_GAP, output_step = g->outputs * part.pitch + CK_WINOGRAD_GAP;
    float *in = packed + w.row_kinds * w.column_kinds * w.phases * w.packed_step, *out = in + 16 * input_step;
    winograd_take_output(&w, &ty, &tx, &part, dy, out, (struct winograd_steps){4 * output_step, output_step});
    for (long row = 0; row < winograd_points(ty.kind); row++)
      for (long column = 0; column < winograd_points(tx.kind); column++) {
        const float *a = packed + ((ty.place + row) * w.column_kinds + tx.place + column) * w.phases * w.packed_step;
        for (long q = 0; q < w.phases; q++)
          if (winograd_counts(&w, &ty, &tx, row, column, q))
            CK_PASTE(ck_sequence_product, CK_SUFFIX)
            (in + (4 * row + column) * input_step + q * g->inputs * part.pitch, 0, a + q * w.packed_step,
             out + (4 * row + column) * output_step, 0, NULL, g->inputs, g->outputs, part.pitch, part.pitch, 1, false);
      }
    winograd_give_input(&w, &ty, &tx, &part, dx, in, (struct winograd_steps){4 * input_step, input_step});
  })
}

// dw (+)= G^T W for the input maps [first, first + maps): W of [O, phases, maps], points `step` apart.
static void winograd_collect(const struct winograd *w, float *restrict dw, const float *sums, long step, long first, long maps,
                             bool accumulate) {
  const struct ck_convolution *g = w->g;
  long block = w->phases * maps, taps = w->y.taps, area = g->kernel_height * g->kernel_width;
  struct winograd_group groups[4];
  int kinds = winograd_groups(w, 0, w->y.tiles, groups);
  for (long o = 0; o < g->outputs; o++)
    for (long k = 0; k < block; k += VF) {
      vf filter[16] = {};
      const float *from = sums + o * block + k;
      for (int kind = 0; kind < kinds; kind++) {
        const float *at = from + groups[kind].place * step;
        WINOGRAD_DISPATCH(groups[kind].ty.kind, groups[kind].tx.kind, winograd_collect_of, w, filter, at, step, block - k)
      }
      for (long lane = 0; lane < long_min(VF, block - k); lane++) {
        long q = (k + lane) / maps, i = first + (k + lane) % maps;
        float *to = dw + (o * g->inputs + i) * area + q / g->stride_x * g->kernel_width + q % g->stride_x;
        for (long row = 0; row < taps; row++)
          for (long column = 0; column < taps; column++) {
            float *tap = to + g->stride_y * row * g->kernel_width + g->stride_x * column;
            *tap = (accumulate ? *tap : 0.0f) + filter[4 * row + column][lane];
          }
      }
    }
}

// Y of all tiles of a group, [points, tiles, O, batch] with `step` between tiles; X likewise, for some input maps.
static void winograd_take_outputs(const struct winograd *w, const struct winograd_group *group,
                                  const struct winograd_part *part, const float *dy, float *to, long step) {
  long tiles = group->rows * group->columns;
  struct winograd_steps steps = {winograd_points(group->tx.kind) * tiles * step, tiles * step};
  for (long tile = 0; tile < tiles; tile++, to += step) {
    struct winograd_tile ty = winograd_tile(&w->y, group->y + tile / group->columns);
    struct winograd_tile tx = winograd_tile(&w->x, group->x + tile % group->columns);
    winograd_take_output(w, &ty, &tx, part, dy, to, steps);
  }
}
static void winograd_take_inputs(const struct winograd *w, const struct winograd_group *group,
                                 const struct winograd_part *part, const float *x, long first, long end, float *to,
                                 long step) {
  long tiles = group->rows * group->columns;
  struct winograd_steps steps = {winograd_points(group->tx.kind) * tiles * step, tiles * step};
  for (long tile = 0; tile < tiles; tile++, to += step) {
    struct winograd_tile ty = winograd_tile(&w->y, group->y + tile / group->columns);
    struct winograd_tile tx = winograd_tile(&w->x, group->x + tile % group->columns);
    winograd_take_input(w, &ty, &tx, part, x, first, end, to, steps);
  }
}

// W (+)= Y X^T over the tiles of a group, for all its points: W of [O, phases, maps], points `sums_step` apart.
static void winograd_multiply(const struct winograd *w, const struct winograd_group *group, long maps, long pitch,
                              float *sums, long sums_step, const float *out, long output_step, const float *in,
                              long input_step, bool accumulate) {
  const struct ck_convolution *g = w->g;
  long tiles = group->rows * group->columns, block = w->phases * maps, nx = winograd_points(group->tx.kind);
  for (long row = 0; row < winograd_points(group->ty.kind); row++)
    for (long column = 0; column < nx; column++, out += tiles * output_step, in += tiles * input_step) {
      float *c = sums + (group->place + row * w->column_kinds + column) * sums_step;
      long counting = 0;
      for (long q = 0; q < w->phases; q++) counting += winograd_counts(w, &group->ty, &group->tx, row, column, q);
      // All phases at once, or one after the other where some do not count.
      long width = counting == w->phases ? block : maps;
      for (long k = 0; k < block; k += width) {
        if (counting == w->phases || winograd_counts(w, &group->ty, &group->tx, row, column, k / maps))
          CK_PASTE(ck_sequence_outer, CK_SUFFIX)
          (c + k, block, out, output_step, in + k * pitch, input_step, g->outputs, width, pitch, g->batch, tiles, accumulate);
        else if (!accumulate)
          for (long o = 0; o < g->outputs; o++) memset(c + k + o * block, 0, (size_t)width * sizeof(float));
      }
    }
}

static void winograd_backward_weights(const struct ck_convolution *g, float *restrict dw, const float *restrict dy,
                                      const float *restrict x, bool accumulate, float *restrict scratch) {
  struct winograd w = winograd_plan(g);
  struct winograd_part part = {0, g->batch, (g->batch + 15) / 16 * 16};
  long most = ck_winograd_maps(g), rows = ck_winograd_rows(g);
  long points = 4 * rows * ck_winograd_points(g->output_width, w.x.taps);
  long output_step = g->outputs * part.pitch + CK_WINOGRAD_GAP, input_step = w.phases * most * part.pitch + CK_WINOGRAD_GAP;
  long sums_step = g->outputs * w.phases * most + CK_WINOGRAD_GAP;
  float *out = winograd_aligned(scratch), *in = out + points * output_step, *sums = in + points * input_step;
  for (long first = 0; first < g->inputs; first += most) {
    long maps = long_min(most, g->inputs - first);
    for (long y = 0; y < w.y.tiles; y += rows) {
      struct winograd_group groups[4];
      int kinds = winograd_groups(&w, y, long_min(y + rows, w.y.tiles), groups);
      for (int kind = 0; kind < kinds; kind++) {
        const struct winograd_group *group = &groups[kind];
        float *from = out + group->before * output_step, *to = in + group->before * input_step;
        if (first == 0 || rows < w.y.tiles) winograd_take_outputs(&w, group, &part, dy, from, output_step);
        winograd_take_inputs(&w, group, &part, x, first, first + maps, to, input_step);
        winograd_multiply(&w, group, maps, part.pitch, sums, sums_step, from, output_step, to, input_step,
                          group->y > 0 && group->y < w.y.full);
      }
    }
    winograd_collect(&w, dw, sums, sums_step, first, maps, accumulate);
  }
}
