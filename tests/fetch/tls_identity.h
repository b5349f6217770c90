// A certification authority of a test's own, and a server's certificate by it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

using SSL_CTX = struct ssl_ctx_st;
using X509 = struct x509_st;
using EVP_PKEY = struct evp_pkey_st;

namespace zoo::test {

class TlsIdentity {
 public:
  // `subject`: what the certificate is for, as OpenSSL writes it: "IP:127.0.0.1", "DNS:example.org".
  explicit TlsIdentity(const std::string& subject);

  // For CURL_CA_BUNDLE and its kin.
  void write_authority(const std::filesystem::path& pem) const;
  std::shared_ptr<SSL_CTX> server_context() const;

 private:
  std::shared_ptr<EVP_PKEY> authority_key_, key_;
  std::shared_ptr<X509> authority_, certificate_;
};

}  // namespace zoo::test
