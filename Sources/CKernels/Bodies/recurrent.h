// One time step of recurrent cells. Included once for each variant by variants.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

// 1 / (1 + e^-x), with e^-x limited to 2^127 by one comparison instead of scaled in two steps; d y (1 - y); d (1 - y^2).
CK_INLINE vf vgate(vf x) {
  vf e = -x;
  e = vselect(e > 87.0f, vsplat(87.0f), e);
  e = vselect(e < -87.0f, vsplat(-87.0f), e);
  vi n;
  vf p = vexp_reduced(e, &n) + 1.0f;
  return 1.0f / vfmac(p, vpower_of_two(n), 1.0f);
}
CK_INLINE vf vgate_slope(vf d, vf y) { return d * vfma(-y, y, y); }
CK_INLINE vf vtanh_slope(vf d, vf y) { return d * vfmac(-y, y, 1.0f); }

CK_BODY(lstm_forward)(float *restrict gates, const float *restrict before, float *restrict cells,
                      float *restrict hidden, const float *restrict peepholes, long units, long pitch) {
  long n = units * pitch;
  for (long u = 0; u < units; u++) {
    vf pi = vsplat(peepholes ? peepholes[u] : 0.0f), pf = vsplat(peepholes ? peepholes[units + u] : 0.0f);
    vf po = vsplat(peepholes ? peepholes[2 * units + u] : 0.0f);
    for (long at = u * pitch; at < (u + 1) * pitch; at += VF) {
      vf old = vload(before + at);
      vf i = vgate(vfma(pi, old, vload(gates + at)));
      vf f = vgate(vfma(pf, old, vload(gates + n + at)));
      vf g = vtanh(vload(gates + 2 * n + at));
      vf c = vfma(f, old, i * g);
      vf o = vgate(vfma(po, c, vload(gates + 3 * n + at)));
      vstore(gates + at, i);
      vstore(gates + n + at, f);
      vstore(gates + 2 * n + at, g);
      vstore(gates + 3 * n + at, o);
      vstore(cells + at, c);
      vstore(hidden + at, o * vtanh(c));
    }
  }
}

CK_BODY(lstm_backward)(float *restrict gates, const float *restrict before, const float *restrict cells,
                       const float *restrict dhidden, float *restrict dcells, const float *restrict peepholes,
                       long units, long pitch) {
  long n = units * pitch;
  for (long u = 0; u < units; u++) {
    vf pi = vsplat(peepholes ? peepholes[u] : 0.0f), pf = vsplat(peepholes ? peepholes[units + u] : 0.0f);
    vf po = vsplat(peepholes ? peepholes[2 * units + u] : 0.0f);
    for (long at = u * pitch; at < (u + 1) * pitch; at += VF) {
      vf i = vload(gates + at), f = vload(gates + n + at), g = vload(gates + 2 * n + at), o = vload(gates + 3 * n + at);
      vf old = vload(before + at), dh = vload(dhidden + at), t = vtanh(vload(cells + at));
      vf da_o = vgate_slope(dh * t, o);
      vf dc = vload(dcells + at) + vtanh_slope(dh * o, t);
      dc = vfma(da_o, po, dc);
      vf da_i = vgate_slope(dc * g, i), da_f = vgate_slope(dc * old, f);
      vstore(gates + at, da_i);
      vstore(gates + n + at, da_f);
      vstore(gates + 2 * n + at, vtanh_slope(dc * i, g));
      vstore(gates + 3 * n + at, da_o);
      vstore(dcells + at, vfma(da_f, pf, vfma(da_i, pi, dc * f)));
    }
  }
}

CK_BODY(gru_reset)(float *restrict gates, const float *restrict before, float *restrict reset, long n) {
  for (long at = 0; at < n; at += VF) {
    vf r = vgate(vload(gates + at));
    vstore(gates + at, r);
    vstore(reset + at, r * vload(before + at));
  }
}

CK_BODY(gru_forward)(float *restrict gates, const float *restrict before, float *restrict hidden, long n) {
  for (long at = 0; at < n; at += VF) {
    vf z = vgate(vload(gates + n + at)), m = vtanh(vload(gates + 2 * n + at)), old = vload(before + at);
    vstore(gates + n + at, z);
    vstore(gates + 2 * n + at, m);
    vstore(hidden + at, vfma(z, m - old, old));
  }
}

CK_BODY(gru_backward)(float *restrict gates, const float *restrict before, float *restrict dhidden, long n) {
  for (long at = 0; at < n; at += VF) {
    vf z = vload(gates + n + at), m = vload(gates + 2 * n + at), old = vload(before + at), dh = vload(dhidden + at);
    vstore(gates + n + at, vgate_slope(dh * (m - old), z));
    vstore(gates + 2 * n + at, vtanh_slope(dh * z, m));
    vstore(dhidden + at, vfma(-dh, z, dh));
  }
}

