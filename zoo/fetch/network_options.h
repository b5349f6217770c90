// How servers are asked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

}  // namespace zoo
