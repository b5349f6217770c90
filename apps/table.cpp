#include "apps/table.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>

namespace zoo::apps {
namespace {

constexpr size_t kFactColumn = 15;

void pad(std::string& line, size_t columns) {
  line.append(columns, ' ');
}

// Characters of UTF-8, not bytes.
size_t width_of(const std::string& text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

}  // namespace

void Table::print(std::ostream& out) const {
  std::vector<size_t> widths;
  for (size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(width_of(columns_[i].title));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  const auto print_row = [&](auto cell) {
    std::string line;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& text = cell(i);
      if (i > 0) pad(line, 2);
      if (columns_[i].right_aligned) pad(line, widths[i] - width_of(text));
      line += text;
      if (!columns_[i].right_aligned) pad(line, widths[i] - width_of(text));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  };
  print_row([&](size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) print_row([&](size_t i) -> const std::string& { return row[i]; });
}

void print_fact(const std::string& label, const std::string& value) {
  if (value.empty()) return;
  std::string line = label;
  pad(line, line.size() < kFactColumn ? kFactColumn - line.size() : 1);
  std::cout << line << value << '\n';
}

std::string printable(std::string_view text) {
  std::string result(text);
  for (size_t i = 0; i < result.size(); ++i) {
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(result[at]); };
    // U+0080 to U+009F, which some terminals obey as well.
    const bool is_pair =
        byte(i) == 0xC2 && i + 1 < result.size() && byte(i + 1) >= 0x80 && byte(i + 1) < 0xA0;
    if (is_pair) result.erase(i, 1);
    if (is_pair || byte(i) < 0x20 || byte(i) == 0x7F) result[i] = '?';
  }
  return result;
}

std::string percent_text(double percent) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", percent);
  return text;
}

std::string scaled_text(int64_t count) {
  double value = static_cast<double>(count);
  size_t power = 0;
  for (; value >= 999.5 && power < 4; ++power) value /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", power == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value);
  return power == 0 ? text : std::string(text) + " " + " KMGT"[power];
}

}  // namespace zoo::apps
