// A hub and the content server that it redirects to, as the real ones answer.
#pragma once

#include <map>
#include <string>

#include "tests/fetch/http_server.h"
#include "tests/manifest/weight_records.h"

namespace zoo::test {

class FakeHub {
 public:
  static inline const std::string kCommit = std::string(39, '0') + "1";

  // Files by name: model.safetensors is kept on the content server, the others in git.
  explicit FakeHub(std::map<std::string, std::string> kept)
      : files(std::move(kept)),
        content([this](const Request&) { return ok(files.at("model.safetensors")); }),
        hub([this](const Request& request) { return answer(request); }) {}

  std::string endpoint() const { return hub.url(""); }

  std::map<std::string, std::string> files;
  std::string commit = kCommit;
  std::string announced_sha256;  // empty: the right one
  std::string wanted_token;      // empty: none
  HttpServer content, hub;

 private:
  Answer answer(const Request& request) const {
    if (!wanted_token.empty()) {
      const auto token = request.fields.find("authorization");
      if (token == request.fields.end() || token->second != "Bearer " + wanted_token) {
        return status("401 Unauthorized");
      }
    }
    const std::string begin = "/o/r/resolve/", &target = request.target;
    if (target.starts_with("/api/")) return ok(R"({"tags": ["pytorch", "license:cc-by-nc-4.0"]})");
    if (target.starts_with("/old/name/")) {
      return status("307 Temporary Redirect", "Location: /o/r/" + target.substr(10) + "\r\n");
    }
    if (!target.starts_with(begin)) return status("404 Not Found");
    const std::string revision = target.substr(begin.size(), target.find('/', begin.size()) - begin.size());
    const auto file = files.find(target.substr(begin.size() + revision.size() + 1));
    if (file == files.end() || (revision != "main" && revision != commit)) return status("404 Not Found");
    const std::string says_commit = "X-Repo-Commit: " + commit + "\r\n";
    if (file->first != "model.safetensors") return ok(file->second, says_commit);
    return status("302 Found", says_commit + "X-Linked-Etag: \"" +
                                   (announced_sha256.empty() ? hash_of(file->second) : announced_sha256) +
                                   "\"\r\nX-Linked-Size: " + std::to_string(file->second.size()) +
                                   "\r\nLocation: " + content.url("/blob?signed=1") + "\r\n");
  }
};

}  // namespace zoo::test
