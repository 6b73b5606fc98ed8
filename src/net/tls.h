// What a server shows over TLS to prove its address: a certificate chain and its key.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace net {

/// From two PEM files, which may be renewed while the server runs. TLS 1.2 and newer. Thread-safe.
class TlsIdentity {
 public:
  /// Throws base::Error(kValidation) naming the file and what is wrong with it: unreadable, no certificate, a
  /// key with a passphrase, a key of another certificate.
  TlsIdentity(std::string certificate_file, std::string key_file);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  /// Takes the files again if one of them changed; connections that are there keep what they have. Throws
  /// what the constructor throws, and then stays as it was.
  void renew();

  /// The first DNS name that the certificate is for and that is no pattern; empty if there is none.
  std::string host_name() const;
  /// When the certificate ends, in microseconds since 1970.
  std::int64_t ends_at() const;

  struct Material;
  /// What new connections use. For net/ only.
  std::shared_ptr<Material> current() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace net
