#include "zoo/datasets/lists/csv.h"

#include <algorithm>

#include "zoo/base/error.h"
#include "zoo/datasets/lists/class_names.h"

namespace zoo {

CsvReader::CsvReader(std::string_view text, std::string file, char separator)
    : rest_(text), file_(std::move(file)), separator_(separator) {}

void CsvReader::fail(int64_t line, const std::string& what) const {
  throw Error(
      ErrorCode::corrupt, file_ + ":" + std::to_string(line), what,
      "Put a field that holds a quote, the separator or a line's end between quotes, and write its quotes "
      "twice.");
}

bool CsvReader::next(std::vector<std::string>& fields) {
  fields.clear();
  while (!rest_.empty() && (rest_.front() == '\n' || rest_.starts_with("\r\n"))) {
    rest_.remove_prefix(rest_.front() == '\n' ? 1 : 2);
    ++line_;
  }
  if (rest_.empty()) return false;
  record_line_ = line_;
  for (;;) {
    fields.push_back(rest_.starts_with('"') ? quoted() : plain());
    if (rest_.empty()) return true;
    if (rest_.front() == separator_) {
      rest_.remove_prefix(1);
      continue;
    }
    rest_.remove_prefix(rest_.front() == '\n' ? 1 : 2);
    ++line_;
    return true;
  }
}

// Both leave rest_ empty, or before a comma, "\n" or "\r\n".
std::string CsvReader::quoted() {
  const int64_t begin_line = line_;
  std::string field;
  rest_.remove_prefix(1);
  for (;;) {
    const size_t quote = rest_.find('"');
    if (quote == std::string_view::npos) fail(begin_line, "a quote is opened and never closed");
    field += rest_.substr(0, quote);
    line_ += std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(quote), '\n');
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    field += '"';
    rest_.remove_prefix(1);
  }
  const bool ends =
      rest_.empty() || rest_.front() == separator_ || rest_.front() == '\n' || rest_.starts_with("\r\n");
  if (!ends) fail(line_, "a quoted field goes on behind its closing quote");
  return field;
}

std::string CsvReader::plain() {
  size_t end = 0;
  while (end < rest_.size() && rest_[end] != separator_ && rest_[end] != '\n') ++end;
  if (end > 0 && end < rest_.size() && rest_[end] == '\n' && rest_[end - 1] == '\r') --end;
  std::string field(trimmed(rest_.substr(0, end)));
  if (field.find('"') != std::string::npos)
    fail(line_, "a quote inside a field that does not begin with one");
  rest_.remove_prefix(end);
  return field;
}

}  // namespace zoo
