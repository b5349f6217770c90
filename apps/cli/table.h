// What programs print for people: tables, facts, notes.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "zoo/base/foreign_text.h"  // printable

namespace zoo::apps {

struct Column {
  std::string title;
  bool right_aligned = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(const std::vector<std::string>& cells);
  // Two spaces between columns, none at the end of a line.
  void print(std::ostream& out) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A line "label   value" on stdout, the values below each other; nothing where there is no value. Values may
// be foreign text, as the cells of tables.
void print_fact(const std::string& label, const std::string& value);
void print_fact(const std::string& label, const std::vector<std::string>& values);
// "note: TEXT" on stderr; TEXT may be foreign.
void print_note(const std::string& text);

std::string percent_text(double percent);  // "76.13"
std::string scaled_text(int64_t count);    // "25.6 M", "4.09 G": three digits and a power of 1000

}  // namespace zoo::apps
