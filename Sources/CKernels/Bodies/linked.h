// Units of Boltzmann machines of any wiring. Included once for each variant by variants.h, behind random.h: see there for
// CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

// The input of a unit in VF neighbouring columns at `s`, whose rows are `pitch` apart. Four sums hide the latency.
CK_INLINE vf linked_input(const float *s, long pitch, const int32_t *neighbour, const float *weight, long from, long to,
                          float bias) {
  vf x0 = vsplat(bias), x1 = {}, x2 = {}, x3 = {};
  long l = from;
  for (; l + 4 <= to; l += 4) {
    x0 = vfma(vsplat(weight[l]), vload(s + neighbour[l] * pitch), x0);
    x1 = vfma(vsplat(weight[l + 1]), vload(s + neighbour[l + 1] * pitch), x1);
    x2 = vfma(vsplat(weight[l + 2]), vload(s + neighbour[l + 2] * pitch), x2);
    x3 = vfma(vsplat(weight[l + 3]), vload(s + neighbour[l + 3] * pitch), x3);
  }
  for (; l < to; l++) x0 = vfma(vsplat(weight[l]), vload(s + neighbour[l] * pitch), x0);
  return (x0 + x1) + (x2 + x3);
}

// For VF columns at a time: their states stand in `room` while `...` works on them.
#define CK_LINKED(...)                                                           \
  CK_EACH(batch, {                                                               \
    for (long u = 0; u < units; u++) vstore(room + u * VF, vget(s + u * batch + i, w)); \
    __VA_ARGS__                                                                  \
    for (long u = 0; u < units; u++) vput(s + u * batch + i, vload(room + u * VF), w); \
  })

CK_BODY(linked_anneal)(float *s, float *samples, const int32_t *start, const int32_t *neighbour, const float *weight,
                       const float *bias, const int32_t *order, const float *scale, long count, long burn, long every,
                       long units, const uint32_t *examples, long batch, uint32_t first, uint64_t seed, uint32_t stream,
                       uint32_t step, float *room) {
  const long taken = every > 0 ? (count - burn) / every : 0;
  CK_LINKED({
    vu example = (vu)vgeti((const int32_t *)examples + i, w);
    struct philox r;
    long sample = 0, due = taken > 0 ? burn + every : -1;
    for (long k = 0; k < count; k++) {
      const uint32_t at = first + (uint32_t)k;
      if (k == 0 || (at & 3) == 0) r = philox(vsplatu(at >> 2), example, vsplatu(step), vsplatu(stream), seed);
      const long unit = order[k];
      vf a = linked_input(room, VF, neighbour, weight, start[unit], start[unit + 1], bias[unit]);
      // u < 1 / (1 + e^-a) without a division.
      vi on = unit_uniform(r.word[at & 3]) * (1.0f + vexp(a * -scale[k])) < 1.0f;
      vstore(room + unit * VF, (vf)(on & 0x3f800000));
      if (k + 1 == due) {
        for (long u = 0; u < units; u++) vput(samples + (u * taken + sample) * batch + i, vload(room + u * VF), w);
        sample++;
        due = sample < taken ? due + every : -1;
      }
    }
  });
}

CK_BODY(linked_expect)(float *s, const int32_t *start, const int32_t *neighbour, const float *weight, const float *bias,
                       const int32_t *order, long count, float scale, long units, long batch, float *room) {
  CK_LINKED({
    for (long k = 0; k < count; k++) {
      const long unit = order[k];
      vf a = linked_input(room, VF, neighbour, weight, start[unit], start[unit + 1], bias[unit]);
      vstore(room + unit * VF, vsigmoid(a * scale));
    }
  });
}
#undef CK_LINKED

CK_BODY(linked_inputs)(float *x, const float *s, const int32_t *start, const int32_t *neighbour, const float *weight,
                       const float *bias, const int32_t *list, long count, long batch) {
  for (long k = 0; k < count; k++) {
    const long unit = list[k];
    CK_EACH(batch, {
      vf a = vsplat(bias[unit]);
      for (long l = start[unit]; l < start[unit + 1]; l++)
        a = vfma(vsplat(weight[l]), vget(s + neighbour[l] * batch + i, w), a);
      vput(x + k * batch + i, a, w);
    });
  }
}

CK_BODY(linked_energies)(double *sums, const float *s, const int32_t *start, const int32_t *neighbour,
                         const float *weight, const float *bias, long units, long batch, float scale) {
  CK_EACH(batch, {
    vd total = {};
    for (long unit = 0; unit < units; unit++) {
      vf a = vsplat(2.0f * bias[unit]);
      for (long l = start[unit]; l < start[unit + 1]; l++)
        a = vfma(vsplat(weight[l]), vget(s + neighbour[l] * batch + i, w), a);
      total += __builtin_convertvector(a * vget(s + unit * batch + i, w), vd);
    }
    double column[VF];
    memcpy(column, &total, sizeof column);
    for (long j = 0; j < w; j++) sums[i + j] += 0.5 * (double)scale * column[j];
  });
}
#pragma clang fp reassociate(on) contract(fast)

CK_BODY(linked_counts)(float *counts, const float *s, const int32_t *one, const int32_t *other, long links, long batch,
                       float factor) {
  for (long l = 0; l < links; l++) {
    const float *a = s + one[l] * batch, *b = s + other[l] * batch;
    vf sum = {};
    long i = 0;
    for (; i + VF <= batch; i += VF) sum += vload(a + i) * vload(b + i);
    float total = 0;
    for (long j = 0; j < VF; j++) total += sum[j];
    for (; i < batch; i++) total += a[i] * b[i];
    counts[l] += factor * total;
  }
}
