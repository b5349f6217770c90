// Pictures side by side in one picture.
#pragma once

#include <vector>

#include "transforms/image.h"

namespace zoo::apps {

struct SheetOptions {
  int64_t columns = 8;
  int64_t most_px = 512;  // a picture that is larger is shrunk to this side
  int64_t gap_px = 4;
};

// One block of rows for each group, its pictures from left to right on a light ground, each centred in a cell
// as large as the largest picture. Throws Error{unsupported} for a sheet of more than 2^28 pixels.
Image contact_sheet(const std::vector<std::vector<Image>>& groups, const SheetOptions& options = {});

}  // namespace zoo::apps
