#include "tests/fetch/http_server.h"

#include <array>
#include <csignal>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "zoo/base/text.h"

namespace zoo::test {
namespace {

constexpr size_t kBlock = 64UL << 10;  // bytes

std::string with_body(const std::string& line, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

Request parse(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  Request request;
  lines >> line >> request.target;
  std::getline(lines, line);
  while (std::getline(lines, line) && line.size() > 1) {
    const size_t colon = line.find(": ");
    request.fields[to_lower(line.substr(0, colon))] = line.substr(colon + 2, line.size() - colon - 3);
  }
  return request;
}

}  // namespace

Answer ok(const std::string& body, const std::string& headers) {
  return {.bytes = with_body("200 OK", headers, body)};
}

Answer status(const std::string& line, const std::string& headers) {
  return {.bytes = with_body(line, headers, "")};
}

Answer cut_short(const std::string& body, size_t sent) {
  return cut(ok(body), sent);
}

Answer cut(Answer answer, size_t body_bytes) {
  const size_t whole = answer.bytes.find("\r\n\r\n") + 4 + body_bytes;
  answer.bytes.resize(std::min(answer.bytes.size(), whole));
  return answer;
}

Answer serve(const Request& request, const std::string& body, const std::string& etag) {
  const std::string tag = etag.empty() ? "" : "ETag: " + etag + "\r\n";
  const auto range = request.fields.find("range");
  const auto condition = request.fields.find("if-range");
  const bool holds = condition == request.fields.end() || condition->second == etag;
  if (range == request.fields.end() || !holds) return ok(body, tag);
  const size_t first = std::stoul(range->second.substr(std::string("bytes=").size()));
  if (first >= body.size()) {
    return status("416 Range Not Satisfiable",
                  "Content-Range: bytes */" + std::to_string(body.size()) + "\r\n");
  }
  const std::string place = "Content-Range: bytes " + std::to_string(first) + "-" +
                            std::to_string(body.size() - 1) + "/" + std::to_string(body.size()) + "\r\n";
  return {.bytes = with_body("206 Partial Content", tag + place, body.substr(first))};
}

Handler in_turn(std::vector<Handler> handlers) {
  return [handlers = std::move(handlers), next = size_t{0}](const Request& request) mutable {
    const Handler& handler = handlers[std::min(next, handlers.size() - 1)];
    ++next;
    return handler(request);
  };
}

// An accepted connection, plain or with TLS.
class HttpServer::Connection {
 public:
  Connection(int descriptor, SSL_CTX* tls) : descriptor_(descriptor) {
    if (tls == nullptr) return;
    ssl_.reset(SSL_new(tls), &SSL_free);
    SSL_set_fd(ssl_.get(), descriptor_);
    if (SSL_accept(ssl_.get()) != 1) broken_ = true;
  }
  ~Connection() {
    if (ssl_ && !broken_) SSL_shutdown(ssl_.get());
    ::close(descriptor_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ssize_t read(char* data, size_t size) {
    if (broken_) return -1;
    return ssl_ ? SSL_read(ssl_.get(), data, static_cast<int>(size)) : ::recv(descriptor_, data, size, 0);
  }
  ssize_t write(const char* data, size_t size) {
    return ssl_ ? SSL_write(ssl_.get(), data, static_cast<int>(size))
                : ::send(descriptor_, data, size, MSG_NOSIGNAL);
  }
  // Waits a little for that.
  bool is_left() const {
    pollfd waiting{.fd = descriptor_, .events = POLLRDHUP, .revents = 0};
    return ::poll(&waiting, 1, 20) == 1;
  }
  void finish() {
    if (!ssl_) ::shutdown(descriptor_, SHUT_WR);
  }

 private:
  int descriptor_;
  std::shared_ptr<SSL> ssl_;
  bool broken_ = false;
};

HttpServer::HttpServer(std::map<std::string, Answer> answers)
    : HttpServer([answers = std::move(answers)](const Request& request) {
        const auto found = answers.find(request.target);
        return found == answers.end() ? status("404 Not Found") : found->second;
      }) {}

HttpServer::HttpServer(Handler handler, const TlsIdentity* identity) : handler_(std::move(handler)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's writes have no flag against it
  if (identity != nullptr) tls_ = identity->server_context();
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
  thread_ = std::thread([this] { serve_all(); });
}

HttpServer::~HttpServer() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

std::string HttpServer::url(const std::string& target) const {
  return (tls_ ? "https" : "http") + ("://127.0.0.1:" + std::to_string(port_)) + target;
}

std::vector<Request> HttpServer::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void HttpServer::serve_all() {
  while (!stopping_) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&waiting, 1, 20) != 1) continue;
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    Connection connection(descriptor, tls_.get());
    answer(connection);
  }
}

void HttpServer::answer(Connection& connection) {
  std::string text;
  std::array<char, 4096> block{};
  while (text.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = connection.read(block.data(), block.size());
    if (got <= 0) return;
    text.append(block.data(), static_cast<size_t>(got));
  }
  const Request request = parse(text);
  ++requests_;
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(request);
  }
  const Answer what = handler_(request);
  for (size_t sent = 0; sent < what.bytes.size();) {
    const size_t size = std::min(what.bytes.size() - sent, kBlock);
    const ssize_t done = connection.write(what.bytes.data() + sent, size);
    if (done <= 0) return;  // the client had enough
    sent += static_cast<size_t>(done);
  }
  while (what.stalls && !stopping_ && !connection.is_left()) {
  }
  connection.finish();
}

}  // namespace zoo::test
