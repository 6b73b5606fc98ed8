#include "net/tls.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <filesystem>
#include <mutex>

#include "base/error.h"
#include "net/tls_material.h"

namespace net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::int64_t kMicros = 1'000'000;

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
  throw base::Error(base::code::kValidation, "{}: {}", file, why);
}

// Of what a client offers, the one protocol that is spoken here.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr unsigned char kHttp[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(&found, size, kHttp, sizeof kHttp - 1, offered, offered_size);
  *chosen = found;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::string first_host_name(const X509* certificate) {
  auto* names =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string first;
  for (int i = 0; i < sk_GENERAL_NAME_num(names) && first.empty(); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_DNS) continue;
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                           static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
    if (text.find_first_of(std::string("*\0", 2)) == std::string::npos) first = text;
  }
  GENERAL_NAMES_free(names);
  return first;
}

std::int64_t end_of(const X509* certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return 0;
  return static_cast<std::int64_t>(::timegm(&parts)) * kMicros;
}

std::shared_ptr<TlsIdentity::Material> load(const std::string& certificate_file,
                                            const std::string& key_file) {
  auto material = std::make_shared<TlsIdentity::Material>();
  ssl::context& context = material->context;
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  error_code error;
  context.use_certificate_chain_file(certificate_file, error);
  if (error) {
    refuse(certificate_file,
           "is no file of PEM certificates, the server's own first (" + error.message() + ")");
  }
  // Nobody is there to type a passphrase.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); },
                                error);
  context.use_private_key_file(key_file, ssl::context::pem, error);
  if (error) {
    refuse(key_file, "is no private key in PEM, without a passphrase, of the certificate in " +
                         certificate_file + " (" + error.message() + ")");
  }
  const X509* certificate = SSL_CTX_get0_certificate(native);
  material->host_name = first_host_name(certificate);
  material->ends_at = end_of(certificate);
  return material;
}

using Moment = std::filesystem::file_time_type;

Moment changed_at(const std::string& file) {
  std::error_code error;
  const Moment moment = std::filesystem::last_write_time(file, error);
  return error ? Moment::min() : moment;
}

}  // namespace

struct TlsIdentity::State {
  const std::string certificate_file;
  const std::string key_file;
  mutable std::mutex mutex;
  std::pair<Moment, Moment> read_at;
  std::shared_ptr<Material> material;
};

TlsIdentity::TlsIdentity(std::string certificate_file, std::string key_file)
    : state_(std::make_unique<State>(std::move(certificate_file), std::move(key_file))) {
  renew();
}

TlsIdentity::~TlsIdentity() = default;

void TlsIdentity::renew() {
  const std::pair now(changed_at(state_->certificate_file), changed_at(state_->key_file));
  const std::lock_guard lock(state_->mutex);
  if (state_->material && state_->read_at == now) return;
  state_->material = load(state_->certificate_file, state_->key_file);
  state_->read_at = now;
}

std::string TlsIdentity::host_name() const { return current()->host_name; }

std::int64_t TlsIdentity::ends_at() const { return current()->ends_at; }

std::shared_ptr<TlsIdentity::Material> TlsIdentity::current() const {
  const std::lock_guard lock(state_->mutex);
  return state_->material;
}

}  // namespace net
