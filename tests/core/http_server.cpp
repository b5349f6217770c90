#include "tests/core/http_server.h"

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace zoo::test {

Answer ok(const std::string& body) {
  return cut_short(body, body.size());
}

Answer status(const std::string& line, const std::string& headers) {
  return {.bytes = "HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: 0\r\nConnection: close\r\n\r\n"};
}

Answer cut_short(const std::string& body, size_t sent) {
  return {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                   "\r\nConnection: close\r\n\r\n" + body.substr(0, sent)};
}

HttpServer::HttpServer(std::map<std::string, Answer> answers) : answers_(std::move(answers)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, length) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, generic, &length) != 0) {
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServer::~HttpServer() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

std::string HttpServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

void HttpServer::serve() {
  while (!stopping_) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) != 1) continue;
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    answer(connection);
    ::close(connection);
  }
}

void HttpServer::answer(int connection) {
  std::string request;
  std::array<char, 4096> block{};
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(connection, block.data(), block.size(), 0);
    if (got <= 0) return;
    request.append(block.data(), static_cast<size_t>(got));
  }
  ++requests_;
  const size_t begin = request.find(' ') + 1;
  const auto found = answers_.find(request.substr(begin, request.find(' ', begin) - begin));
  const Answer what = found == answers_.end() ? status("404 Not Found") : found->second;
  for (size_t sent = 0; sent < what.bytes.size();) {
    const ssize_t done = ::send(connection, what.bytes.data() + sent, what.bytes.size() - sent, MSG_NOSIGNAL);
    if (done <= 0) return;  // the client had enough
    sent += static_cast<size_t>(done);
  }
  for (int waited = 0; waited < what.stall_ms && !stopping_; waited += 20) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ::shutdown(connection, SHUT_WR);
}

}  // namespace zoo::test
