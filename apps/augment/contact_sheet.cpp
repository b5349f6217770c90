#include "apps/augment/contact_sheet.h"

#include <algorithm>
#include <string>

#include "transforms/resize/resize.h"
#include "zoo/base/error.h"

namespace zoo::apps {
namespace {

constexpr int64_t kMostPixels = int64_t{1} << 28;
constexpr uint8_t kGround = 235;

Size shown_size(const Image& image, int64_t most_px) {
  const int64_t longer = std::max(image.width, image.height);
  if (longer <= most_px) return {image.width, image.height};
  const auto shrunk = [&](int64_t side) { return std::max<int64_t>(side * most_px / longer, 1); };
  return {shrunk(image.width), shrunk(image.height)};
}

void paste(Image& sheet, const Image& image, int64_t left, int64_t top) {
  for (int64_t y = 0; y < image.height; ++y) {
    std::copy_n(image.row(y), image.width * 3, sheet.row(top + y) + left * 3);
  }
}

}  // namespace

Image contact_sheet(const std::vector<std::vector<Image>>& groups, const SheetOptions& options) {
  Size cell;
  int64_t rows = 0, columns = 1;
  for (const std::vector<Image>& group : groups) {
    const int64_t count = std::ssize(group);
    rows += (count + options.columns - 1) / options.columns;
    columns = std::max(columns, std::min(count, options.columns));
    for (const Image& image : group) {
      const Size size = shown_size(image, options.most_px);
      cell = {std::max(cell.width, size.width), std::max(cell.height, size.height)};
    }
  }
  const int64_t gap = options.gap_px, width = columns * (cell.width + gap) + gap;
  const int64_t height = rows * (cell.height + gap) + gap;
  if (width > kMostPixels / height) {
    throw Error(ErrorCode::unsupported, "the sheet",
                "would have " + std::to_string(width) + " x " + std::to_string(height) + " pixels",
                "Show fewer pictures, or smaller ones with --size.");
  }
  Image sheet = make_image(width, height);
  std::ranges::fill(sheet.pixels, kGround);
  int64_t row = 0;
  for (const std::vector<Image>& group : groups) {
    for (int64_t i = 0; i < std::ssize(group); ++i) {
      const Image& image = group[static_cast<size_t>(i)];
      const Size size = shown_size(image, options.most_px);
      const int64_t left = gap + i % options.columns * (cell.width + gap) + (cell.width - size.width) / 2;
      const int64_t top =
          gap + (row + i / options.columns) * (cell.height + gap) + (cell.height - size.height) / 2;
      paste(sheet, resize_pillow(image, size.width, size.height, Interpolation::bilinear), left, top);
    }
    row += (std::ssize(group) + options.columns - 1) / options.columns;
  }
  return sheet;
}

}  // namespace zoo::apps
