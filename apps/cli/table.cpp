#include "apps/cli/table.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>

#include "zoo/base/foreign_text.h"

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

void Table::add(const std::vector<std::string>& cells) {
  auto& row = rows_.emplace_back();
  for (const std::string& cell : cells) row.push_back(printable(cell));
}

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
  if (!value.empty()) print_fact(label, std::vector{value});
}

void print_fact(const std::string& label, const std::vector<std::string>& values) {
  std::string line = label;
  for (const std::string& value : values) {
    pad(line, line.size() < kFactColumn ? kFactColumn - line.size() : 1);
    std::cout << line << printable(value) << '\n';
    line.clear();
  }
}

void print_note(const std::string& text) {
  std::cerr << "note: " << printable(text) << '\n';
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
