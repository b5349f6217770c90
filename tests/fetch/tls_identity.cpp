#include "tests/fetch/tls_identity.h"

#include <cstdio>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace zoo::test {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

std::shared_ptr<EVP_PKEY> new_key() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  require(key != nullptr, "no key");
  return key;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), &X509_EXTENSION_free);
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, value.c_str());
}

// Valid from yesterday till tomorrow. Signed by itself where there is no issuer.
std::shared_ptr<X509> new_certificate(const std::string& name, EVP_PKEY* key, X509* issuer,
                                      EVP_PKEY* issuer_key, int extension, const std::string& value) {
  constexpr long kDay_s = 24L * 60 * 60;
  std::shared_ptr<X509> certificate(X509_new(), &X509_free);
  require(certificate != nullptr, "no certificate");
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(x509), -kDay_s);
  X509_gmtime_adj(X509_getm_notAfter(x509), kDay_s);
  X509_set_pubkey(x509, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509* signer = issuer == nullptr ? x509 : issuer;
  X509_set_issuer_name(x509, X509_get_subject_name(signer));
  add_extension(x509, signer, extension, value);
  require(X509_sign(x509, issuer_key, EVP_sha256()) > 0, "no signature");
  return certificate;
}

}  // namespace

TlsIdentity::TlsIdentity(const std::string& subject)
    : authority_key_(new_key()),
      key_(new_key()),
      authority_(new_certificate("zoo's tests", authority_key_.get(), nullptr, authority_key_.get(),
                                 NID_basic_constraints, "critical,CA:TRUE")),
      certificate_(new_certificate("server", key_.get(), authority_.get(), authority_key_.get(),
                                   NID_subject_alt_name, subject)) {}

void TlsIdentity::write_authority(const std::filesystem::path& pem) const {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(pem.c_str(), "w"), &std::fclose);
  require(file && PEM_write_X509(file.get(), authority_.get()) == 1, "cannot write a certificate");
}

std::shared_ptr<SSL_CTX> TlsIdentity::server_context() const {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  require(context && SSL_CTX_use_certificate(context.get(), certificate_.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context.get(), key_.get()) == 1,
          "no context");
  return context;
}

}  // namespace zoo::test
