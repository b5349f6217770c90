// A web server on 127.0.0.1 that says exactly what a test wants, wrong things included.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <thread>

namespace zoo::test {

// One answer: the bytes that are sent, then the connection is closed.
struct Answer {
  std::string bytes;
  int stall_ms = 0;  // before closing
};

Answer ok(const std::string& body);
Answer status(const std::string& line, const std::string& headers = {});  // "404 Not Found"
Answer cut_short(const std::string& body, size_t sent);                   // announces all of it, sends a part

class HttpServer {
 public:
  explicit HttpServer(std::map<std::string, Answer> answers);  // by path: "/file"; others get 404
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url(const std::string& path) const;
  int requests() const { return requests_; }

 private:
  void serve();
  void answer(int connection);

  std::map<std::string, Answer> answers_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace zoo::test
