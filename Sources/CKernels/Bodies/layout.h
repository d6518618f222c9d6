// Gathering examples into batches, transposition, conversion. Included once for each variant by variants.h: see there for CK_BODY and vf.
