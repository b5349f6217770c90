#include "apps/cli/picture_files.h"

#include <algorithm>

#include "zoo/datasets/dataset.h"

namespace zoo::apps {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> pictures_below(const fs::path& folder) {
  std::vector<fs::path> pictures;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && has_picture_suffix(entry.path().filename().string()))
        pictures.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::io, error.path1().string(), error.code().message());
  }
  if (pictures.empty())
    throw Error(ErrorCode::not_found, folder.string(), "no picture in this folder or below it",
                "Files count by their suffix: .jpg .jpeg .png .ppm .bmp .pgm .tif .tiff .webp.");
  std::sort(pictures.begin(), pictures.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return pictures;
}

}  // namespace

std::vector<fs::path> picture_files(const std::vector<std::string>& arguments,
                                    const std::function<void(const Error&)>& on_error) {
  std::vector<fs::path> files;
  for (const std::string& argument : arguments) {
    std::error_code unknown;
    if (!fs::is_directory(argument, unknown)) {
      files.emplace_back(argument);
      continue;
    }
    try {
      const std::vector<fs::path> below = pictures_below(argument);
      files.insert(files.end(), below.begin(), below.end());
    } catch (const Error& error) {
      on_error(error);
    }
  }
  return files;
}

}  // namespace zoo::apps
