// An HTTPS server with a certificate of its own for one name. For tests only.
#pragma once

#include <openssl/ssl.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>

#include "net/testing/certificate.h"
#include "net/testing/listening_socket.h"

namespace net::testing {

/// Answers every connection with `response`.
class TlsServer {
 public:
  TlsServer(const std::string& name, std::string response)
      : response_(std::move(response)), certificate_(name) {
    SSL_CTX_use_certificate_file(context_.get(), certificate_.file().c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_.get(), certificate_.key_file().c_str(), SSL_FILETYPE_PEM);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    listener_.stop();
    thread_.join();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const { return listener_.port(); }
  std::string certificate_file() const { return certificate_.file(); }

 private:
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
  const Certificate certificate_;
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_server_method()),
                                                                   SSL_CTX_free};
  ListeningSocket listener_;
  std::thread thread_;
};

}  // namespace net::testing
