// Fused optimizer updates. Included once for each variant by variants.h: see there for CK_BODY and vf.
