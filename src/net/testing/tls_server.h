// An HTTPS server with a certificate of its own for one name. For tests only.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "net/testing/listening_socket.h"

namespace net::testing {

/// Answers every connection with `response`.
class TlsServer {
 public:
  TlsServer(const std::string& name, std::string response) : response_(std::move(response)) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(self_signed(key.get(), name), X509_free);
    SSL_CTX_use_certificate(context_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
    std::FILE* file = ::fdopen(::mkstemp(certificate_file_.data()), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    listener_.stop();
    thread_.join();
    ::unlink(certificate_file_.c_str());
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  const std::string& certificate_file() const { return certificate_file_; }

 private:
  static X509* self_signed(EVP_PKEY* key, const std::string& name) {
    X509* certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate, subject);
    X509_EXTENSION* names =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    return certificate;
  }

  void serve() {
    for (int peer = listener_.accept(); peer >= 0; peer = listener_.accept()) {
      const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(tls.get(), peer);
      char request[4096];
      if (SSL_accept(tls.get()) == 1 && SSL_read(tls.get(), request, sizeof request) > 0) {
        SSL_write(tls.get(), response_.data(), static_cast<int>(response_.size()));
        SSL_shutdown(tls.get());
      }
      ::close(peer);
    }
  }

  const std::string response_;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_server_method()),
                                                                   SSL_CTX_free};
  std::string certificate_file_ = "/tmp/arkitektd-test-XXXXXX";
  ListeningSocket listener_;
  std::thread thread_;
};

}  // namespace net::testing
