#include "zoo/fetch/curl_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <curl/curl.h>

#include "zoo/base/text.h"

namespace zoo {
namespace {

using Kind = DownloadError::Kind;

constexpr size_t kLargestHead = 256UL << 10;  // bytes

struct Transfer {
  const CurlCallbacks& callbacks;
  CurlOutcome outcome;
  size_t head_bytes = 0;
  bool head_done = false;
  std::exception_ptr thrown;  // by a callback; must not cross libcurl's C frames
};

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// "HTTP/1.1 206 Partial Content" -> 206.
int64_t status_in(std::string_view line) {
  int64_t status = 0;
  const size_t space = std::min(line.find(' '), line.size() - 1);
  std::from_chars(line.data() + space + 1, line.data() + line.size(), status);
  return status;
}

void read_head_line(Transfer& transfer, std::string_view line) {
  ResponseHead& head = transfer.outcome.head;
  if (line.starts_with("HTTP/")) {  // a new head: that of a 100 is followed by another one
    head.status = status_in(line);
    head.framed = line.starts_with("HTTP/2") || line.starts_with("HTTP/3");
    head.fields.clear();
    transfer.head_done = false;
    return;
  }
  if (transfer.head_done || head.status == 0) return;  // what follows the body, and what file URLs say
  const size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    head.fields[to_lower(trimmed(line.substr(0, colon)))] = trimmed(line.substr(colon + 1));
  } else if (trimmed(line).empty() && head.status >= 200) {
    transfer.head_done = true;
    if (transfer.callbacks.on_head) transfer.callbacks.on_head(head);
  }
}

// Runs a callback's body; false if it threw.
template <typename Body>
bool guarded(Transfer& transfer, Body body) {
  try {
    body();
    return true;
  } catch (...) {
    transfer.thrown = std::current_exception();
    return false;
  }
}

size_t on_head_line(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.head_bytes += size;
  if (transfer.head_bytes > kLargestHead) return 0;
  return guarded(transfer, [&] { read_head_line(transfer, {data, size}); }) ? size : 0;
}

size_t on_body(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const bool whole = guarded(transfer, [&] {
    transfer.outcome.stopped = !transfer.callbacks.on_bytes(std::as_bytes(std::span(data, size)));
  });
  return whole && !transfer.outcome.stopped ? size : CURL_WRITEFUNC_ERROR;
}

int on_progress(void* user, curl_off_t total, curl_off_t received, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (!transfer.callbacks.on_progress) return 0;
  return guarded(transfer, [&] { transfer.callbacks.on_progress(received, total > 0 ? total : -1); }) ? 0 : 1;
}

void initialise_curl() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw Error(ErrorCode::network, "libcurl", "cannot be initialised");
    }
  });
}

Kind kind_of(CURLcode result, long proxy_status) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Kind::unreachable;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return proxy_status >= 400 ? Kind::final : Kind::passing;
    default:
      return Kind::final;
  }
}

std::string remedy_for(CURLcode result) {
  if (result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE) {
    return "If a proxy of yours signs the traffic anew, name its certificates in SSL_CERT_FILE.";
  }
  if (result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_CONNECT) {
    return "Is there a network, or a proxy to be named in https_proxy?";
  }
  return "";
}

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList header_list(const std::vector<std::string>& lines) {
  HeaderList list(nullptr, &curl_slist_free_all);
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    [[maybe_unused]] const curl_slist* begun = list.release();  // `longer` begins with it
    list.reset(longer);
  }
  return list;
}

// A connection that the other side has closed is an error, never a signal. libcurl sees to that itself only
// by changing how the whole process takes the signal, which threads must not do to each other.
class NoSigpipe {
 public:
  NoSigpipe() {
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGPIPE);
    sigset_t waiting{};
    sigpending(&waiting);
    was_waiting_ = sigismember(&waiting, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~NoSigpipe() {
    const timespec at_once{};
    if (!was_waiting_) sigtimedwait(&signal_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

 private:
  sigset_t signal_{}, before_{};
  bool was_waiting_ = false;
};

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// "" if it has none.
std::string part_of(const Url& url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

// `location` as seen from `base`, absolute; "" if it makes no sense.
std::string resolve(const std::string& base, const std::string& location) {
  const Url url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) !=
          CURLUE_OK) {
    return "";
  }
  return part_of(url, CURLUPART_URL);
}

// Sets options and keeps the first failure.
class Setup {
 public:
  explicit Setup(CURL* curl) : curl_(curl) {}
  template <typename Value>
  void operator()(CURLoption option, Value value) {
    if (result_ == CURLE_OK) result_ = curl_easy_setopt(curl_, option, value);
  }
  CURLcode result() const { return result_; }

 private:
  CURL* curl_;
  CURLcode result_ = CURLE_OK;
};

// The library leaves these variables to its callers; curl's own program and Python read the same.
void set_certificates(Setup& set) {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : nullptr;
  };
  const char* file = environment("CURL_CA_BUNDLE");
  if (file == nullptr) file = environment("SSL_CERT_FILE");
  const char* folder = environment("SSL_CERT_DIR");
  if (file != nullptr) set(CURLOPT_CAINFO, file);
  if (folder != nullptr) set(CURLOPT_CAPATH, folder);
}

}  // namespace

CurlOutcome perform(const CurlRequest& request, const CurlCallbacks& callbacks) {
  initialise_curl();
  const Handle curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) throw DownloadError(Kind::final, request.url, "libcurl cannot start a transfer");
  const HeaderList headers = header_list(request.header_lines);
  Transfer transfer{.callbacks = callbacks, .outcome = {}, .thrown = {}};
  transfer.outcome.head.url = request.url;
  std::array<char, CURL_ERROR_SIZE> words{};

  Setup set(curl.get());
  set(CURLOPT_ERRORBUFFER, words.data());
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "https,http,file");
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_NOBODY, request.head_only ? 1L : 0L);
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_timeout_s));
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout_s));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_BUFFERSIZE, 512L * 1024);
  set(CURLOPT_USERAGENT, "zoo");
  set(CURLOPT_HEADERFUNCTION, &on_head_line);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, &transfer);
  set_certificates(set);

  const NoSigpipe no_sigpipe;
  const CURLcode result = set.result() == CURLE_OK ? curl_easy_perform(curl.get()) : set.result();
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  if (transfer.head_bytes > kLargestHead) {
    throw DownloadError(Kind::final, request.url, "the head of the answer does not end");
  }
  if (result != CURLE_OK && !transfer.outcome.stopped) {
    long proxy_status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    throw DownloadError(kind_of(result, proxy_status), request.url,
                        words[0] != '\0' ? words.data() : curl_easy_strerror(result), remedy_for(result));
  }
  const auto& fields = transfer.outcome.head.fields;
  const auto location = fields.find("location");
  if (location != fields.end()) transfer.outcome.location = resolve(request.url, location->second);
  curl_off_t wait_s = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RETRY_AFTER, &wait_s);
  if (fields.contains("retry-after")) transfer.outcome.retry_after_s = wait_s;
  return std::move(transfer.outcome);
}

std::string url_origin(const std::string& url) {
  const Url parsed(curl_url(), &curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return "";
  const std::string host = to_lower(part_of(parsed, CURLUPART_HOST));
  if (host.empty()) return "";
  const std::string port = part_of(parsed, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
  return to_lower(part_of(parsed, CURLUPART_SCHEME)) + "://" + host + (port.empty() ? "" : ":" + port);
}

}  // namespace zoo
