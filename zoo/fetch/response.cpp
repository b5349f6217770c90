#include "zoo/fetch/response.h"

#include <algorithm>
#include <charconv>

#include "zoo/base/text.h"

namespace zoo {
namespace {

constexpr size_t kLongestValidator = 1024;  // characters

std::string field(const ResponseHead& head, const std::string& name) {
  const auto found = head.fields.find(name);
  return found == head.fields.end() ? "" : found->second;
}

// The number that text starts with, which is cut off; -1 if there is none.
int64_t take_number(std::string_view& text) {
  int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return -1;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

int64_t content_length(const ResponseHead& head) {
  const std::string text = field(head, "content-length");
  std::string_view rest = text;
  const int64_t bytes = take_number(rest);
  return rest.empty() ? bytes : -1;
}

bool tells_its_end(const ResponseHead& head) {
  return head.status == 0 || head.framed || content_length(head) >= 0 ||
         to_lower(field(head, "transfer-encoding")).ends_with("chunked");
}

std::optional<ContentRange> content_range(const ResponseHead& head) {
  const std::string text = field(head, "content-range");
  std::string_view rest = text;
  if (!take(rest, "bytes ")) return std::nullopt;
  const int64_t first = take_number(rest);
  if (first < 0 || !take(rest, "-")) return std::nullopt;
  const int64_t last = take_number(rest);
  if (last < first || !take(rest, "/")) return std::nullopt;
  if (rest == "*") return ContentRange{.first = first};
  const int64_t total = take_number(rest);
  if (total <= last || !rest.empty()) return std::nullopt;
  return ContentRange{.first = first, .total = total};
}

std::string validator_of(const ResponseHead& head) {
  std::string tag = field(head, "etag");
  if (!tag.starts_with('"')) tag = field(head, "last-modified");
  return tag.size() <= kLongestValidator ? tag : "";
}

bool is_web_page(std::string_view beginning) {
  const std::string text = to_lower(beginning);
  const size_t first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");  // a byte order mark, white space
  if (first == std::string::npos || text[first] != '<') return false;
  return text.find("<!doctype html", first) != std::string::npos ||
         text.find("<html", first) != std::string::npos;
}

}  // namespace zoo
