#include "transforms/decode/decode_jpeg_reader.h"

#include <csetjmp>
#include <cstdio>
#include <algorithm>
#include <string_view>

#include <jpeglib.h>

#include "transforms/decode/exif.h"

namespace zoo {
namespace {

// A progressive file may have any number of scans, each of which visits every block of its components, for a
// few bytes each. Real files have about ten; past kFreeScans they may cost kMostVisits block visits
// (half a second).
constexpr int64_t kFreeScans = 16;
constexpr int64_t kMostVisits = 25'000'000;
constexpr const char* kTooManyScans = "too many scans for its size";

constexpr int kSmoothedCoefficients = 9;  // the first alternating ones, of which libjpeg guesses missing bits
constexpr JOCTET kEndOfImage[] = {0xFF, JPEG_EOI};

}  // namespace

// Note [libjpeg's errors]. libjpeg leaves through a callback that must not return. The callback jumps back
// into the JpegReader function that called libjpeg; those functions own no objects, so that the jump skips no
// destructor.
struct JpegReader::State {
  jpeg_decompress_struct codec{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  jpeg_progress_mgr progress{};
  std::jmp_buf escape{};
  bool ends_anywhere = false;
  bool keeps_exif = false;
  bool has_header = false;
  bool out_of_data = false;
  bool warned = false;
  bool is_bomb = false;
  char error[JMSG_LENGTH_MAX]{};

  static State& of(j_common_ptr codec) { return *static_cast<State*>(codec->client_data); }
  static State& of(j_decompress_ptr codec) { return of(reinterpret_cast<j_common_ptr>(codec)); }

  static void leave(j_common_ptr codec) {
    codec->err->format_message(codec, of(codec).error);
    std::longjmp(of(codec).escape, 1);
  }
  static void note(j_common_ptr codec, int level) {
    if (level < 0) of(codec).warned = true;
  }
  static boolean refill(j_decompress_ptr codec);
  static void skip(j_decompress_ptr codec, long count);
  static void count_scans(j_common_ptr codec);
};

boolean JpegReader::State::refill(j_decompress_ptr codec) {
  State& state = of(codec);
  // Pillow reads the header by itself, and whole. Arithmetic decoding cannot wait for more data, which ends
  // it in Pillow.
  if (!state.ends_anywhere || !state.has_header || codec->arith_code != FALSE) {
    state.out_of_data = true;
    std::longjmp(state.escape, 1);
  }
  state.ends_anywhere = false;  // once
  state.source.next_input_byte = kEndOfImage;
  state.source.bytes_in_buffer = sizeof(kEndOfImage);
  return TRUE;
}

void JpegReader::State::skip(j_decompress_ptr codec, long count) {
  if (count <= 0) return;
  jpeg_source_mgr& source = *codec->src;
  auto left = static_cast<size_t>(count);
  while (left > source.bytes_in_buffer) {
    left -= source.bytes_in_buffer;
    refill(codec);
  }
  source.next_input_byte += left;
  source.bytes_in_buffer -= left;
}

void JpegReader::State::count_scans(j_common_ptr common) {
  State& state = of(common);
  const jpeg_decompress_struct& codec = state.codec;
  const int64_t scans = codec.input_scan_number;
  if (scans <= kFreeScans) return;
  int64_t blocks = 0;
  for (int c = 0; c < codec.num_components; ++c) {
    blocks += int64_t{codec.comp_info[c].width_in_blocks} * codec.comp_info[c].height_in_blocks;
  }
  if (scans <= kMostVisits / std::max<int64_t>(blocks, 1)) return;
  state.is_bomb = true;
  std::snprintf(state.error, sizeof(state.error), "%s", kTooManyScans);
  std::longjmp(state.escape, 1);
}

JpegReader::JpegReader(std::span<const std::byte> bytes, JpegInput input)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.ends_anywhere = input.ends_anywhere;
  state.keeps_exif = input.keeps_exif;
  state.codec.err = jpeg_std_error(&state.errors);
  state.codec.client_data = &state;
  state.errors.error_exit = State::leave;
  state.errors.output_message = [](j_common_ptr) {};
  state.errors.emit_message = State::note;
  state.source.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  state.source.bytes_in_buffer = bytes.size();
  state.source.init_source = [](j_decompress_ptr) {};
  state.source.term_source = [](j_decompress_ptr) {};
  state.source.resync_to_restart = jpeg_resync_to_restart;
  state.source.fill_input_buffer = State::refill;
  state.source.skip_input_data = State::skip;
  state.progress.progress_monitor = State::count_scans;
}

JpegReader::~JpegReader() {
  jpeg_destroy_decompress(&state_->codec);
}

bool JpegReader::read_header() {
  State& state = *state_;
  if (setjmp(state.escape) != 0) return false;
  jpeg_create_decompress(&state.codec);
  state.codec.src = &state.source;
  state.codec.progress = &state.progress;
  if (state.keeps_exif) jpeg_save_markers(&state.codec, JPEG_APP0 + 1, 0xFFFF);
  while (jpeg_read_header(&state.codec, FALSE) == JPEG_HEADER_TABLES_ONLY) {  // a picture may follow tables
  }
  state.has_header = true;
  return true;
}

bool JpegReader::start(const JpegOutput& output) {
  State& state = *state_;
  if (setjmp(state.escape) != 0) return false;
  state.codec.out_color_space = output.cmyk ? JCS_CMYK : JCS_RGB;
  state.codec.scale_num = 1;
  state.codec.scale_denom = static_cast<unsigned>(output.denominator);
  state.codec.do_fancy_upsampling = output.plain_chroma ? FALSE : TRUE;
  jpeg_start_decompress(&state.codec);
  return true;
}

bool JpegReader::crop_columns(int64_t& left, int64_t& width) {
  State& state = *state_;
  auto offset = static_cast<JDIMENSION>(left), columns = static_cast<JDIMENSION>(width);
  if (setjmp(state.escape) != 0) return false;
  jpeg_crop_scanline(&state.codec, &offset, &columns);
  left = offset;
  width = columns;
  return true;
}

bool JpegReader::skip_rows(int64_t count) {
  State& state = *state_;
  if (setjmp(state.escape) != 0) return false;
  jpeg_skip_scanlines(&state.codec, static_cast<JDIMENSION>(count));
  return true;
}

bool JpegReader::read_rows(uint8_t* pixels, size_t row_bytes, int64_t count) {
  State& state = *state_;
  if (setjmp(state.escape) != 0) return false;
  const auto first = state.codec.output_scanline;
  const auto end = static_cast<JDIMENSION>(first + count);
  while (state.codec.output_scanline < end) {
    JSAMPROW rows[8];
    const JDIMENSION left = std::min<JDIMENSION>(8, end - state.codec.output_scanline);
    for (JDIMENSION i = 0; i < left; ++i) {
      rows[i] = pixels + (state.codec.output_scanline - first + i) * row_bytes;
    }
    jpeg_read_scanlines(&state.codec, rows, left);
  }
  return true;
}

bool JpegReader::finish() {
  State& state = *state_;
  if (setjmp(state.escape) != 0) return state.out_of_data;  // behind the last pixel Pillow misses nothing
  jpeg_finish_decompress(&state.codec);
  return true;
}

int64_t JpegReader::width() const {
  return state_->codec.image_width;
}
int64_t JpegReader::height() const {
  return state_->codec.image_height;
}
int JpegReader::components() const {
  return state_->codec.num_components;
}
bool JpegReader::arithmetic() const {
  return state_->codec.arith_code != FALSE;
}

int JpegReader::orientation(bool ask_xmp) const {
  int xmp = 0;
  for (jpeg_saved_marker_ptr marker = state_->codec.marker_list; marker != nullptr; marker = marker->next) {
    const std::span data(reinterpret_cast<const std::byte*>(marker->data), marker->data_length);
    const int found = exif_orientation(data);
    if (found != 0) return found;
    const std::string_view text(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (ask_xmp && text.starts_with("http://ns.adobe.com/xap/1.0/")) xmp = xmp_orientation(text);
  }
  return xmp != 0 ? xmp : 1;
}

bool JpegReader::has_end() const {
  const std::string_view rest(reinterpret_cast<const char*>(state_->source.next_input_byte),
                              state_->source.bytes_in_buffer);
  return rest.rfind("\xFF\xD9") != std::string_view::npos;
}

int64_t JpegReader::output_width() const {
  return state_->codec.output_width;
}
int64_t JpegReader::rows_read() const {
  return state_->codec.output_scanline;
}

bool JpegReader::smooths() const {
  const jpeg_decompress_struct& codec = state_->codec;
  if (codec.progressive_mode == FALSE || codec.coef_bits == nullptr) return false;
  for (int c = 0; c < codec.num_components; ++c) {
    const int* const bits = codec.coef_bits[c];
    if (std::any_of(bits, bits + kSmoothedCoefficients + 1, [](int missing) { return missing != 0; })) {
      return true;
    }
  }
  return false;
}

bool JpegReader::warned() const {
  return state_->warned;
}
bool JpegReader::is_bomb() const {
  return state_->is_bomb;
}
bool JpegReader::out_of_data() const {
  return state_->out_of_data;
}
const char* JpegReader::error() const {
  return state_->error;
}

}  // namespace zoo
