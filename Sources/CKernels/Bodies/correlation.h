// Correlation of maps with small kernels: the engine of convolution forward and backward to data.
//
//   y[o, r, c, b] (+)= bias[o] + sum over i, ty, tx of w[o, i, ty, tx] * x[i, r*step_y + y0 + ty, c*step_x + x0 + tx, b]
//
// with x zero outside of its height and width. A tile of outputs, some maps times some vectors along the row and
// batch, is held in registers while all taps are added; each tap loads the vectors once and broadcasts one weight for
// each map. Where the step along the row is one column, the row and the batch are one contiguous array, so that
// vectors run across columns and any batch is dense. At the borders only the taps inside of the input are added:
// column by column, or, where a column would not fill a vector, over the whole row with a mask for each tap.
#include "../masks.h"

struct correlation {
  const float *x;
  long x_map, x_row;           // distance between input maps and between rows
  long height, width;          // size of an input map
  long step_y, step_x, y0, x0;
  float *y;
  long y_map, y_row, y_column;  // distance between output maps, rows and columns
  long rows, columns;           // outputs to compute
  long taps_y, taps_x;
  long batch;
  bool accumulate;
};

// One block of output maps, and the taps that count for a part of a row.
struct correlation_tile {
  const float *x;         // first map, first row and column of the taps, at output column 0 of the part
  long x_map, x_row, batch;
  const float *w;         // [map][ty][tx][output of the block]
  long w_map, w_row;
  const int32_t *maps;    // the input maps to read, and how many
  long map_count;
  long taps_y, taps_x;
  float *y;
  long y_map;
  const float *bias;      // for each output of the block, or null
  bool accumulate;
};

// Wider kernels meet the border column by column.
#define CORRELATION_EDGE_TAPS 16

// The vectors that wait to be computed together; those from `count` on are empty.
struct correlation_queue {
  long count;
  long xo[8], yo[8];
  vm m[8];
  // Where taps fall outside of the input: the elements of vector v for which tap tx exists.
  vm tap[CORRELATION_EDGE_TAPS][8];
};

// Which elements of the vectors exist: all; the m of the queue; for loads the taps of the queue, for stores its m.
enum correlation_masks { CORRELATION_WHOLE, CORRELATION_MASKED, CORRELATION_EDGES };

// Adds all taps for O outputs times V vectors and stores them. Vector v starts at x + xo[v] and y + yo[v]. All of O, V
// and masks are constants after inlining.
CK_INLINE void correlation_run(const struct correlation_tile *t, const long *xo, const long *yo,
                               const struct correlation_queue *q, const int O, const int V,
                               const enum correlation_masks masks) {
  vf sum[8][8];
#pragma clang loop unroll(full)
  for (int o = 0; o < O; o++) {
    vf start = t->bias ? vsplat(t->bias[o]) : (vf){};
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) sum[o][v] = start;
  }
  for (long i = 0; i < t->map_count; i++) {
    const float *x_row = t->x + t->maps[i] * t->x_map, *w_row = t->w + i * t->w_map;
    for (long ty = 0; ty < t->taps_y; ty++, x_row += t->x_row, w_row += t->w_row) {
      const float *x = x_row, *w = w_row;
      for (long tx = 0; tx < t->taps_x; tx++, x += t->batch, w += O) {
        vf in[8];
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++)
          in[v] = masks == CORRELATION_WHOLE    ? vload(x + xo[v])
                  : masks == CORRELATION_MASKED ? vload_masked(x + xo[v], q->m[v])
                                                : vload_masked(x + xo[v], q->tap[tx][v]);
#pragma clang loop unroll(full)
        for (int o = 0; o < O; o++) {
          vf weight = vsplat(w[o]);
#pragma clang loop unroll(full)
          for (int v = 0; v < V; v++) sum[o][v] += weight * in[v];
        }
      }
    }
  }
#pragma clang loop unroll(full)
  for (int o = 0; o < O; o++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) {
      float *y = t->y + o * t->y_map + yo[v];
      if (masks != CORRELATION_WHOLE) {
        if (t->accumulate) sum[o][v] += vload_masked(y, q->m[v]);
        vstore_masked(y, q->m[v], sum[o][v]);
      } else {
        if (t->accumulate) sum[o][v] += vload(y);
        vstore(y, sum[o][v]);
      }
    }
  }
}

