// One transfer: where it may be led, who is believed, and what is told to whom.
#include "zoo/fetch/download.h"

#include <catch2/catch.hpp>

#include "tests/environment.h"
#include "tests/error_matchers.h"
#include "tests/fetch/http_server.h"
#include "tests/temporary_folder.h"

using namespace zoo;
using namespace zoo::test;

namespace {

// What arrives from the URL.
std::string bytes_of(const std::string& url, const DownloadOptions& options = {}) {
  std::string received;
  download(
      url,
      [&](std::span<const std::byte> bytes) {
        received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      },
      options);
  return received;
}

Answer redirect(const std::string& to, const std::string& body = {}) {
  return {.bytes = "HTTP/1.1 302 Found\r\nLocation: " + to +
                   "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
}

// What the environment of whoever runs the tests says is not what they are about.
struct PlainEnvironment {
  Environment bundle{"CURL_CA_BUNDLE", nullptr}, file{"SSL_CERT_FILE", nullptr},
      folder{"SSL_CERT_DIR", nullptr};
};

// A server with a certificate for `subject`, and its authority in a file.
struct TlsServer {
  explicit TlsServer(std::map<std::string, Answer> answers, const std::string& subject = "IP:127.0.0.1")
      : identity(subject),
        server([answers = std::move(answers)](const Request& request) { return answers.at(request.target); },
               &identity) {
    identity.write_authority(folder / "ca.pem");
  }
  std::string authority() const { return (folder / "ca.pem").string(); }

  PlainEnvironment environment;
  TemporaryFolder folder;
  TlsIdentity identity;
  HttpServer server;
};

}  // namespace

TEST_CASE("redirects are followed, their pages ignored") {
  const HttpServer server(
      {{"/a", redirect("/b", "<html>moved</html>")}, {"/b", redirect("c")}, {"/c", ok("it")}});
  std::vector<int64_t> heads;
  const DownloadOptions options{.on_head = [&](const ResponseHead& head) { heads.push_back(head.status); }};
  CHECK(bytes_of(server.url("/a"), options) == "it");
  CHECK(heads == std::vector<int64_t>{302, 302, 200});
  const ResponseHead head = download(server.url("/a"), [](auto) {}, {.head_only = true});
  CHECK(head.url == server.url("/c"));
  CHECK(head.status == 200);
  CHECK(head.fields.at("content-length") == "2");
}

TEST_CASE("redirects end") {
  const HttpServer server({{"/loop", redirect("/loop")}, {"/nowhere", status("302 Found")}});
  ZOO_CHECK_ERROR(bytes_of(server.url("/loop")), ErrorCode::network,
                  server.url("/loop") + ": is redirected more than 10 times");
  CHECK(server.requests() == 11);
  ZOO_CHECK_ERROR(bytes_of(server.url("/nowhere")), ErrorCode::network,
                  server.url("/nowhere") + ": the server answers 302");
}

TEST_CASE("no content encoding is asked for or taken") {
  const HttpServer server({{"/w", ok("\x1f\x8b", "Content-Encoding: gzip\r\n")},
                           {"/same", ok("it", "Content-Encoding: identity\r\n")}});
  ZOO_CHECK_ERROR(bytes_of(server.url("/w")), ErrorCode::network,
                  server.url("/w") + ": comes in the content encoding 'gzip', which was not asked for. Use " +
                      "another copy: these would not be the published bytes.");
  CHECK(server.seen()[0].fields.at("accept-encoding") == "identity");
  CHECK(bytes_of(server.url("/same")) == "it");
}

TEST_CASE("a header goes to its own origin and nowhere else") {
  const HttpServer other({{"/w", ok("it")}});
  const HttpServer server({{"/here", redirect("/there")}, {"/there", redirect(other.url("/w"))}});
  const DownloadOptions options{
      .network = {.headers = {{.origin = server.url(""), .name = "Authorization", .value = "Bearer secret"},
                              {.origin = "https://127.0.0.1", .name = "X-Other", .value = "1"}}}};
  CHECK(bytes_of(server.url("/here"), options) == "it");
  for (const Request& request : server.seen()) {
    CHECK(request.fields.at("authorization") == "Bearer secret");
    CHECK_FALSE(request.fields.contains("x-other"));
  }
  REQUIRE(other.seen().size() == 1);
  CHECK_FALSE(other.seen()[0].fields.contains("authorization"));

  const auto error = error_of([&] { bytes_of(server.url("/none"), options); });
  CHECK(message_of(error).find("secret") == std::string::npos);
}

TEST_CASE("a proxy comes from the environment") {
  const HttpServer proxy({{"http://example.invalid/w", ok("it")}});
  const std::string url = proxy.url("");
  const Environment everywhere("http_proxy", url.c_str());
  CHECK(bytes_of("http://example.invalid/w") == "it");
  const Environment not_for("no_proxy", "127.0.0.1");
  const HttpServer server({{"/w", ok("direct")}});
  CHECK(bytes_of(server.url("/w")) == "direct");
}

TEST_CASE("https is for whoever a known authority vouches for") {
  const TlsServer tls({{"/w", ok("it")}});
  SECTION("CURL_CA_BUNDLE and SSL_CERT_FILE name authorities") {
    const Environment named(GENERATE("CURL_CA_BUNDLE", "SSL_CERT_FILE"), tls.authority().c_str());
    CHECK(bytes_of(tls.server.url("/w")) == "it");
  }
  SECTION("an unknown one is refused") {
    const auto error = error_of([&] { bytes_of(tls.server.url("/w")); });
    CHECK(message_of(error) ==
          tls.server.url("/w") + ": SSL certificate problem: unable to get local issuer certificate. If a " +
              "proxy of yours signs the traffic anew, name its certificates in SSL_CERT_FILE.");
    CHECK(tls.server.requests() == 0);
  }
  SECTION("a file of authorities that is not there is told") {
    const Environment named("SSL_CERT_FILE", "/nowhere/ca.pem");
    const auto error = error_of([&] { bytes_of(tls.server.url("/w")); });
    CHECK(message_of(error).find("/nowhere/ca.pem") != std::string::npos);
  }
}

TEST_CASE("a certificate for another name is refused") {
  const TlsServer tls({{"/w", ok("it")}}, "DNS:example.org");
  const Environment known("SSL_CERT_FILE", tls.authority().c_str());
  const auto error = error_of([&] { bytes_of(tls.server.url("/w")); });
  CHECK(message_of(error).starts_with(
      tls.server.url("/w") + ": SSL: no alternative certificate subject name matches target host name "));
  CHECK(tls.server.requests() == 0);
}

TEST_CASE("https is never left for http, http may be left for https") {
  const HttpServer plain({{"/w", ok("it")}});
  const TlsServer tls({{"/down", redirect(plain.url("/w"))},
                       {"/local", redirect("file:///etc/hostname")},
                       {"/w", ok("safe")}});
  const Environment known("SSL_CERT_FILE", tls.authority().c_str());
  const HttpServer up({{"/up", redirect(tls.server.url("/w"))}});
  ZOO_CHECK_ERROR(bytes_of(tls.server.url("/down")), ErrorCode::network,
                  tls.server.url("/down") + ": redirects to " + plain.url("/w") +
                      ", which is not followed: the way there is not encrypted");
  CHECK(plain.requests() == 0);
  ZOO_CHECK_ERROR(bytes_of(tls.server.url("/local")), ErrorCode::network,
                  tls.server.url("/local") +
                      ": redirects to file:///etc/hostname, which is not followed: it is no web address");
  CHECK(bytes_of(up.url("/up")) == "safe");
}

TEST_CASE("an answer whose head does not end is given up") {
  std::string fields;
  for (int i = 0; i < 10'000; ++i)
    fields += "X-Field-" + std::to_string(i) + ": " + std::string(50, 'x') + "\r\n";
  const HttpServer server({{"/w", ok("it", fields)}});
  const auto error = error_of([&] { bytes_of(server.url("/w")); });
  REQUIRE(error.has_value());
  CHECK((error->code() == ErrorCode::network));
}

TEST_CASE("a server that falls silent is given up") {
  const HttpServer server({{"/stall", {.bytes = cut_short("0123456789", 3).bytes, .stalls = true}}});
  std::string received;
  const auto sink = [&](std::span<const std::byte> bytes) {
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const auto error =
      error_of([&] { download(server.url("/stall"), sink, {.network = {.stall_timeout_s = 1}}); });
  REQUIRE(error.has_value());
  CHECK((error->code() == ErrorCode::network));
  CHECK(std::string(error->what()).starts_with(server.url("/stall") + ": Operation too slow."));
  CHECK(std::string("012").starts_with(received));  // on a slow machine not even these came in time
}
