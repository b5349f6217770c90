#include "zoo/core/download.h"

#include <array>
#include <exception>
#include <memory>
#include <mutex>

#include <curl/curl.h>

#include "zoo/core/error.h"
#include "zoo/core/url.h"

namespace zoo {
namespace {

struct Transfer {
  const std::function<void(std::span<const std::byte>)>& sink;
  const std::function<void(int64_t, int64_t)>& progress;
  std::exception_ptr thrown;  // by one of the two; must not cross libcurl's C frames
};

size_t on_bytes(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    transfer.sink(std::as_bytes(std::span(data, size)));
    return size;
  } catch (...) {
    transfer.thrown = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

int on_progress(void* user, curl_off_t total, curl_off_t received, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  try {
    if (transfer.progress) transfer.progress(received, total > 0 ? total : -1);
    return 0;
  } catch (...) {
    transfer.thrown = std::current_exception();
    return 1;
  }
}

void initialise_curl() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw Error(ErrorCode::network, "libcurl", "cannot be initialised");
    }
  });
}

}  // namespace

void download(const std::string& url, const std::function<void(std::span<const std::byte>)>& sink,
              const DownloadOptions& options) {
  initialise_curl();
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) throw Error(ErrorCode::network, url, "libcurl cannot start a transfer");
  Transfer transfer{.sink = sink, .progress = options.progress, .thrown = {}};
  std::array<char, CURL_ERROR_SIZE> words{};

  CURLcode setup = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    if (setup == CURLE_OK) setup = curl_easy_setopt(curl.get(), option, value);
  };
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "https,http,file");
  set(CURLOPT_REDIR_PROTOCOLS_STR, url_scheme(url) == "https" ? "https" : "https,http");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout_s));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout_s));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_BUFFERSIZE, 256L * 1024);
  set(CURLOPT_USERAGENT, "zoo");
  set(CURLOPT_WRITEFUNCTION, &on_bytes);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, &transfer);

  const CURLcode result = setup == CURLE_OK ? curl_easy_perform(curl.get()) : setup;
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (result != CURLE_OK) {
    throw Error(ErrorCode::network, url, words[0] != '\0' ? words.data() : curl_easy_strerror(result));
  }
}

}  // namespace zoo