CK_BODY(gru_reset_backward)(float *restrict gates, const float *restrict before, const float *restrict dreset,
                            float *restrict dhidden, long n) {
  for (long at = 0; at < n; at += VF) {
    vf r = vload(gates + at), d = vload(dreset + at);
    vstore(gates + at, vgate_slope(d * vload(before + at), r));
    vstore(dhidden + at, vfma(d, r, vload(dhidden + at)));
  }
}

CK_BODY(gru_after_forward)(float *restrict gates, const float *restrict before, const float *restrict reset,
                           float *restrict hidden, long n) {
  for (long at = 0; at < n; at += VF) {
    vf r = vgate(vload(gates + at)), z = vgate(vload(gates + n + at)), old = vload(before + at);
    vf m = vtanh(vfma(r, vload(reset + at), vload(gates + 2 * n + at)));
    vstore(gates + at, r);
    vstore(gates + n + at, z);
    vstore(gates + 2 * n + at, m);
    vstore(hidden + at, vfma(z, old - m, m));
  }
}

CK_BODY(gru_after_backward)(float *restrict gates, const float *restrict before, float *restrict reset,
                            float *restrict dhidden, long n) {
  for (long at = 0; at < n; at += VF) {
    vf r = vload(gates + at), z = vload(gates + n + at), m = vload(gates + 2 * n + at);
    vf old = vload(before + at), dh = vload(dhidden + at);
    vf da = vtanh_slope(vfma(-dh, z, dh), m);
    vstore(gates + at, vgate_slope(da * vload(reset + at), r));
    vstore(gates + n + at, vgate_slope(dh * (old - m), z));
    vstore(gates + 2 * n + at, da);
    vstore(reset + at, da * r);
    vstore(dhidden + at, dh * z);
  }
}

CK_BODY(memory_blocks_forward)(float *restrict sums, const float *restrict before, float *restrict cells,
                               float *restrict state, long blocks, long size, long pitch, bool output_gates,
                               float gscale, float goffset, float hscale, float hoffset) {
  long inputs = blocks * size * pitch, outputs = inputs + blocks * pitch;
  for (long b = 0; b < blocks; b++) {
    for (long at = b * pitch; at < (b + 1) * pitch; at += VF) {
      vf i = vgate(vload(sums + inputs + at)), o = vsplat(1.0f);
      vstore(state + inputs + at, i);
      if (output_gates) {
        o = vgate(vload(sums + outputs + at));
        vstore(state + outputs + at, o);
      }
      for (long k = 0; k < size; k++) {
        long cell = (b * size + k) * pitch + at - b * pitch;
        vf g = vfma(vsplat(gscale), vgate(vload(sums + cell)), vsplat(goffset));
        vf c = vfma(i, g, vload(before + cell));
        vf h = hscale == 0.0f ? c : vfma(vsplat(hscale), vgate(c), vsplat(hoffset));
        vstore(sums + cell, g);
        vstore(cells + cell, c);
        vstore(state + cell, o * h);
      }
    }
  }
}

CK_BODY(memory_blocks_backward)(float *restrict sums, const float *restrict cells, const float *restrict state,
                                const float *restrict dstate, float *restrict dcells, long blocks, long size,
                                long pitch, bool output_gates, float gscale, float goffset, float hscale,
                                float hoffset) {
  long inputs = blocks * size * pitch, outputs = inputs + blocks * pitch;
  float inverse_g = 1.0f / gscale;
  for (long b = 0; b < blocks; b++) {
    for (long at = b * pitch; at < (b + 1) * pitch; at += VF) {
      vf i = vload(state + inputs + at), o = output_gates ? vload(state + outputs + at) : vsplat(1.0f);
      vf di = vload(dstate + inputs + at), dout = output_gates ? vload(dstate + outputs + at) : vsplat(0.0f);
      for (long k = 0; k < size; k++) {
        long cell = (b * size + k) * pitch + at - b * pitch;
        vf g = vload(sums + cell), c = vload(cells + cell), dy = vload(dstate + cell);
        vf h = c, slope = vsplat(1.0f);
        if (hscale != 0.0f) {
          vf y = vgate(c);
          h = vfma(vsplat(hscale), y, vsplat(hoffset));
          slope = hscale * vfma(-y, y, y);
        }
        dout = vfma(dy, h, dout);
        vf dc = vfma(dy * o, slope, vload(dcells + cell));
        di = vfma(dc, g, di);
        vf y = (g - goffset) * inverse_g;
        vstore(sums + cell, dc * i * (gscale * vfma(-y, y, y)));
        vstore(dcells + cell, dc);
      }
      vstore(sums + inputs + at, vgate_slope(di, i));
      if (output_gates) vstore(sums + outputs + at, vgate_slope(dout, o));
    }
  }
}
#pragma clang fp reassociate(on) contract(fast)