// correlation_full_O: V whole vectors, one behind the other, from x + offset and y + offset on.
// correlation_part_O: `count` <= V vectors anywhere, masked, in the smallest of the sizes 1, H and V that holds them.
// correlation_edge_O: the same, with a mask for each tap.
#define CORRELATION_TILE(O, H, V)                                                                       \
  static void correlation_full_##O(const struct correlation_tile *t, long xo, long yo) {                \
    long xs[V], ys[V];                                                                                  \
    for (int v = 0; v < V; v++) xs[v] = xo + v * VF, ys[v] = yo + v * VF;                               \
    correlation_run(t, xs, ys, NULL, O, V, CORRELATION_WHOLE);                                                      \
  }                                                                                                     \
  static void correlation_part_##O(const struct correlation_tile *t, const struct correlation_queue *q) { \
    if (q->count == 1) correlation_run(t, q->xo, q->yo, q, O, 1, CORRELATION_MASKED);                   \
    else if (q->count <= H && H < V) correlation_run(t, q->xo, q->yo, q, O, H, CORRELATION_MASKED);     \
    else correlation_run(t, q->xo, q->yo, q, O, V, CORRELATION_MASKED);                                 \
  }                                                                                                     \
  static void correlation_edge_##O(const struct correlation_tile *t, const struct correlation_queue *q) { \
    if (q->count == 1) correlation_run(t, q->xo, q->yo, q, O, 1, CORRELATION_EDGES);                    \
    else if (q->count <= H && H < V) correlation_run(t, q->xo, q->yo, q, O, H, CORRELATION_EDGES);      \
    else correlation_run(t, q->xo, q->yo, q, O, V, CORRELATION_EDGES);                                  \
  }

// How many vectors go with O outputs: as many as the registers hold.
#if CK_REGISTERS >= 32
#define CORRELATION_TILES(X) X(1, 4, 8) X(2, 4, 8) X(3, 3, 7) X(4, 3, 6) X(6, 2, 4) X(8, 2, 3)
#define CORRELATION_LARGEST 8
#else
#define CORRELATION_TILES(X) X(1, 3, 6) X(2, 2, 4) X(3, 2, 3) X(4, 2, 2) X(6, 2, 2)
#define CORRELATION_LARGEST 6
#endif
CORRELATION_TILES(CORRELATION_TILE)

struct correlation_kernel {
  int outputs, vectors;
  void (*full)(const struct correlation_tile *, long xo, long yo);
  void (*part)(const struct correlation_tile *, const struct correlation_queue *);
  void (*edge)(const struct correlation_tile *, const struct correlation_queue *);
};

// The tile for the next of `remaining` outputs, so that as few and as even blocks as possible cover them.
CK_INLINE struct correlation_kernel correlation_kernel(long remaining) {
  static const struct correlation_kernel kernels[] = {
#define CORRELATION_ENTRY(O, H, V) {O, V, correlation_full_##O, correlation_part_##O, correlation_edge_##O},
      CORRELATION_TILES(CORRELATION_ENTRY)
#undef CORRELATION_ENTRY
  };
  int last = (int)(sizeof kernels / sizeof kernels[0]) - 1;
  long blocks = (remaining + CORRELATION_LARGEST - 1) / CORRELATION_LARGEST;
  long wanted = (remaining + blocks - 1) / blocks;
  int k = last;
  while (k > 0 && kernels[k].outputs > wanted) k--;
  if (kernels[k].outputs < wanted && k < last && kernels[k + 1].outputs <= remaining) k++;
  if (wanted == 5 && kernels[k].outputs == 4) k--;
  return kernels[k];
}

static void correlation_flush(const struct correlation_tile *t, const struct correlation_kernel *kernel,
                              struct correlation_queue *q) {
  if (q->count == 0) return;
  kernel->part(t, q);
  q->count = 0;
  for (int v = 0; v < 8; v++) q->m[v] = vmask(0);
}

CK_INLINE void correlation_push(const struct correlation_tile *t, const struct correlation_kernel *kernel,
                                struct correlation_queue *q, long xo, long yo, long n) {
  q->xo[q->count] = xo;
  q->yo[q->count] = yo;
  q->m[q->count] = vmask(n);
  if (++q->count == kernel->vectors) correlation_flush(t, kernel, q);
}

// Computes `columns` outputs of one row, for all of which the taps of `t` lie inside of the input.
static void correlation_part_of_row(const struct correlation_tile *t, const struct correlation_kernel *kernel,
                                    long columns, long x_step, long y_step) {
  long n = t->batch, step = kernel->vectors * VF;
  if (x_step == n && y_step == n) n *= columns, columns = 1;
  struct correlation_queue q;
  q.count = 0;
  for (int v = 0; v < 8; v++) q.xo[v] = q.yo[v] = 0, q.m[v] = vmask(0);
  for (long c = 0; c < columns; c++) {
    long j = 0, xo = c * x_step, yo = c * y_step;
    for (; j + step <= n; j += step) kernel->full(t, xo + j, yo + j);
    for (; j < n; j += VF) correlation_push(t, kernel, &q, xo + j, yo + j, n - j);
  }
  correlation_flush(t, kernel, &q);
}

