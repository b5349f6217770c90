// Comma-separated values: RFC 4180, with CRLF or LF, also with another separator than the comma. Blanks
// around a field without quotes do not count.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace zoo {

class CsvReader {
 public:
  // Looks into `text`; `file` stands in messages.
  CsvReader(std::string_view text, std::string file, char separator = ',');
  // The next record's fields; empty lines are skipped. False at the end. Throws Error{corrupt} with the line
  // for quotes that are not closed or stand inside a field.
  bool next(std::vector<std::string>& fields);
  int64_t line() const { return record_line_; }  // where the record begins, from 1

 private:
  std::string quoted();
  std::string plain();
  [[noreturn]] void fail(int64_t line, const std::string& what) const;

  std::string_view rest_;
  std::string file_;
  char separator_;
  int64_t line_ = 1, record_line_ = 1;
};

}  // namespace zoo
