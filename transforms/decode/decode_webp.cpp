#include "transforms/decode/decode_webp.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "transforms/decode/decode_limits.h"
#include "transforms/decode/exif.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;
using AnimDecoder = std::unique_ptr<WebPAnimDecoder, decltype(&WebPAnimDecoderDelete)>;

WebPData data_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

[[noreturn]] void refuse(const std::string& name) {
  throw Error(ErrorCode::corrupt, name, "the WebP file cannot be decoded; it is damaged or ends early",
              "Get the whole file, or leave it out.");
}

std::span<const std::byte> chunk(const WebPDemuxer& file, const char* type, WebPChunkIterator& place) {
  if (WebPDemuxGetChunk(&file, type, 1, &place) == 0) return {};
  return std::as_bytes(std::span(place.chunk.bytes, place.chunk.size));
}

int orientation(const WebPDemuxer& file, Backend backend) {
  WebPChunkIterator place{};
  const auto exif = chunk(file, "EXIF", place);
  // Some writers put JPEG's prefix in front of the TIFF header.
  const int with_prefix = exif_orientation(exif);
  int found = with_prefix != 0 ? with_prefix : tiff_orientation(exif);
  WebPDemuxReleaseChunkIterator(&place);
  if (found == 0 && backend == Backend::pillow) {
    const auto xmp = chunk(file, "XMP ", place);
    found = xmp_orientation({reinterpret_cast<const char*>(xmp.data()), xmp.size()});
    WebPDemuxReleaseChunkIterator(&place);
  }
  return found != 0 ? found : 1;
}

}  // namespace

PictureHead read_webp_head(std::span<const std::byte> bytes, const std::string& name,
                           const DecodeOptions& options) {
  const WebPData data = data_of(bytes);
  const Demuxer file(WebPDemux(&data), WebPDemuxDelete);
  if (!file) refuse(name);
  const PictureHead head{WebPDemuxGetI(file.get(), WEBP_FF_CANVAS_WIDTH),
                         WebPDemuxGetI(file.get(), WEBP_FF_CANVAS_HEIGHT),
                         options.exif ? orientation(*file, options.backend) : 1};
  require_size(head.width, head.height, name, options.max_pixels);
  // One colour takes no bit for a pixel; who packs so much of it packs a bomb.
  require_plausible(head.width, head.height, bytes.size(), name,
                    {.pixels_per_byte = 1 << 16, .free_pixels = 1 << 24});
  return head;
}

Picture decode_webp(std::span<const std::byte> bytes, const std::string& name, const DecodeOptions& options) {
  const PictureHead head = read_webp_head(bytes, name, options);
  const WebPData data = data_of(bytes);
  WebPAnimDecoderOptions settings;
  WebPAnimDecoderOptionsInit(&settings);
  settings.color_mode = MODE_RGBA;
  const AnimDecoder decoder(WebPAnimDecoderNew(&data, &settings), WebPAnimDecoderDelete);
  uint8_t* pixels = nullptr;
  int time_ms = 0;
  if (!decoder || WebPAnimDecoderGetNext(decoder.get(), &pixels, &time_ms) == 0) refuse(name);
  Image image = make_image(head.width, head.height);
  for (int64_t i = 0; i < head.width * head.height; ++i) {
    std::copy_n(pixels + 4 * i, 3, image.pixels.data() + 3 * i);
  }
  return {std::move(image), head.orientation};
}

}  // namespace zoo