// Computes rows [first, end) of one block of output maps row by row. Columns [inside, behind) have all taps inside of
// the input.
static void correlation_columns(const struct correlation *g, const struct correlation_kernel *kernel,
                                struct correlation_tile t, const float *w, float *y, long inside, long behind,
                                long first, long end) {
  long map_count = t.map_count;
  for (long r = first; r < end; r++) {
    long row = r * g->step_y + g->y0, ty = row < 0 ? -row : 0;
    long ty_end = g->height - row < g->taps_y ? g->height - row : g->taps_y;
    for (long c = 0, columns; c < g->columns; c += columns) {
      long column = c * g->step_x + g->x0, tx = column < 0 ? -column : 0;
      long tx_end = g->width - column < g->taps_x ? g->width - column : g->taps_x;
      bool none = ty >= ty_end || tx >= tx_end;
      columns = c >= inside && c < behind ? behind - c : 1;
      t.map_count = none ? 0 : map_count;
      t.x = none ? g->x : g->x + (row + ty) * g->x_row + (column + tx) * g->batch;
      t.w = none ? w : w + (ty * g->taps_x + tx) * kernel->outputs;
      t.taps_y = ty_end - ty;
      t.taps_x = tx_end - tx;
      t.y = y + r * g->y_row + c * g->y_column;
      correlation_part_of_row(&t, kernel, columns, g->step_x * g->batch, g->y_column);
    }
  }
}

// The same where the row is one contiguous array: all columns together, with a mask for each tap.
static void correlation_edges(const struct correlation *g, const struct correlation_kernel *kernel,
                              struct correlation_tile t, const float *w, float *y, long first, long end) {
  long n = g->columns * g->batch, map_count = t.map_count;
  for (long start = 0; start < n; start += kernel->vectors * VF) {
    struct correlation_queue q;
    q.count = 0;
    for (int v = 0; v < 8; v++) {
      long j = start + v * VF;
      bool used = v < kernel->vectors && j < n;
      q.xo[v] = q.yo[v] = used ? j : 0;
      q.m[v] = vmask(used ? n - j : 0);
      q.count += used;
      for (long tx = 0; tx < g->taps_x; tx++) {
        // The tap's input element at j, counted from the start of the row.
        long at = j + (g->x0 + tx) * g->batch;
        q.tap[tx][v] = vmask(used ? g->width * g->batch - at : 0) & ~vmask(-at);
      }
    }
    for (long r = first; r < end; r++) {
      long row = r * g->step_y + g->y0, ty = row < 0 ? -row : 0;
      long ty_end = g->height - row < g->taps_y ? g->height - row : g->taps_y;
      t.map_count = ty < ty_end ? map_count : 0;
      t.x = g->x + (row + ty) * g->x_row + g->x0 * g->batch;
      t.w = w + ty * g->taps_x * kernel->outputs;
      t.taps_y = ty_end - ty;
      t.taps_x = g->taps_x;
      t.y = y + r * g->y_row;
      kernel->edge(&t, &q);
    }
  }
}

// Computes rows [first, end) of one block of output maps: packed weights w, input maps `maps`, first output map at y.
static void correlation_block(const struct correlation *g, const struct correlation_kernel *kernel, const float *w,
                              const int32_t *maps, long map_count, const float *bias, float *y, long first, long end) {
  struct correlation_tile t = {.x_map = g->x_map, .x_row = g->x_row, .batch = g->batch,
                               .w_map = g->taps_y * g->taps_x * kernel->outputs, .w_row = g->taps_x * kernel->outputs,
                               .maps = maps, .map_count = map_count, .y_map = g->y_map,
                               .bias = bias, .accumulate = g->accumulate};
  long inside = g->x0 >= 0 ? 0 : (-g->x0 + g->step_x - 1) / g->step_x;
  long room = g->width - g->taps_x - g->x0, behind = room < 0 ? 0 : room / g->step_x + 1;
  if (behind > g->columns) behind = g->columns;
  bool borders = inside > 0 || behind < g->columns, contiguous = g->step_x == 1 && g->y_column == g->batch;
  if (borders && contiguous && g->batch < VF && g->taps_x <= CORRELATION_EDGE_TAPS)
    correlation_edges(g, kernel, t, w, y, first, end);
  else
    correlation_columns(g, kernel, t, w, y, inside, behind, first, end);
}
