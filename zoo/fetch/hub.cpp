#include "zoo/fetch/hub.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "zoo/base/environment.h"
#include "zoo/base/error.h"
#include "zoo/base/text.h"
#include "zoo/base/url.h"
#include "zoo/fetch/backoff.h"
#include "zoo/fetch/curl_request.h"
#include "zoo/fetch/response.h"

namespace zoo {
namespace {

constexpr std::string_view kHub = "https://huggingface.co";
constexpr size_t kLargestText = 8 << 20;  // a config.json with 20,000 classes has 2 MB

bool is_hex(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string percent_slashes(const std::string& revision) {
  std::string text;
  for (const char c : revision) text += c == '/' ? "%2F" : std::string(1, c);
  return text;
}

std::string repository_url(const HubName& name) {
  return hub_endpoint() + "/" + name.owner + "/" + name.repository;
}

std::string file_url_at(const HubName& name, const std::string& revision, const std::string& file) {
  return repository_url(name) + "/resolve/" + percent_slashes(revision) + "/" + file;
}

std::string field(const ResponseHead& head, const std::string& name) {
  const auto found = head.fields.find(name);
  return found == head.fields.end() ? "" : found->second;
}

// "abc" of "abc", "\"abc\"" and "W/\"abc\"".
std::string plain_etag(std::string text) {
  if (text.starts_with("W/")) text.erase(0, 2);
  std::erase(text, '"');
  return text;
}

int64_t to_number(const std::string& text) {
  int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0 ? number : -1;
}

void refuse_offline(const HubName& name) {
  if (!is_hub_offline()) return;
  throw DownloadError(DownloadError::Kind::final, name.text(), "HF_HUB_OFFLINE forbids to ask the hub",
                      "Unset it, or get the files once where there is a network.");
}

[[noreturn]] void explain(const HubName& name, const std::string& file, const DownloadError& error) {
  const bool has_token = environment("HF_TOKEN").has_value();
  const std::string token = has_token
                                ? "Does the token of HF_TOKEN allow it, and did its user accept the terms?"
                                : "If it is private or gated, set HF_TOKEN to your token.";
  if (error.status() == 401 || error.status() == 403) {
    throw DownloadError(DownloadError::Kind::final, name.text(),
                        "the hub does not show it (" + std::to_string(error.status()) + ")",
                        "Is the name right? " + token, error.status());
  }
  if (error.status() == 404) {
    throw DownloadError(DownloadError::Kind::final, name.text(),
                        "the hub has no such repository, no such revision or no " + file + " in it",
                        "Its page is " + repository_url(name) + ".", error.status());
  }
  throw error;
}

// Asks again what may pass.
template <typename Ask>
auto patiently(const HubName& name, const std::string& file, const NetworkOptions& options, Ask ask) {
  for (int64_t failures = 1;; ++failures) {
    try {
      return ask();
    } catch (const DownloadError& error) {
      const auto pause = pause_before_retry(options, failures, error, 0.5);
      if (error.kind() != DownloadError::Kind::passing || failures >= options.attempts || !pause) {
        explain(name, file, error);
      }
      std::this_thread::sleep_for(*pause);
    }
  }
}

struct HeadSeen {};  // thrown to stop: the rest of the way leads to another server

// What an answer says about the file, if it is the hub's own. `linked`: the bytes lie elsewhere.
struct Statement {
  std::string commit, sha256;
  int64_t bytes = -1;
  bool linked = false;

  explicit Statement(const ResponseHead& head) {
    if (url_origin(head.url) != url_origin(hub_endpoint())) return;
    commit = field(head, "x-repo-commit");
    const std::string etag = plain_etag(field(head, "x-linked-etag"));
    linked = !etag.empty();
    if (!is_hex(etag, 64)) return;
    sha256 = etag;
    bytes = to_number(field(head, "x-linked-size"));
  }
};

void check(const std::string& commit, const std::string& url) {
  if (is_hex(commit, 40)) return;
  throw Error(ErrorCode::network, url, "the answer names no commit: X-Repo-Commit is '" + commit + "'",
              "Is HF_ENDPOINT a hub?");
}

std::string get_text(const std::string& url, const NetworkOptions& options) {
  std::string text;
  const ResponseHead head = download(
      url,
      [&](std::span<const std::byte> bytes) {
        if (text.size() + bytes.size() > kLargestText) {
          throw Error(ErrorCode::network, url, "is larger than " + std::to_string(kLargestText) + " bytes");
        }
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      },
      {.network = options});
  if (!tells_its_end(head)) {
    throw Error(ErrorCode::network, url, "comes without a length: it may be cut", "Is a proxy in the way?");
  }
  return text;
}

}  // namespace

std::optional<HubUrl> parse_hub_url(const std::string& url) {
  const std::string begin = hub_endpoint() + "/";
  if (!url.starts_with(begin)) return std::nullopt;
  std::vector<std::string> parts(1);
  for (const char c : url.substr(begin.size())) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() < 5 || parts[2] != "resolve" || !std::ranges::all_of(parts, is_plain_name))
    return std::nullopt;
  HubUrl found{.name = {.owner = parts[0], .repository = parts[1], .revision = parts[3]}, .file = parts[4]};
  for (size_t i = 5; i < parts.size(); ++i) found.file += "/" + parts[i];
  return found;
}

std::string hub_endpoint() {
  std::string endpoint = environment("HF_ENDPOINT").value_or(std::string(kHub));
  while (endpoint.ends_with('/')) endpoint.pop_back();
  const std::string scheme = url_scheme(endpoint);
  const bool plain = endpoint.find_first_of("@?# \t\r\n") == std::string::npos;
  if ((scheme == "https" || scheme == "http") && plain && !url_origin(endpoint).empty()) return endpoint;
  throw Error(ErrorCode::usage, "HF_ENDPOINT", "is not the address of a hub",
              "Expected something like " + std::string(kHub) + ".");
}

std::string at_hub_endpoint(const std::string& url) {
  const std::string begin = std::string(kHub) + "/";
  return url.starts_with(begin) ? hub_endpoint() + "/" + url.substr(begin.size()) : url;
}

bool is_hub_secure() {
  const std::string origin = url_origin(hub_endpoint());
  return origin.starts_with("https://") || origin == "http://127.0.0.1" ||
         origin.starts_with("http://127.0.0.1:");
}

bool is_hub_offline() {
  auto word = environment("HF_HUB_OFFLINE");
  if (!word) word = environment("TRANSFORMERS_OFFLINE");
  const std::string text = to_lower(word.value_or(""));
  return text == "1" || text == "on" || text == "yes" || text == "true";
}

bool is_of_hub(const std::string& url) {
  return url.starts_with(hub_endpoint() + "/");
}

NetworkOptions with_hub_token(NetworkOptions options) {
  std::string token = environment("HF_TOKEN").value_or("");
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  while (!token.empty() && !is_visible(token.back())) token.pop_back();
  if (token.empty() || !is_hub_secure()) return options;
  if (!std::ranges::all_of(token, is_visible)) {
    throw Error(ErrorCode::usage, "HF_TOKEN", "holds characters that no token has");
  }
  options.headers.push_back(
      {.origin = url_origin(hub_endpoint()), .name = "Authorization", .value = "Bearer " + token});
  return options;
}

HubFile look_up(const HubName& name, const std::string& file, const NetworkOptions& options) {
  refuse_offline(name);
  const std::string url = file_url_at(name, name.revision, file);
  HubFile found;
  const auto read_head = [&](const ResponseHead& head) {
    const Statement statement(head);
    if (!statement.commit.empty()) found.commit = statement.commit;
    found.sha256 = statement.sha256;
    found.bytes = statement.bytes;
    if (statement.linked) throw HeadSeen{};
  };
  const NetworkOptions network = with_hub_token(options);
  patiently(name, file, options, [&] {
    try {
      download(url, [](auto) {}, {.network = network, .on_head = read_head, .head_only = true});
      return false;
    } catch (const HeadSeen&) {
      return true;
    }
  });
  check(found.commit, url);
  found.url = file_url_at(name, found.commit, file);
  return found;
}

std::string read_hub_text(const HubName& name, const std::string& file, const NetworkOptions& options) {
  refuse_offline(name);
  const std::string url = file_url_at(name, name.revision, file);
  const NetworkOptions network = with_hub_token(options);
  return patiently(name, file, options, [&] { return get_text(url, network); });
}

std::string hub_license(const HubName& name, const NetworkOptions& options) {
  const std::string url = hub_endpoint() + "/api/models/" + name.owner + "/" + name.repository +
                          "/revision/" + percent_slashes(name.revision);
  nlohmann::json card;
  try {
    refuse_offline(name);
    card = nlohmann::json::parse(get_text(url, with_hub_token(options)), nullptr, false);
  } catch (const DownloadError&) {
    return "";  // an older or smaller hub
  }
  if (!card.is_object() || !card.contains("tags") || !card["tags"].is_array()) return "";
  constexpr std::string_view kTag = "license:";
  for (const auto& tag : card["tags"]) {
    if (tag.is_string() && tag.get<std::string>().starts_with(kTag))
      return tag.get<std::string>().substr(kTag.size());
  }
  return "";
}

}  // namespace zoo
