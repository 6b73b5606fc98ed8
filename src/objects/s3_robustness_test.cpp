// What goes wrong: full disks, crowds on one key, nobody to do the work.
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <latch>
#include <random>
#include <semaphore>
#include <thread>

#include "objects/digest.h"
#include "objects/held_bytes.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"
#include "objects/s3_fixture.h"

namespace objects {
namespace {

class S3Robustness : public S3Test {};

/// No file of this process may be longer while it lives: to a writer that is a full disk.
class ShortFiles {
 public:
  explicit ShortFiles(rlim_t size) : before_signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = size;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~ShortFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, before_signal_);
  }
  ShortFiles(const ShortFiles&) = delete;
  ShortFiles& operator=(const ShortFiles&) = delete;

 private:
  rlimit before_{};
  void (*before_signal_)(int);
};

TEST_F(S3Robustness, AFullDiskRefusesWritesKeepsNothingOfThemAndGoesOn) {
  constexpr std::size_t kLimit = 1 << 20U;
  const std::string large(3 * kLimit, 'x');
  upload("kept", "bytes");
  const Response created = ask({.method = "POST", .path = "/zarr/parts", .query = "uploads"});
  const std::string part = "partNumber=1&uploadId=" + inside(created.body, "UploadId");
  {
    const ShortFiles full(kLimit);
    EXPECT_EQ(code(upload("large", large)), "507 StorageFull");
    EXPECT_EQ(code(upload("kept", large)), "507 StorageFull");
    EXPECT_EQ(code(ask({.method = "PUT", .path = "/zarr/parts", .query = part, .body = large})),
              "507 StorageFull");
    EXPECT_EQ(get("kept"), "bytes");
    EXPECT_EQ(get("large"), "nothing");
    EXPECT_EQ(upload("small", "bytes").status, 200);
  }
  EXPECT_EQ(upload("large", large).status, 200);
  EXPECT_EQ(ask({.method = "PUT", .path = "/zarr/parts", .query = part, .body = large}).status, 200);
  EXPECT_TRUE(net::testing::TestServer::eventually(
      [&] { return std::filesystem::is_empty(folder_ + "/objects/.incoming"); }));
}

TEST_F(S3Robustness, ReadersOfAKeyThatManyWriteSeeOneOfTheirObjectsWhole) {
  const unsigned int seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::atomic<bool> stop{false};
  std::atomic<int> read{0};
  std::vector<std::thread> threads;
  for (unsigned int i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937 random(seed + i);
      net::testing::RawClient client(server_->port());
      for (int n = 0; n < 15; ++n) {
        const std::string body(random() % 400'000, static_cast<char>('a' + random() % 26));
        const bool is_deleted = random() % 4 == 0;
        client.send(signed_bytes({.method = is_deleted ? "DELETE" : "PUT",
                                  .path = "/zarr/one",
                                  .body = is_deleted ? "" : body,
                                  .payload_hash = "UNSIGNED-PAYLOAD"},
                                 writer()));
        EXPECT_LT(client.read_response().status, 300);
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      net::testing::RawClient client(server_->port());
      while (!stop) {
        client.send(signed_bytes({.path = "/zarr/one"}, reader()));
        const Response response = client.read_response();
        if (response.status == 404) continue;
        EXPECT_EQ(header(response, "ETag"), "\"" + hex(Digest::of(Digest::Kind::kMd5, response.body)) + "\"");
        ++read;
      }
    });
  }
  for (std::size_t i = 0; i < 3; ++i) threads[i].join();
  stop = true;
  for (std::size_t i = 3; i < threads.size(); ++i) threads[i].join();
  EXPECT_GT(read, 0);
  EXPECT_LE(files_on_disk(), 1U);
}

