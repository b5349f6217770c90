#include "transforms/decode_jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <algorithm>

#include <jpeglib.h>

#include "transforms/exif.h"
#include "zoo/core/error.h"

namespace zoo {
namespace {

// Note [libjpeg's errors]. libjpeg leaves through a callback that must not return. The callback jumps back
// into the JpegReader method that called libjpeg; those methods own no objects, so that the jump skips no
// destructor.
class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> bytes);
  ~JpegReader() { jpeg_destroy_decompress(&codec_); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  // false: see error().
  bool read_header();
  bool start(J_COLOR_SPACE out);
  bool read_rows(uint8_t* pixels, size_t row_bytes);
  bool finish();

  const jpeg_decompress_struct& codec() const { return codec_; }
  bool truncated() const { return truncated_; }
  const char* error() const { return error_; }

 private:
  static JpegReader& self(j_common_ptr codec) { return *static_cast<JpegReader*>(codec->client_data); }
  static JpegReader& self(j_decompress_ptr codec) { return self(reinterpret_cast<j_common_ptr>(codec)); }
  [[noreturn]] void out_of_data();

  jpeg_decompress_struct codec_{};
  jpeg_error_mgr errors_{};
  jpeg_source_mgr source_{};
  std::jmp_buf escape_{};
  bool truncated_ = false;
  char error_[JMSG_LENGTH_MAX]{};
};

JpegReader::JpegReader(std::span<const std::byte> bytes) {
  codec_.err = jpeg_std_error(&errors_);
  codec_.client_data = this;
  errors_.error_exit = [](j_common_ptr codec) {
    codec->err->format_message(codec, self(codec).error_);
    std::longjmp(self(codec).escape_, 1);
  };
  errors_.output_message = [](j_common_ptr) {};
  errors_.emit_message = [](j_common_ptr, int) {};
  source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  source_.bytes_in_buffer = bytes.size();
  source_.init_source = [](j_decompress_ptr) {};
  source_.term_source = [](j_decompress_ptr) {};
  source_.resync_to_restart = jpeg_resync_to_restart;
  source_.fill_input_buffer = [](j_decompress_ptr codec) -> boolean { self(codec).out_of_data(); };
  source_.skip_input_data = [](j_decompress_ptr codec, long count) {
    if (count <= 0) return;
    jpeg_source_mgr& source = *codec->src;
    if (static_cast<size_t>(count) > source.bytes_in_buffer) self(codec).out_of_data();
    source.next_input_byte += count;
    source.bytes_in_buffer -= static_cast<size_t>(count);
  };
}

void JpegReader::out_of_data() {
  truncated_ = true;
  std::longjmp(escape_, 1);
}

bool JpegReader::read_header() {
  if (setjmp(escape_) != 0) return false;
  jpeg_create_decompress(&codec_);
  codec_.src = &source_;
  jpeg_save_markers(&codec_, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&codec_, TRUE);
  return true;
}

bool JpegReader::start(J_COLOR_SPACE out) {
  if (setjmp(escape_) != 0) return false;
  codec_.out_color_space = out;
  jpeg_start_decompress(&codec_);
  return true;
}

bool JpegReader::read_rows(uint8_t* pixels, size_t row_bytes) {
  if (setjmp(escape_) != 0) return false;
  while (codec_.output_scanline < codec_.output_height) {
    JSAMPROW rows[8];
    const JDIMENSION left = std::min<JDIMENSION>(8, codec_.output_height - codec_.output_scanline);
    for (JDIMENSION i = 0; i < left; ++i) rows[i] = pixels + (codec_.output_scanline + i) * row_bytes;
    jpeg_read_scanlines(&codec_, rows, left);
  }
  return true;
}

bool JpegReader::finish() {
  if (setjmp(escape_) != 0) return false;
  jpeg_finish_decompress(&codec_);
  return true;
}

[[noreturn]] void refuse(const JpegReader& reader, const std::string& name) {
  if (reader.truncated()) {
    throw Error(ErrorCode::corrupt, name, "the JPEG file ends early", "Get the whole file, or leave it out.");
  }
  throw Error(ErrorCode::corrupt, name, "the JPEG file cannot be decoded: " + std::string(reader.error()));
}

int orientation(const jpeg_decompress_struct& codec) {
  for (jpeg_saved_marker_ptr marker = codec.marker_list; marker != nullptr; marker = marker->next) {
    const int found =
        exif_orientation({reinterpret_cast<const std::byte*>(marker->data), marker->data_length});
    if (found != 1) return found;
  }
  return 1;
}

// Pillow inverts every four-channel JPEG (Adobe's convention) and scales by black in 8 bits, rounding; OpenCV
// truncates. On the file's own numbers, both are colour * black / 255.
void cmyk_to_rgb(const uint8_t* cmyk, uint8_t* rgb, int64_t pixels, Backend backend) {
  for (int64_t i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    const int black = cmyk[3];
    for (int c = 0; c < 3; ++c) {
      const int product = (255 - cmyk[c]) * black;
      const int rounded = ((product + 128) + ((product + 128) >> 8)) >> 8;
      rgb[c] = static_cast<uint8_t>(black - (backend == Backend::pillow ? rounded : product >> 8));
    }
  }
}

}  // namespace

Image decode_jpeg(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  JpegReader reader(bytes);
  if (!reader.read_header()) refuse(reader, name);
  const jpeg_decompress_struct& codec = reader.codec();
  const int64_t width = codec.image_width, height = codec.image_height;
  if (width > options.max_pixels / height) {
    throw Error(ErrorCode::corrupt, name,
                "the header claims " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels, the limit is " + std::to_string(options.max_pixels),
                "Shrink the picture, or leave the file out if it is damaged.");
  }
  const int turn = options.exif ? orientation(codec) : 1;  // finish() forgets the markers
  const bool four_channels = codec.num_components == 4;
  if (!reader.start(four_channels ? JCS_CMYK : JCS_RGB)) refuse(reader, name);
  Image image = make_image(width, height, four_channels ? 4 : 3);
  if (!reader.read_rows(image.pixels.data(), static_cast<size_t>(width * image.channels)) ||
      !reader.finish()) {
    refuse(reader, name);
  }
  if (four_channels) {
    Image converted = make_image(width, height);
    cmyk_to_rgb(image.pixels.data(), converted.pixels.data(), width * height, options.backend);
    image = std::move(converted);
  }
  return apply_orientation(std::move(image), turn);
}

}  // namespace zoo
