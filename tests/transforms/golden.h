// The test patterns of tests/golden/transforms/make_golden.py, and its tables.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "transforms/image.h"
#include "zoo/base/sha256.h"

namespace zoo::test {

// One line of a tab-separated table, by its header's names.
using Row = std::map<std::string, std::string>;

inline std::vector<std::string> split_tabs(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
  return fields;
}

inline std::vector<Row> read_table(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no table " + path.string());
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> header = split_tabs(line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    const std::vector<std::string> fields = split_tabs(line);
    Row row;
    for (size_t i = 0; i < header.size(); ++i) row[header[i]] = i < fields.size() ? fields[i] : "";
    rows.push_back(row);
  }
  return rows;
}

inline std::filesystem::path golden_folder() {
  return std::filesystem::path(ZOO_SOURCE_DIR) / "tests" / "golden" / "transforms";
}

inline int64_t integer(const Row& row, const std::string& column) {
  return std::stoll(row.at(column));
}
inline double number(const Row& row, const std::string& column) {
  return std::stod(row.at(column));
}

inline Image noise(int64_t width, int64_t height) {
  Image image = make_image(width, height);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    auto x = static_cast<uint32_t>(i) * 2654435761U;
    x = (x ^ (x >> 15)) * 2246822519U;
    image.pixels[i] = static_cast<uint8_t>(x ^ (x >> 13));
  }
  return image;
}

inline Image gradient(int64_t width, int64_t height) {
  Image image = make_image(width, height);
  for (int64_t i = 0; i < width * height * 3; ++i) {
    const int64_t c = i % 3, x = i / 3 % width, y = i / 3 / width;
    image.pixels[static_cast<size_t>(i)] =
        static_cast<uint8_t>(std::min<int64_t>((x * 255 / width + y * 255 / height) / 2 + 20 * c, 255));
  }
  return image;
}

inline Image pattern(const Row& row) {
  const int64_t width = integer(row, "width"), height = integer(row, "height");
  return row.at("pattern") == "noise" ? noise(width, height) : gradient(width, height);
}

inline std::string digest(const Image& image) {
  return sha256_hex(std::as_bytes(std::span(image.pixels)));
}

}  // namespace zoo::test
