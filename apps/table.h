// Plain tables for people.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace zoo::apps {

struct Column {
  std::string title;
  bool right_aligned = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // Two spaces between columns, none at the end of a line.
  void print(std::ostream& out) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A line "label   value" on stdout, the values below each other; nothing where there is no value.
void print_fact(const std::string& label, const std::string& value);

// Text from a file that is safe on a terminal: control characters become '?'.
std::string printable(std::string_view text);

std::string percent_text(double percent);  // "76.13"
std::string scaled_text(int64_t count);    // "25.6 M", "4.09 G": three digits and a power of 1000

}  // namespace zoo::apps
