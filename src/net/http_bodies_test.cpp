// Bodies that pass through piece by piece, over real sockets.
#include <algorithm>
#include <atomic>
#include <mutex>

#include "net/testing/raw_client.h"
#include "net/worker_pool.h"

namespace net {
namespace {

using net::testing::RawClient;
using net::testing::TestServer;

constexpr std::size_t kMany = 3'000'000;

/// What a sink has seen; outlives it.
struct Seen {
  std::atomic<std::size_t> bytes{0};
  std::atomic<std::size_t> largest{0};
  std::atomic<std::uint64_t> sum{0};
  std::atomic<int> broken{0};
  std::atomic<int> dropped{0};
};

/// Adds up on workers, as one that writes to a disk would.
class Adder final : public BodySink {
 public:
  Adder(WorkerPool& workers, Seen& seen, Respond respond)
      : workers_(workers), seen_(seen), respond_(std::move(respond)) {}
  ~Adder() override { ++seen_.dropped; }

  void on_piece(std::string piece, std::function<void()> resume) override {
    const bool queued = workers_.post([&seen = seen_, piece = std::move(piece), resume] {
      seen.bytes += piece.size();
      seen.largest = std::max(seen.largest.load(), piece.size());
      for (const char c : piece) seen.sum += static_cast<unsigned char>(c);
      resume();
    });
    ASSERT_TRUE(queued);
  }
  void on_end() override { respond_(HttpResponse::text(200, std::to_string(seen_.sum))); }
  void on_broken() override { ++seen_.broken; }

 private:
  WorkerPool& workers_;
  Seen& seen_;
  const Respond respond_;
};

/// A pattern that shows when a byte is lost, repeated or moved.
std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 7 + i / 251) % 256);
  return bytes;
}

std::uint64_t sum_of(const std::string& bytes) {
  std::uint64_t sum = 0;
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  return sum;
}

class Source final : public BodySource {
 public:
  Source(WorkerPool& workers, std::string bytes, std::size_t promised)
      : workers_(workers), bytes_(std::move(bytes)), promised_(promised) {}
  std::uint64_t size() const override { return promised_; }
  void read(std::size_t limit, Take take) override {
    const bool queued = workers_.post([this, limit, take = std::move(take)] {
      std::string piece = bytes_.substr(at_, limit);
      at_ += piece.size();
      take(std::move(piece));
    });
    ASSERT_TRUE(queued);
  }

 private:
  WorkerPool& workers_;
  const std::string bytes_;
  const std::size_t promised_;
  std::size_t at_ = 0;
};

class HttpBodies : public ::testing::Test {
 protected:
  Router router() {
    Router router;
    router.stream("PUT", "/sum", [this](const HttpRequest&, const Respond& respond) {
      return std::make_unique<Adder>(workers_, seen_, respond);
    });
    Router::Options small;
    small.body_bytes = 1000;
    router.stream(
        "PUT", "/small",
        [this](const HttpRequest&, const Respond& respond) {
          return std::make_unique<Adder>(workers_, seen_, respond);
        },
        small);
    router.stream("PUT", "/closed", [](const HttpRequest&, const Respond& respond) {
      respond(HttpResponse::text(403, "no"));
      return nullptr;
    });
    router.http("GET", "/pattern", [this](const HttpRequest& request, const Respond& respond) {
      HttpResponse response;
      const std::size_t short_by = request.query == "short" ? 1 : 0;
      response.source = std::make_shared<Source>(workers_, pattern(kMany - short_by), kMany);
      respond(std::move(response));
    });
    return router;
  }
  static std::string put(const std::string& path, std::size_t size, const std::string& extra = {}) {
    return "PUT " + path + " HTTP/1.1\r\nHost: h\r\n" + extra + "Content-Length: " + std::to_string(size) +
           "\r\n\r\n";
  }

  Seen seen_;
  WorkerPool workers_{"test", 2};
  TestServer server_{router()};
  RawClient client_{server_.port()};
};

TEST_F(HttpBodies, ArePassedOnWholeAndInOrder) {
  const std::string body = pattern(kMany);
  const auto response = client_.ask(put("/sum", body.size()) + body);
  EXPECT_EQ(response.body, std::to_string(sum_of(body)));
  EXPECT_EQ(seen_.bytes, kMany);
  EXPECT_LE(seen_.largest, 512U * 1024);
  EXPECT_EQ(client_.ask(put("/sum", 2) + "ab").status, 200) << "the connection can be used again";
  EXPECT_TRUE(TestServer::eventually([&] { return seen_.dropped == 2; }));
  EXPECT_EQ(seen_.broken, 0);
}

TEST_F(HttpBodies, MayBeEmptyOrChunked) {
  EXPECT_EQ(client_.ask(put("/sum", 0)).body, "0");
  EXPECT_EQ(client_
                .ask("PUT /sum HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                .body,
            std::to_string('a' + 'b' + 'c'));
}

TEST_F(HttpBodies, AreAskedForOnlyIfTheHeadIsGood) {
  client_.send(put("/sum", 3, "Expect: 100-continue\r\n"));
  EXPECT_EQ(client_.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client_.ask("abc").status, 200);
  const auto refused = client_.ask(put("/closed", kMany, "Expect: 100-continue\r\n"));
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(client_.ended());
}

TEST_F(HttpBodies, ThatAreRefusedUnreadDoNotHideTheAnswer) {
  EXPECT_EQ(client_.ask(put("/closed", 100'000) + std::string(100'000, 'x')).status, 403);
}

TEST_F(HttpBodies, KeepTheLimitOfTheirRoute) {
  EXPECT_EQ(client_.ask(put("/small", 1001)).status, 413);
  RawClient chunked(server_.port());
  const auto response =
      chunked.ask("PUT /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" +
                  std::string(1000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(TestServer::eventually([&] { return seen_.broken == 1; }));
}

TEST_F(HttpBodies, ThatBreakOffAreTold) {
  client_.send(put("/sum", kMany) + "only a part");
  EXPECT_TRUE(TestServer::eventually([&] { return seen_.bytes == 11; }));
  client_.close();
  EXPECT_TRUE(TestServer::eventually([&] { return seen_.broken == 1 && seen_.dropped == 1; }));
}

TEST_F(HttpBodies, AreGivenPieceByPiece) {
  for (int i = 0; i < 2; ++i) {
    const auto response = client_.get("/pattern");
    EXPECT_TRUE(response.has("Content-Length: 3000000"));
    EXPECT_TRUE(response.body == pattern(kMany));
  }
  EXPECT_EQ(client_.ask("HEAD /pattern HTTP/1.1\r\nHost: h\r\n\r\n").head.find("Content-Length: 3000000") !=
                std::string::npos,
            true);
  EXPECT_EQ(client_.get("/pattern").status, 200) << "nothing of the body was sent";
}

TEST_F(HttpBodies, ThatEndTooSoonCutTheConnection) {
  const auto response = client_.get("/pattern?short");
  EXPECT_EQ(response.body.size(), kMany - 1);
  EXPECT_TRUE(client_.ended());
}

}  // namespace
}  // namespace net
