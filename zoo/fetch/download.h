// One transfer by libcurl: https, http and file; redirects, time-outs, errors in words. Proxies come from the
// environment as curl's own manual says (https_proxy, no_proxy, ...), certificates from CURL_CA_BUNDLE,
// SSL_CERT_FILE and SSL_CERT_DIR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "zoo/fetch/network_options.h"
#include "zoo/fetch/response_head.h"

namespace zoo {

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

// Feeds the bytes of `url` to `sink`, which may throw to stop, and returns the head of the answer. One
// attempt. At most 10 redirects are followed, from https to https only; no content encoding is accepted.
// Throws DownloadError with the URL, or what the callbacks threw.
ResponseHead download(const std::string& url, const std::function<void(std::span<const std::byte>)>& sink,
                      const DownloadOptions& options = {});

}  // namespace zoo
