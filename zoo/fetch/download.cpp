#include "zoo/fetch/download.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "zoo/base/text.h"
#include "zoo/base/url.h"
#include "zoo/fetch/curl_request.h"

namespace zoo {
namespace {

using Kind = DownloadError::Kind;

constexpr int kMostRedirects = 10;

struct StatusWords {
  int64_t status;
  std::string_view words;
  std::string_view remedy;
};

constexpr std::array kStatusWords{
    StatusWords{401, "Unauthorized", "The server wants to know who asks: is a token needed?"},
    StatusWords{403, "Forbidden",
                "Does the publisher ask for an agreement or a token, or is a proxy in the way?"},
    StatusWords{404, "Not Found", ""},
    StatusWords{407, "Proxy Authentication Required",
                "Name the proxy as http://USER:PASSWORD@HOST in https_proxy."},
    StatusWords{408, "Request Timeout", ""},
    StatusWords{410, "Gone", ""},
    StatusWords{416, "Range Not Satisfiable", ""},
    StatusWords{429, "Too Many Requests", ""},
    StatusWords{451, "Unavailable For Legal Reasons", ""},
    StatusWords{500, "Internal Server Error", ""},
    StatusWords{502, "Bad Gateway", ""},
    StatusWords{503, "Service Unavailable", ""},
    StatusWords{504, "Gateway Timeout", ""},
};

[[noreturn]] void refuse_status(const CurlOutcome& outcome) {
  const int64_t status = outcome.head.status;
  const auto* const known = std::ranges::find(kStatusWords, status, &StatusWords::status);
  const bool is_known = known != kStatusWords.end();
  const Kind kind = status == 408 || status == 429 || status >= 500 ? Kind::passing : Kind::final;
  std::string what = "the server answers " + std::to_string(status);
  if (is_known) what += " " + std::string(known->words);
  if (outcome.retry_after_s >= 0) what += " and asks to wait " + std::to_string(outcome.retry_after_s) + " s";
  throw DownloadError(kind, outcome.head.url, what, is_known ? std::string(known->remedy) : "", status,
                      outcome.retry_after_s);
}

CurlRequest request_for(const std::string& url, const DownloadOptions& options) {
  CurlRequest request{.url = url,
                      .header_lines = {"Accept-Encoding: identity"},
                      .head_only = options.head_only,
                      .connect_timeout_s = options.network.connect_timeout_s,
                      .stall_timeout_s = options.network.stall_timeout_s};
  if (options.offset > 0) {
    request.header_lines.push_back("Range: bytes=" + std::to_string(options.offset) + "-");
    if (!options.if_range.empty()) request.header_lines.push_back("If-Range: " + options.if_range);
  }
  const std::string origin = url_origin(url);
  for (const RequestHeader& header : options.network.headers) {
    if (header.origin == origin) request.header_lines.push_back(header.name + ": " + header.value);
  }
  return request;
}

bool is_redirect(int64_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

void check_redirect(const std::string& from, const std::string& to) {
  const std::string scheme = url_scheme(to);
  if (scheme == "https" || (scheme == "http" && url_scheme(from) == "http")) return;
  throw DownloadError(Kind::final, from,
                      "redirects to " + to + ", which is not followed: " +
                          (scheme == "http" ? "the way there is not encrypted" : "it is no web address"));
}

void check_encoding(const ResponseHead& head) {
  const auto encoding = head.fields.find("content-encoding");
  if (encoding == head.fields.end() || to_lower(encoding->second) == "identity") return;
  throw DownloadError(Kind::final, head.url,
                      "comes in the content encoding '" + encoding->second + "', which was not asked for",
                      "Use another copy: these would not be the published bytes.");
}

}  // namespace

ResponseHead download(const std::string& url, const std::function<void(std::span<const std::byte>)>& sink,
                      const DownloadOptions& options) {
  std::string at = url;
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    const bool web = !is_local_url(at);
    bool wanted = !web;  // a page that comes with a redirect or a failure is not the file
    const CurlCallbacks callbacks{.on_head =
                                      [&](const ResponseHead& head) {
                                        wanted = head.status < 300;
                                        if (wanted) check_encoding(head);
                                        if (options.on_head) options.on_head(head);
                                      },
                                  .on_bytes =
                                      [&](std::span<const std::byte> bytes) {
                                        if (wanted) sink(bytes);
                                        return wanted;
                                      },
                                  .on_progress =
                                      [&](int64_t received, int64_t total) {
                                        if (options.progress) options.progress(received, wanted ? total : -1);
                                      }};
    CurlOutcome outcome = perform(request_for(at, options), callbacks);
    if (wanted) return std::move(outcome.head);
    if (!is_redirect(outcome.head.status) || outcome.location.empty()) refuse_status(outcome);
    check_redirect(at, outcome.location);
    at = std::move(outcome.location);
  }
  throw DownloadError(Kind::final, url,
                      "is redirected more than " + std::to_string(kMostRedirects) + " times");
}

}  // namespace zoo
