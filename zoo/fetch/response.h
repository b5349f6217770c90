// What an HTTP answer says about the file it brings (RFC 9110).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "zoo/fetch/response_head.h"

namespace zoo {

// Content-Length, or -1.
int64_t content_length(const ResponseHead& head);

// Whether a transfer that ended is one that came whole: the answer says how long it is, or is sent in pieces
// of which the last says so. Else it ends with the connection, whoever cuts that.
bool tells_its_end(const ResponseHead& head);

struct ContentRange {
  int64_t first = 0;
  int64_t total = -1;  // -1: the server does not know
};
// Of "bytes 100-199/1000"; nothing if it is not there or not so.
std::optional<ContentRange> content_range(const ResponseHead& head);

// What If-Range may name: a strong ETag, else Last-Modified, else nothing.
std::string validator_of(const ResponseHead& head);

// Whether the first bytes of a file are those of a web page.
bool is_web_page(std::string_view beginning);

}  // namespace zoo
