#include "transforms/decode/decode_gif.h"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "transforms/decode/decode_limits.h"
#include "zoo/base/error.h"

namespace zoo {
namespace {

using Bytes = std::span<const std::byte>;

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorCode::corrupt, name, "the GIF file cannot be decoded: " + what,
              "Get the whole file, or leave it out.");
}

// One block that ends the pixels follows the file: the pixels are whole without it.
int read_bytes(GifFileType* file, GifByteType* to, int size) {
  auto& left = *static_cast<Bytes*>(file->UserData);
  if (left.empty() && size == 1) {
    *to = 0;
    return 1;
  }
  const size_t count = std::min(left.size(), static_cast<size_t>(size));
  if (count > 0) std::memcpy(to, left.data(), count);
  left = left.subspan(count);
  return static_cast<int>(count);
}

struct GifCloser {
  void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
};

// Goes to the first frame, whose rows may be read then.
class GifReader {
 public:
  GifReader(Bytes bytes, const std::string& name, const DecodeOptions& options) : left_(bytes), name_(name) {
    int error = 0;
    file_.reset(DGifOpen(&left_, read_bytes, &error));
    if (!file_) fail(error);
    while (!to_frame()) {
    }
    // A frame that reaches beyond the picture makes it larger, as in Pillow.
    const GifImageDesc& frame = file_->Image;
    head_ = {std::max(file_->SWidth, frame.Left + frame.Width),
             std::max(file_->SHeight, frame.Top + frame.Height)};
    require_size(head_.width, head_.height, name, options.max_pixels);
    if (frame.Width <= 0 || frame.Height <= 0) refuse(name_, "its first frame is empty");
    // A code of 9 bits stands for 4096 pixels at most; what is around the frame takes as much memory.
    require_plausible(head_.width, head_.height, bytes.size(), name, {.pixels_per_byte = 4096});
  }

  PictureHead head() const { return head_; }

  Image decode(bool truncated_ok) {
    const std::array<uint8_t, 768> palette = colours();
    const GifImageDesc& frame = file_->Image;
    Image image = make_image(head_.width, head_.height);
    const uint8_t* const around = palette.data() + 3 * size_t{transparent_};
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = around[i % 3];
    std::vector<GifPixelType> row(static_cast<size_t>(frame.Width));
    for (const int y : row_order()) {
      if (DGifGetLine(file_.get(), row.data(), frame.Width) == GIF_ERROR) {
        if (truncated_ok) break;
        fail(file_->Error);
      }
      uint8_t* to = image.row(frame.Top + y) + int64_t{3} * frame.Left;
      for (const GifPixelType index : row) to = std::copy_n(palette.data() + 3 * size_t{index}, 3, to);
    }
    return image;
  }

 private:
  [[noreturn]] void fail(int error) const {
    if (error == D_GIF_ERR_READ_FAILED || error == D_GIF_ERR_EOF_TOO_SOON) refuse(name_, "it ends early");
    const char* const what = GifErrorString(error);
    refuse(name_, what != nullptr ? what : "it is damaged");
  }
  void require(int result) const {
    if (result == GIF_ERROR) fail(file_->Error);
  }

  // Passes over one record; true where it was a frame.
  bool to_frame() {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    require(DGifGetRecordType(file_.get(), &type));
    if (type == TERMINATE_RECORD_TYPE) refuse(name_, "there is no picture in it");
    if (type == IMAGE_DESC_RECORD_TYPE) {
      require(DGifGetImageDesc(file_.get()));
      return true;
    }
    int label = 0;
    GifByteType* block = nullptr;
    require(DGifGetExtension(file_.get(), &label, &block));
    while (block != nullptr) {
      GraphicsControlBlock control{};
      if (label == GRAPHICS_EXT_FUNC_CODE && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK &&
          control.TransparentColor != NO_TRANSPARENT_COLOR) {
        transparent_ = static_cast<uint8_t>(control.TransparentColor);
      }
      require(DGifGetExtensionNext(file_.get(), &block));
    }
    return false;
  }

  // A grey ramp after the file's last colour.
  std::array<uint8_t, 768> colours() const {
    std::array<uint8_t, 768> palette;
    for (size_t i = 0; i < palette.size(); ++i) palette[i] = static_cast<uint8_t>(i / 3);
    const ColorMapObject* map = file_->Image.ColorMap != nullptr ? file_->Image.ColorMap : file_->SColorMap;
    if (map == nullptr) return palette;
    for (size_t i = 0; i < static_cast<size_t>(std::clamp(map->ColorCount, 0, 256)); ++i) {
      palette[3 * i] = map->Colors[i].Red;
      palette[3 * i + 1] = map->Colors[i].Green;
      palette[3 * i + 2] = map->Colors[i].Blue;
    }
    return palette;
  }

  // The rows of the frame in the order in which they are stored.
  std::vector<int> row_order() const {
    std::vector<int> rows;
    const auto add = [&](int first, int step) {
      for (int y = first; y < file_->Image.Height; y += step) rows.push_back(y);
    };
    if (!file_->Image.Interlace) {
      add(0, 1);
    } else {
      add(0, 8), add(4, 8), add(2, 4), add(1, 2);
    }
    return rows;
  }

  Bytes left_;
  const std::string& name_;
  std::unique_ptr<GifFileType, GifCloser> file_;
  PictureHead head_;
  uint8_t transparent_ = 0;
};

}  // namespace

PictureHead read_gif_head(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  return GifReader(bytes, name, options).head();
}

Picture decode_gif(Bytes bytes, const std::string& name, const DecodeOptions& options) {
  return {GifReader(bytes, name, options).decode(options.allow_truncated)};
}

}  // namespace zoo
