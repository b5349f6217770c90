// A web server on 127.0.0.1 that says exactly what a test wants, wrong things included; with TLS if it is
// given an identity.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/fetch/tls_identity.h"

namespace zoo::test {

struct Request {
  std::string target;                         // "/file", or a whole URL where a proxy is asked
  std::map<std::string, std::string> fields;  // by lower-case names
};

// One answer: the bytes that are sent, behind which the connection is closed unless it stalls.
struct Answer {
  std::string bytes;
  bool stalls = false;  // then nothing more happens until the client leaves
};

Answer ok(const std::string& body, const std::string& headers = {});
Answer status(const std::string& line, const std::string& headers = {});  // "404 Not Found"
Answer cut_short(const std::string& body, size_t sent);                   // announces all of it, sends a part

// As a good server does: all of it, or what Range asks for if If-Range names this ETag or is not there.
Answer serve(const Request& request, const std::string& body, const std::string& etag);
// The answer without everything after so many bytes of its body.
Answer cut(Answer answer, size_t body_bytes);

using Handler = std::function<Answer(const Request&)>;
// The first for the first request, and so on; the last for all that follow.
Handler in_turn(std::vector<Handler> handlers);

class HttpServer {
 public:
  explicit HttpServer(std::map<std::string, Answer> answers);  // by target: "/file"; others get 404
  explicit HttpServer(Handler handler, const TlsIdentity* identity = nullptr);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& target) const;
  int requests() const { return requests_; }
  std::vector<Request> seen() const;

 private:
  class Connection;
  void serve_all();
  void answer(Connection& connection);

  Handler handler_;
  std::shared_ptr<SSL_CTX> tls_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_{0};
  mutable std::mutex mutex_;
  std::vector<Request> seen_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace zoo::test
