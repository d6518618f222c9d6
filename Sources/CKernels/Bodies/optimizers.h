// Fused optimizer updates. Included once for each variant by variants.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off) contract(off)

CK_BODY(sgd)(float *restrict w_, const float *restrict g, long n, float rate, float scale, float decay) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = vfma(vsplat(decay), x, scale * vget(g + i, w));
    vput(w_ + i, vfma(vsplat(-rate), gradient, x), w);
  });
}

CK_BODY(sgd_momentum)(float *restrict w_, float *restrict v, const float *restrict g, long n, float rate,
                      float momentum, float scale, float decay, bool nesterov) {
  if (nesterov)
    CK_EACH(n, {
      vf x = vget(w_ + i, w);
      vf gradient = vfma(vsplat(decay), x, scale * vget(g + i, w));
      vf velocity = vfma(vsplat(momentum), vget(v + i, w), gradient);
      vput(v + i, velocity, w);
      vput(w_ + i, vfma(vsplat(-rate), vfma(vsplat(momentum), velocity, gradient), x), w);
    });
  else
    CK_EACH(n, {
      vf x = vget(w_ + i, w);
      vf velocity = vfma(vsplat(momentum), vget(v + i, w), vfma(vsplat(decay), x, scale * vget(g + i, w)));
      vput(v + i, velocity, w);
      vput(w_ + i, vfma(vsplat(-rate), velocity, x), w);
    });
}

CK_BODY(rmsprop)(float *restrict w_, float *restrict s, float *restrict v, const float *restrict g, long n,
                 float rate, float alpha, float epsilon, float momentum, float scale, float decay) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = vfma(vsplat(decay), x, scale * vget(g + i, w));
    vf square = vfma(vsplat(alpha), vget(s + i, w), (1.0f - alpha) * (gradient * gradient));
    vput(s + i, square, w);
    vf update = gradient / (vsqrt(square) + epsilon);
    if (v) {
      update = vfma(vsplat(momentum), vget(v + i, w), update);
      vput(v + i, update, w);
    }
    vput(w_ + i, vfma(vsplat(-rate), update, x), w);
  });
}

CK_BODY(adam)(float *restrict w_, float *restrict m, float *restrict v, const float *restrict g, long n, float rate1,
              float beta1, float beta2, float inverse2, float epsilon, float scale, float decay, float shrink) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = vfma(vsplat(decay), x, scale * vget(g + i, w));
    vf first = vget(m + i, w);
    first = vfma(vsplat(1.0f - beta1), gradient - first, first);
    vf second = vfma(vsplat(beta2), vget(v + i, w), (1.0f - beta2) * (gradient * gradient));
    vput(m + i, first, w);
    vput(v + i, second, w);
    vf step = first / vfmac(vsqrt(second), vsplat(inverse2), epsilon);
    vput(w_ + i, vfma(vsplat(-rate1), step, vfma(vsplat(-shrink), x, x)), w);
  });
}

CK_BODY(levenberg_marquardt)(float *restrict w_, const float *restrict h, const float *restrict g, long n, float rate,
                             float mu, float scale, float decay) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = vfma(vsplat(decay), x, scale * vget(g + i, w));
    vput(w_ + i, vfma(-rate / (mu + vget(h + i, w)), gradient, x), w);
  });
}
#pragma clang fp reassociate(on) contract(fast)
