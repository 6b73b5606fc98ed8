#include "net/tls.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "net/http_client.h"
#include "net/testing/certificate.h"
#include "net/testing/raw_client.h"

namespace net {
namespace {

using net::testing::Certificate;
using net::testing::RawClient;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A server that tells what address it believes it was called by.
class Tls : public ::testing::Test {
 protected:
  Tls() {
    ::setenv("SSL_CERT_FILE", certificate_.file().c_str(), 1);
    Router router;
    router.http("GET", "/origin", [](const HttpRequest& request, const Respond& respond) {
      respond(HttpResponse::text(200, request.origin()));
    });
    ServerOptions options;
    options.tls = identity_;
    server_ = std::make_unique<Server>(loop_, options, std::move(router));
    server_->start();
  }
  ~Tls() override { ::unsetenv("SSL_CERT_FILE"); }

  std::string url() const { return "https://localhost:" + std::to_string(server_->port()); }
  std::string fetched() const { return fetch(url() + "/origin", std::chrono::seconds(10)); }

  Certificate certificate_{"localhost"};
  std::shared_ptr<TlsIdentity> identity_ =
      std::make_shared<TlsIdentity>(certificate_.file(), certificate_.key_file());
  EventLoop loop_{1};
  std::unique_ptr<Server> server_;
};

// The clock of a file system may not have moved since the file was made.
void look_changed(const Certificate& certificate) {
  std::filesystem::last_write_time(certificate.file(),
                                   std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
}

std::string problem(const std::string& certificate, const std::string& key) {
  try {
    const TlsIdentity identity(certificate, key);
    return "accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    return error.message();
  }
}

TEST_F(Tls, ServesWhoTrustsTheCertificate) { EXPECT_EQ(fetched(), url()); }

TEST_F(Tls, TellsPlainHttpWhichSchemeToUse) {
  RawClient client(server_->port());
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("https://"));
}

TEST_F(Tls, EndsConnectionsThatOnlyBeginLikeTls) {
  RawClient client(server_->port());
  client.send(std::string("\x16\x03\x01\x00\x05hello", 10));
  client.read_to_end();
  EXPECT_EQ(fetched(), url());
}

TEST_F(Tls, ShowsARenewedCertificateToNewConnections) {
  certificate_.make("localhost");
  look_changed(certificate_);
  EXPECT_THROW(fetched(), base::Error) << "the old certificate is not the one in the file any more";
  identity_->renew();
  EXPECT_EQ(fetched(), url());
}

TEST_F(Tls, SpeaksNothingOlderThanTls12) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  const auto greets = [&](int version) {
    SSL_CTX_set_max_proto_version(context.get(), version);
    const RawClient client(server_->port());
    const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
    SSL_set_fd(tls.get(), client.descriptor());
    return SSL_connect(tls.get()) == 1;
  };
  EXPECT_TRUE(greets(TLS1_3_VERSION));
  EXPECT_TRUE(greets(TLS1_2_VERSION));
  EXPECT_FALSE(greets(TLS1_1_VERSION));
}

TEST(TlsIdentity, KnowsItsNameAndItsEnd) {
  const Certificate certificate("arkitekt.lab.org");
  const TlsIdentity identity(certificate.file(), certificate.key_file());
  EXPECT_EQ(identity.host_name(), "arkitekt.lab.org");
  EXPECT_GT(identity.ends_at(), 1'700'000'000'000'000);
  const Certificate pattern("*.lab.org");
  EXPECT_EQ(TlsIdentity(pattern.file(), pattern.key_file()).host_name(), "");
}

TEST(TlsIdentity, SaysWhichFileIsWrong) {
  const Certificate one("one.example");
  const Certificate other("other.example");
  EXPECT_EQ(problem(one.file(), one.key_file()), "accepted");
  EXPECT_THAT(problem("/nowhere.pem", one.key_file()), StartsWith("/nowhere.pem: "));
  EXPECT_THAT(problem(one.file(), "/nowhere.pem"), StartsWith("/nowhere.pem: "));
  EXPECT_THAT(problem(one.key_file(), one.key_file()), StartsWith(one.key_file() + ": "));
  EXPECT_THAT(problem(one.file(), other.key_file()), StartsWith(other.key_file() + ": "));
}

TEST(TlsIdentity, StaysAsItWasWhenTheNewFilesAreBroken) {
  const Certificate certificate("one.example");
  TlsIdentity identity(certificate.file(), certificate.key_file());
  std::ofstream(certificate.file()) << "half a fi";
  look_changed(certificate);
  EXPECT_THROW(identity.renew(), base::Error);
  EXPECT_EQ(identity.host_name(), "one.example");
  certificate.make("renewed.example");
  identity.renew();
  EXPECT_EQ(identity.host_name(), "renewed.example");
}

}  // namespace
}  // namespace net
