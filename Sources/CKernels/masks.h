// Partial vectors, for the tails of arrays. Included by the bodies that use them.
//   vm                    says which elements of a vector take part
//   vmask(n)              the first n elements (none for n <= 0, all for n >= VF)
//   vload_masked(p, m)    the chosen elements of memory, zero elsewhere; touches no other memory
//   vstore_masked(p, m, x)
#ifndef CK_MASKS_H
#define CK_MASKS_H

#if CK_VECTOR_BYTES == 64 && defined(__x86_64__)

typedef __mmask16 vm;
CK_INLINE vm vmask(long n) { return n >= VF ? (vm)0xffff : n <= 0 ? (vm)0 : (vm)((1u << n) - 1); }
CK_INLINE vf vload_masked(const float *p, vm m) { return (vf)_mm512_maskz_loadu_ps(m, p); }
CK_INLINE void vstore_masked(float *p, vm m, vf x) { _mm512_mask_storeu_ps(p, m, (__m512)x); }

#else

typedef vi vm;
CK_INLINE vm vmask(long n) {
  vi index;
  for (int i = 0; i < (int)VF; i++) index[i] = i;
  int32_t bound = n >= VF ? (int32_t)VF : n <= 0 ? 0 : (int32_t)n;
  return index < (vi){} + bound;
}
#if CK_VECTOR_BYTES == 32 && defined(__x86_64__)
CK_INLINE vf vload_masked(const float *p, vm m) { return (vf)_mm256_maskload_ps(p, (__m256i)m); }
CK_INLINE void vstore_masked(float *p, vm m, vf x) { _mm256_maskstore_ps(p, (__m256i)m, (__m256)x); }
#else
CK_INLINE vf vload_masked(const float *p, vm m) {
  vf x = {};
  for (int i = 0; i < (int)VF; i++)
    if (m[i]) x[i] = p[i];
  return x;
}
CK_INLINE void vstore_masked(float *p, vm m, vf x) {
  for (int i = 0; i < (int)VF; i++)
    if (m[i]) p[i] = x[i];
}
#endif

#endif

// The sum of a vector's elements, in one fixed order.
CK_INLINE float vsum(vf x) {
  float lane[CK_VECTOR_BYTES / 4];
  memcpy(lane, &x, sizeof x);
  for (int width = (int)VF / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) lane[i] += lane[i + width];
  return lane[0];
}

#endif
