// The arithmetic of a JPEG decoder behind its entropy coding, vectorised: inverse DCT, upsampling of chroma,
// colours. Equal to libjpeg-turbo's (JDCT_ISLOW, with its SIMD) to the bit, whatever numbers the file holds;
// its plain C code wraps samples beyond -512 ... 511 around zero, its SIMD cuts them off. Internal to
// transforms.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zoo {

struct JpegKernels {
  // Blocks of 64 coefficients as they are in the file, and what each is multiplied by, both row by row.
  // Writes 8 x 8, 4 x 4, 2 x 2 or 1 x 1 samples, rows `stride` bytes apart.
  using InverseDct = void (*)(const int16_t* coefficients, const uint16_t* quantization, uint8_t* samples,
                              ptrdiff_t stride);
  InverseDct inverse_dct_8, inverse_dct_4, inverse_dct_2, inverse_dct_1;

  // 2 * count samples from count. Fancy: libjpeg's triangle filter, which reads samples[-1] and
  // samples[count]; of two rows, the first is the nearer one. `out` has room for 64 bytes more, and the rows
  // may be read 64 bytes beyond their end.
  void (*upsample_2x1_fancy)(const uint8_t* row, int64_t count, uint8_t* out);
  void (*upsample_2x2_fancy)(const uint8_t* nearer, const uint8_t* farther, int64_t count, uint8_t* out);
  void (*upsample_2x1_plain)(const uint8_t* row, int64_t count, uint8_t* out);

  // Writes 3 * count bytes, no more. The rows may be read 64 bytes beyond their end.
  void (*ycc_to_rgb)(const uint8_t* y, const uint8_t* cb, const uint8_t* cr, int64_t count, uint8_t* rgb);
  void (*grey_to_rgb)(const uint8_t* grey, int64_t count, uint8_t* rgb);
};

// Null where the processor (AVX2) or the platform has none: libjpeg is faster there than plain code.
const JpegKernels* jpeg_kernels();

extern const JpegKernels kAvx2JpegKernels;  // x86-64 only

}  // namespace zoo
