// One request by libcurl, redirects not followed: what the server says, without judging it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "zoo/fetch/response_head.h"

namespace zoo {

struct CurlRequest {
  std::string url;
  std::vector<std::string> header_lines = {};  // "Name: value"
  bool head_only = false;
  int64_t connect_timeout_s = 30, stall_timeout_s = 60;
};

struct CurlCallbacks {
  std::function<void(const ResponseHead&)> on_head;                       // not of file URLs
  std::function<bool(std::span<const std::byte>)> on_bytes;               // false: no more of them are wanted
  std::function<void(int64_t received, int64_t total)> on_progress = {};  // total: -1 = unknown
};

struct CurlOutcome {
  ResponseHead head;
  std::string location;        // absolute; of a redirect, else empty
  int64_t retry_after_s = -1;  // the server's wish, or -1
  bool stopped = false;        // by on_bytes
};

// Throws DownloadError{final, unreachable, passing} with libcurl's words if no whole answer came, or what the
// callbacks threw. An HTTP status of failure is an answer.
CurlOutcome perform(const CurlRequest& request, const CurlCallbacks& callbacks);

// "https://example.org" or "http://127.0.0.1:8080" of a URL, as libcurl understands it: lower-case, without
// the usual port. Empty if it is none.
std::string url_origin(const std::string& url);

}  // namespace zoo
