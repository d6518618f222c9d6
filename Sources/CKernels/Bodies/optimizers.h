// Fused optimizer updates. Included once for each variant by variants.h: see there for CK_BODY and vf.
#pragma clang fp reassociate(off)

CK_BODY(sgd)(float *restrict w_, const float *restrict g, long n, float rate, float scale, float decay) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = scale * vget(g + i, w) + decay * x;
    vput(w_ + i, x - rate * gradient, w);
  });
}

CK_BODY(sgd_momentum)(float *restrict w_, float *restrict v, const float *restrict g, long n, float rate,
                      float momentum, float scale, float decay, bool nesterov) {
  if (nesterov)
    CK_EACH(n, {
      vf x = vget(w_ + i, w);
      vf gradient = scale * vget(g + i, w) + decay * x;
      vf velocity = momentum * vget(v + i, w) + gradient;
      vput(v + i, velocity, w);
      vput(w_ + i, x - rate * (gradient + momentum * velocity), w);
    });
  else
    CK_EACH(n, {
      vf x = vget(w_ + i, w);
      vf velocity = momentum * vget(v + i, w) + (scale * vget(g + i, w) + decay * x);
      vput(v + i, velocity, w);
      vput(w_ + i, x - rate * velocity, w);
    });
}

CK_BODY(rmsprop)(float *restrict w_, float *restrict s, float *restrict v, const float *restrict g, long n,
                 float rate, float alpha, float epsilon, float momentum, float scale, float decay) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = scale * vget(g + i, w) + decay * x;
    vf square = alpha * vget(s + i, w) + (1.0f - alpha) * (gradient * gradient);
    vput(s + i, square, w);
    vf update = gradient / (vsqrt(square) + epsilon);
    if (v) {
      update = momentum * vget(v + i, w) + update;
      vput(v + i, update, w);
    }
    vput(w_ + i, x - rate * update, w);
  });
}

CK_BODY(adam)(float *restrict w_, float *restrict m, float *restrict v, const float *restrict g, long n, float rate1,
              float beta1, float beta2, float inverse2, float epsilon, float scale, float decay, float shrink) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = scale * vget(g + i, w) + decay * x;
    vf first = vget(m + i, w);
    first = first + (1.0f - beta1) * (gradient - first);
    vf second = beta2 * vget(v + i, w) + (1.0f - beta2) * (gradient * gradient);
    vput(m + i, first, w);
    vput(v + i, second, w);
    vput(w_ + i, (x - shrink * x) - rate1 * (first / (vsqrt(second) * inverse2 + epsilon)), w);
  });
}

CK_BODY(levenberg_marquardt)(float *restrict w_, const float *restrict h, const float *restrict g, long n, float rate,
                             float mu, float scale, float decay) {
  CK_EACH(n, {
    vf x = vget(w_ + i, w);
    vf gradient = scale * vget(g + i, w) + decay * x;
    vput(w_ + i, x - rate / (mu + vget(h + i, w)) * gradient, w);
  });
}
#pragma clang fp reassociate(on)
