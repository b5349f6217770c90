// What a server answers before the bytes, and how a transfer fails.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "zoo/base/error.h"

namespace zoo {

struct ResponseHead {
  std::string url;                            // that answers so, redirects followed
  int64_t status = 0;                         // HTTP's; 0 of file URLs
  std::map<std::string, std::string> fields;  // by lower-case names; of several alike the last
  bool framed = false;                        // HTTP/2 or 3, which tell where an answer ends
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

}  // namespace zoo
