// libjpeg-turbo's decompressor with its errors turned into return values. Internal to transforms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace zoo {

struct JpegInput {
  // Behind the header: as if an end-of-image marker followed the bytes, as Pillow's LOAD_TRUNCATED_IMAGES.
  bool ends_anywhere = false;
  bool keeps_exif = false;  // else orientation() is 1
};

struct JpegOutput {
  bool cmyk = false;    // four channels as they are in the file; else red, green, blue
  int denominator = 1;  // 1, 2, 4 or 8: the picture is made at 1/denominator of its size by smaller IDCTs
  bool plain_chroma = false;  // repeat chroma samples instead of interpolating between them
};

// One picture. The functions that return bool return false where libjpeg gave up; error() then says why, and
// nothing but error() and the plain facts may be asked afterwards.
class JpegReader {
 public:
  // The bytes stay in place as long as the reader.
  explicit JpegReader(std::span<const std::byte> bytes, JpegInput input = {});
  ~JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  bool read_header();
  bool start(const JpegOutput& output);
  // Behind start: only the columns from `left` on, `width` of them, are made; both are widened to whole
  // blocks.
  bool crop_columns(int64_t& left, int64_t& width);
  bool skip_rows(int64_t count);
  // The next `count` rows; row_bytes apart.
  bool read_rows(uint8_t* pixels, size_t row_bytes, int64_t count);
  bool finish();

  // Behind read_header.
  int64_t width() const;
  int64_t height() const;
  int components() const;
  bool arithmetic() const;
  int orientation(bool ask_xmp) const;  // EXIF's, if it has none perhaps XMP's; 1 to 8
  // Whether an end-of-image marker follows the scan data that starts here.
  bool has_end() const;
  // Behind start.
  int64_t output_width() const;
  int64_t rows_read() const;
  // A progressive file whose later scans are missing: libjpeg then smooths across blocks.
  bool smooths() const;
  // libjpeg met damaged data, and went on.
  bool warned() const;
  bool is_bomb() const;  // far too many scans
  bool out_of_data() const;
  const char* error() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace zoo