// Each is small; together they would fill the memory, and nobody knows yet who sends them.
TEST_F(S3Robustness, ManyFormsThatDoNotGoOnAreRefusedBeforeTheyFillTheMemory) {
  std::vector<std::unique_ptr<net::testing::RawClient>> clients;
  std::vector<std::unique_ptr<HeldBytes>> others;
  for (int i = 0; i < 31; ++i) {
    others.push_back(std::make_unique<HeldBytes>(HeldBytes::Of::kForms));
    others.back()->add(1 << 20U);
  }
  const std::string half =
      "POST /zarr HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=x\r\n"
      "Content-Length: 1000000\r\n\r\n" +
      std::string(60'000, 'x');
  for (int i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<net::testing::RawClient>(server_->port()));
    clients.back()->send(half);
  }
  EXPECT_TRUE(net::testing::TestServer::eventually([&] {
    try {
      HeldBytes(HeldBytes::Of::kForms).add(60'000);
      return false;
    } catch (const S3Error&) {
      return true;
    }
  }));
  // Who has signed is not kept waiting by those who have not.
  EXPECT_EQ(code(ask({.method = "POST", .path = "/zarr/a", .query = "uploadId=x", .body = "<none/>"})),
            "400 MalformedXML");
  clients.clear();
  others.clear();
  EXPECT_TRUE(net::testing::TestServer::eventually([&] {
    try {
      HeldBytes(HeldBytes::Of::kForms).add(32 << 20U);
      return true;
    } catch (const S3Error&) {
      return false;
    }
  }));
}

/// All threads of a pool, held until it is gone.
class Busy {
 public:
  Busy(net::WorkerPool& pool, int threads) : all_there_(threads) {
    for (int i = 0; i < threads; ++i) {
      while (!pool.post([this] {
        all_there_.count_down();
        over_.wait();
        gone_.release();
      })) {
        std::this_thread::yield();
      }
    }
    all_there_.wait();
    threads_ = threads;
  }
  ~Busy() {
    over_.count_down();
    for (int i = 0; i < threads_; ++i) gone_.acquire();
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  std::latch all_there_;
  std::latch over_{1};
  std::counting_semaphore<> gone_{0};
  int threads_ = 0;
};

TEST_F(S3Robustness, CopiesThatTakeLongKeepNothingElseWaiting) {
  upload("from", "bytes");
  const Ask copy{.method = "PUT", .path = "/zarr/to", .headers = {{"x-amz-copy-source", "zarr/from"}}};
  net::testing::RawClient waiting(server_->port());
  {
    const Busy copiers(copies_, 2);
    waiting.send(signed_bytes(copy, writer()));
    EXPECT_TRUE(net::testing::TestServer::eventually([&] { return copies_.queued() == 1; }));
    EXPECT_EQ(code(ask(copy)), "503 SlowDown");
    const Response created = ask({.method = "POST", .path = "/zarr/parts", .query = "uploads"});
    const std::string id = inside(created.body, "UploadId");
    EXPECT_EQ(code(ask({.method = "PUT",
                        .path = "/zarr/parts",
                        .query = "partNumber=1&uploadId=" + id,
                        .headers = copy.headers})),
              "503 SlowDown");
    EXPECT_EQ(upload("small", "small").status, 200);
    EXPECT_EQ(download("small").body, "small");
    EXPECT_EQ(get("to"), "nothing");
    EXPECT_EQ(code(ask({.method = "POST", .path = "/zarr/parts", .query = "uploadId=none", .body = "<x/>"})),
              "400 MalformedXML");
  }
  EXPECT_EQ(waiting.read_response().status, 200);
  EXPECT_EQ(get("to"), "bytes");
}

TEST_F(S3Robustness, CompletionsThatTakeLongKeepNothingElseWaiting) {
  upload("from", "bytes");
  const Ask complete{.method = "POST", .path = "/zarr/a", .query = "uploadId=none", .body = "<x/>"};
  net::testing::RawClient waiting(server_->port());
  {
    const Busy joiners(joins_, 2);
    waiting.send(signed_bytes(complete, writer()));
    EXPECT_TRUE(net::testing::TestServer::eventually([&] { return joins_.queued() == 1; }));
    EXPECT_EQ(code(ask(complete)), "503 SlowDown");
    EXPECT_EQ(download("from").body, "bytes");
    EXPECT_EQ(
        code(ask({.method = "PUT", .path = "/zarr/to", .headers = {{"x-amz-copy-source", "zarr/from"}}})),
        "200 ");
  }
  EXPECT_EQ(code(waiting.read_response()), "400 MalformedXML");
}

TEST_F(S3Robustness, WithoutWorkersRequestsAreToldToComeAgain) {
  workers_.stop();
  EXPECT_EQ(code(upload("a", "x")), "503 SlowDown");
  EXPECT_EQ(code(download("a")), "503 SlowDown");
}

}  // namespace
}  // namespace objects
