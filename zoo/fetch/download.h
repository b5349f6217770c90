// One transfer by libcurl: https, http and file; redirects, time-outs, errors in words. Proxies come from the
// environment as curl's own manual says (https_proxy, no_proxy, ...), certificates from CURL_CA_BUNDLE,
// SSL_CERT_FILE and SSL_CERT_DIR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "zoo/base/error.h"

namespace zoo {

// Goes with requests to this origin and to no other: not to the target of a redirect elsewhere, and a secret
// of an https origin never over plain http. Its value appears in no message.
struct RequestHeader {
  std::string origin;  // "https://huggingface.co": scheme, host, and the port unless it is the usual one
  std::string name, value;
};

// What holds for all requests of a program.
struct NetworkOptions {
  int64_t connect_timeout_s = 30;
  int64_t stall_timeout_s = 60;   // gives up after so long without a byte; there is no limit on the whole
  int64_t attempts = 5;           // to get one URL, while its failures are of those that pass
  int64_t first_pause_ms = 1000;  // before the second attempt; doubles, and is shortened by chance
  int64_t longest_pause_s = 300;  // also of those that a server asks for: more is a failure
  // Bytes of a file of which neither the manifest nor the server says how many it has: more are refused.
  int64_t most_of_unknown_size = 8LL << 30;
  std::vector<RequestHeader> headers = {};
};

struct ResponseHead {
  std::string url;                            // that answers so, redirects followed
  int64_t status = 0;                         // HTTP's; 0 of file URLs
  std::map<std::string, std::string> fields;  // by lower-case names; of several alike the last
  bool framed = false;                        // HTTP/2 or 3, which tell where an answer ends
};

struct DownloadOptions {
  NetworkOptions network = {};
  // Called about once a second or more often: received so far, and the total or -1. May throw to stop.
  std::function<void(int64_t received, int64_t total)> progress = {};
  // Called with each answer's head, those of redirects included, before its bytes. May throw to stop.
  std::function<void(const ResponseHead&)> on_head = {};
  bool head_only = false;     // ask for the head alone (HTTP's HEAD)
  int64_t offset = 0;         // ask for the bytes from here on; whether they come so, the head says (206)
  std::string if_range = {};  // provided that this validator still holds
};

// A transfer that failed; always of code network.
class DownloadError : public Error {
 public:
  enum class Kind {
    final,        // the same would come of it again
    unreachable,  // nobody answered
    passing,      // overloaded, cut off, silent: worth another attempt
  };
  DownloadError(Kind kind, const std::string& where, const std::string& what, const std::string& remedy = {},
                int64_t status = 0, int64_t retry_after_s = -1)
      : Error(ErrorCode::network, where, what, remedy),
        kind_(kind),
        status_(status),
        retry_after_s_(retry_after_s) {}
  Kind kind() const noexcept { return kind_; }
  int64_t status() const noexcept { return status_; }                // HTTP's, 0 if it did not come to that
  int64_t retry_after_s() const noexcept { return retry_after_s_; }  // as the server asked, or -1

 private:
  Kind kind_;
  int64_t status_, retry_after_s_;
};

// Feeds the bytes of `url` to `sink`, which may throw to stop, and returns the head of the answer. One
// attempt. At most 10 redirects are followed, from https to https only; no content encoding is accepted.
// Throws DownloadError with the URL, or what the callbacks threw.
ResponseHead download(const std::string& url, const std::function<void(std::span<const std::byte>)>& sink,
                      const DownloadOptions& options = {});

}  // namespace zoo
