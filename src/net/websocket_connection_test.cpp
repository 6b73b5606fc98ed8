// WebSockets over real sockets: handshake, order, back-pressure, closing.
#include <mutex>
#include <string>
#include <vector>

#include "net/testing/raw_client.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"

namespace net {
namespace {

using net::testing::RawClient;
using net::testing::TestServer;
using std::chrono::milliseconds;

/// A client's frame, masked.
std::string frame(int first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() <= 125) {
    out += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() <= 0xffff) {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  } else {
    out += static_cast<char>(0x80 | 127);
    for (int i = 7; i >= 0; --i) out += static_cast<char>(payload.size() >> (8 * i) & 0xff);
  }
  const std::string mask = "\x01\x7f\x22\x10";
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

std::string text(const std::string& payload) { return frame(0x81, payload); }
std::string ping(const std::string& payload) { return frame(0x89, payload); }
std::string closing(int code) {
  return frame(0x88, std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)});
}

struct Frame {
  int first = 0;  ///< 0: the connection ended
  std::string payload;
  int close_code() const {
    return payload.size() < 2
               ? 1005
               : static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
};

class Peer : public RawClient {
 public:
  using RawClient::RawClient;
  Response shake(const std::string& path, const std::string& extra = {}) {
    return ask(
        "GET " + path + " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + extra + "\r\n");
  }
  Frame next() {
    const std::string head = read(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<unsigned char>(head[1]);
    const int extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (extra > 0) size = 0;
    for (const char c : read(static_cast<std::size_t>(extra)))
      size = size << 8 | static_cast<unsigned char>(c);
    return {static_cast<unsigned char>(head[0]), read(size)};
  }
};

/// What the sessions of one test saw.
struct Record {
  std::mutex mutex;
  std::vector<std::string> messages;
  std::vector<int> closes;
  std::vector<std::shared_ptr<WebSocket>> sockets;
  std::atomic<bool> pause{false};

  std::shared_ptr<WebSocket> socket() {
    TestServer::eventually([&] {
      std::lock_guard lock(mutex);
      return !sockets.empty();
    });
    std::lock_guard lock(mutex);
    return sockets.at(0);
  }
  std::size_t message_count() {
    std::lock_guard lock(mutex);
    return messages.size();
  }
  bool closed_with(int code) {
    return TestServer::eventually([&] {
             std::lock_guard lock(mutex);
             return !closes.empty();
           }) &&
           [&] {
             std::lock_guard lock(mutex);
             EXPECT_EQ(closes, std::vector<int>{code});
             return closes == std::vector<int>{code};
           }();
  }
};

class EchoSession : public WebSocketSession {
 public:
  explicit EchoSession(Record& record) : record_(record) {}
  void on_open(std::shared_ptr<WebSocket> socket) override {
    socket_ = socket;
    std::lock_guard lock(record_.mutex);
    record_.sockets.push_back(std::move(socket));
  }
  void on_text(std::string message) override {
    if (message == "throw") throw std::runtime_error("broken session");
    if (message == "close") socket_->close(4401, "go away");
    socket_->send_text("echo " + message);
    std::lock_guard lock(record_.mutex);
    record_.messages.push_back(std::move(message));
  }
  void on_binary(std::string message) override {
    socket_->send_text("binary " + std::to_string(message.size()));
  }
  void on_close(std::uint16_t code) override {
    std::lock_guard lock(record_.mutex);
    record_.closes.push_back(code);
  }
  bool wants_pause() const override { return record_.pause; }

 private:
  Record& record_;
  std::shared_ptr<WebSocket> socket_;
};

class WebSocketTest : public ::testing::Test {
 protected:
  Router router() {
    Router router;
    router.websocket("/ws", [this](const HttpRequest& request) {
      WebSocketAccept accept;
      accept.session = std::make_shared<EchoSession>(record_);
      accept.max_message = 200'000;
      const auto offered = offered_subprotocols(request);
      if (!offered.empty()) accept.subprotocol = offered.back();
      return accept;
    });
    router.websocket("/refused", [](const HttpRequest&) {
      WebSocketAccept accept;
      accept.refuse_status = 403;
      return accept;
    });
    return router;
  }
  Record record_;
};

TEST_F(WebSocketTest, AnswersTheHandshakeOfTheSpecification) {
  TestServer server(router());
  Peer peer(server.port());
  const auto answer = peer.shake("/ws",
                                 "Sec-WebSocket-Protocol: graphql-ws, other\r\n"
                                 "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
  EXPECT_EQ(answer.status, 101);
  EXPECT_TRUE(answer.has("Upgrade: websocket"));
  EXPECT_TRUE(answer.has("Connection: Upgrade"));
  EXPECT_TRUE(answer.has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  EXPECT_TRUE(answer.has("Sec-WebSocket-Protocol: other"));
  EXPECT_EQ(answer.head.find("Extensions"), std::string::npos);
  EXPECT_EQ(answer.head.find("Content-Length"), std::string::npos);
}

TEST_F(WebSocketTest, RefusesHandshakesItCannotAccept) {
  TestServer server(router());
  EXPECT_EQ(Peer(server.port()).shake("/unknown").status, 404);
  EXPECT_EQ(Peer(server.port()).shake("/refused").status, 403);
  const std::string start = "GET /ws HTTP/1.1\r\nHost: h\r\n";
  const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto old = Peer(server.port()).ask(start + upgrade + key + "Sec-WebSocket-Version: 8\r\n\r\n");
  EXPECT_EQ(old.status, 426);
  EXPECT_TRUE(old.has("Sec-WebSocket-Version: 13"));
  EXPECT_EQ(Peer(server.port()).ask(start + upgrade + "Sec-WebSocket-Version: 13\r\n\r\n").status, 400);
  EXPECT_EQ(Peer(server.port())
                .ask(start + upgrade + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n")
                .status,
            400);
  EXPECT_EQ(Peer(server.port()).ask(start + "\r\n").status, 426);
}

TEST_F(WebSocketTest, DeliversMessagesInOrderBothWays) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  std::string burst;
  for (int i = 0; i < 500; ++i) burst += text(std::to_string(i) + std::string(i % 7 == 0 ? 6000 : 3, 'x'));
  ASSERT_TRUE(peer.send(burst));
  for (int i = 0; i < 500; ++i) {
    const Frame answer = peer.next();
    ASSERT_EQ(answer.first, 0x81);
    ASSERT_TRUE(answer.payload.starts_with("echo " + std::to_string(i) + "x")) << answer.payload;
  }
  peer.send(frame(0x82, "\x01\x02\x03"));
  EXPECT_EQ(peer.next().payload, "binary 3");
}

TEST_F(WebSocketTest, ReadsFramesSentBehindTheHandshake) {
  TestServer server(router());
  Peer peer(server.port());
  peer.send(
      "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
      "13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
      text("early"));
  ASSERT_EQ(peer.read_response().status, 101);
  EXPECT_EQ(peer.next().payload, "echo early");
}

TEST_F(WebSocketTest, KeepsTheOrderOfEachSendingThread) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  const auto socket = record_.socket();
  std::vector<std::thread> senders;
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) socket->send_text(std::to_string(t) + ":" + std::to_string(i));
    });
  }
  std::vector<int> expected(4, 0);
  for (int i = 0; i < 2000; ++i) {
    const std::string payload = peer.next().payload;
    const auto sender = static_cast<std::size_t>(payload.at(0) - '0');
    ASSERT_EQ(payload.substr(2), std::to_string(expected[sender]++));
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_TRUE(TestServer::eventually([&] { return socket->queued_bytes() == 0; }));
}

TEST_F(WebSocketTest, AnswersPingsWhileMuchIsBeingSent) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  const auto socket = record_.socket();
  // More than the kernel takes at once, so that the rest waits in the queue.
  const std::string message(50'000, 'x');
  for (int i = 0; i < 200; ++i) socket->send_text(message);
  peer.send(ping("now"));
  int before = 0;
  Frame answer;
  while ((answer = peer.next()).first == 0x81) ++before;
  EXPECT_EQ(answer.first, 0x8a);
  EXPECT_EQ(answer.payload, "now");
  EXPECT_LT(before, 200) << "the pong waited for everything";
  for (int i = before; i < 200; ++i) ASSERT_EQ(peer.next().first, 0x81);
}

TEST_F(WebSocketTest, DropsAPeerThatNeverReads) {
  Limits limits;
  limits.websocket_backlog = 1'000'000;
  TestServer server(router(), limits);
  Peer peer(server.port(), false, 4096);
  ASSERT_EQ(peer.shake("/ws").status, 101);
  const auto socket = record_.socket();
  for (int i = 0; i < 1000; ++i) socket->send_text(std::string(100'000, 'x'));
  EXPECT_TRUE(record_.closed_with(1011));
  EXPECT_TRUE(TestServer::eventually([&] { return server.server().stats().connections == 0; }));
}

TEST_F(WebSocketTest, SendsAMessageLargerThanTheBacklogAlone) {
  Limits limits;
  limits.websocket_backlog = 1000;
  TestServer server(router(), limits);
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  record_.socket()->send_text(std::string(100'000, 'y'));
  EXPECT_EQ(peer.next().payload.size(), 100'000U);
}

TEST_F(WebSocketTest, AnswersTheClientsClose) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  peer.send(closing(1000));
  const Frame answer = peer.next();
  EXPECT_EQ(answer.first, 0x88);
  EXPECT_EQ(answer.close_code(), 1000);
  EXPECT_TRUE(peer.ended());
  EXPECT_TRUE(record_.closed_with(1000));
}

TEST_F(WebSocketTest, ClosesAfterWhatIsQueuedAndIgnoresTheRest) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  peer.send(text("one") + text("close") + text("ignored"));
  EXPECT_EQ(peer.next().payload, "echo one");
  const Frame close = peer.next();
  EXPECT_EQ(close.first, 0x88);
  EXPECT_EQ(close.close_code(), 4401);
  EXPECT_EQ(close.payload.substr(2), "go away");
  peer.send(closing(4401));
  EXPECT_TRUE(peer.ended());
  EXPECT_TRUE(record_.closed_with(4401));
}

TEST_F(WebSocketTest, ReportsABrokenConnection) {
  TestServer server(router());
  {
    Peer peer(server.port());
    ASSERT_EQ(peer.shake("/ws").status, 101);
  }
  EXPECT_TRUE(record_.closed_with(1006));
  record_.socket()->send_text("nobody");
}

TEST_F(WebSocketTest, AbortsWithoutACloseFrame) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  record_.socket()->abort();
  EXPECT_TRUE(peer.ended());
  EXPECT_TRUE(record_.closed_with(1006));
}

TEST_F(WebSocketTest, ClosesWithInternalErrorIfASessionThrows) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  peer.send(text("throw"));
  EXPECT_EQ(peer.next().close_code(), 1011);
}

TEST_F(WebSocketTest, ReadsNothingWhileTheSessionPauses) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  const auto socket = record_.socket();
  record_.pause = true;
  std::string many;
  for (int i = 0; i < 100; ++i) many += text("m");
  peer.send(many);
  EXPECT_TRUE(TestServer::eventually([&] { return record_.message_count() == 1; }));
  std::this_thread::sleep_for(milliseconds(120));
  EXPECT_EQ(record_.message_count(), 1U);
  record_.pause = false;
  socket->resume_reading();
  EXPECT_TRUE(TestServer::eventually([&] { return record_.message_count() == 100; }));
}

TEST_F(WebSocketTest, HasNoIdleTimeout) {
  Limits limits;
  limits.idle = limits.header_timeout = limits.body_timeout = limits.write_timeout = milliseconds(40);
  TestServer server(router(), limits);
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  std::this_thread::sleep_for(milliseconds(300));
  peer.send(text("still here"));
  EXPECT_EQ(peer.next().payload, "echo still here");
}

TEST_F(WebSocketTest, ClosesWithServiceRestartWhenTheServerDrains) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  record_.socket();
  std::thread drain([&] { server.server().drain(milliseconds(5000)); });
  const Frame close = peer.next();
  EXPECT_EQ(close.first, 0x88);
  EXPECT_EQ(close.close_code(), 1012);
  peer.send(closing(1012));
  EXPECT_TRUE(peer.ended());
  peer.close();
  drain.join();
  EXPECT_TRUE(record_.closed_with(1012));
}

TEST_F(WebSocketTest, DoesNotWaitForAPeerThatIgnoresTheDrain) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  record_.socket();
  server.server().drain(milliseconds(50));
  EXPECT_EQ(server.server().stats().connections, 0U);
  EXPECT_EQ(peer.next().close_code(), 1012);
}

struct BadFrame {
  const char* name;
  std::string bytes;
  int code;
};
class BadFrames : public WebSocketTest, public ::testing::WithParamInterface<BadFrame> {};

TEST_P(BadFrames, CloseTheConnectionWithTheirCode) {
  TestServer server(router());
  Peer peer(server.port());
  ASSERT_EQ(peer.shake("/ws").status, 101);
  peer.send(GetParam().bytes);
  const Frame close = peer.next();
  EXPECT_EQ(close.first, 0x88);
  EXPECT_EQ(close.close_code(), GetParam().code) << close.payload;
  EXPECT_TRUE(record_.closed_with(GetParam().code));
  peer.close();
  Peer next(server.port());
  EXPECT_EQ(next.shake("/ws").status, 101);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc6455, BadFrames,
    ::testing::Values(
        BadFrame{"Unmasked", std::string("\x81\x02hi"), 1002}, BadFrame{"Rsv1", frame(0xc1, "hi"), 1002},
        BadFrame{"Rsv2", frame(0xa1, "hi"), 1002}, BadFrame{"Rsv3", frame(0x91, "hi"), 1002},
        BadFrame{"ReservedOpcode", frame(0x83, "hi"), 1002},
        BadFrame{"ReservedControl", frame(0x8b, "hi"), 1002},
        BadFrame{"FragmentedPing", frame(0x09, "hi"), 1002},
        BadFrame{"LongPing", frame(0x89, std::string(126, 'x')), 1002},
        BadFrame{"LoneContinuation", frame(0x80, "hi"), 1002},
        BadFrame{"InterruptedFragments", frame(0x01, "a") + frame(0x81, "b"), 1002},
        BadFrame{"CloseOfOneByte", frame(0x88, "x"), 1002}, BadFrame{"CloseCode999", closing(999), 1002},
        BadFrame{"CloseCode1004", closing(1004), 1002}, BadFrame{"CloseCode1005", closing(1005), 1002},
        BadFrame{"CloseCode1006", closing(1006), 1002}, BadFrame{"CloseCode2999", closing(2999), 1002},
        BadFrame{"CloseCode5000", closing(5000), 1002},
        BadFrame{"CloseReasonNotUtf8", frame(0x88, "\x03\xe8\xff"), 1007},
        BadFrame{"TextNotUtf8", text("\xff"), 1007},
        BadFrame{"TextWithSurrogate", text("\xed\xa0\x80"), 1007},
        BadFrame{"TextCutInCharacter", frame(0x01, "\xe2\x82") + frame(0x80, ""), 1007},
        BadFrame{"TooBig", text(std::string(200'001, 'x')), 1009},
        BadFrame{"TooBigInFragments",
                 frame(0x01, std::string(150'000, 'x')) + frame(0x80, std::string(60'000, 'x')), 1009},
        BadFrame{"AbsurdLength", std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff mask", 15), 1009},
        BadFrame{"NegativeLength", std::string("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff mask", 15), 1002}),
    [](const auto& row) { return row.param.name; });

struct GoodFrame {
  const char* name;
  std::string bytes;
  std::vector<std::pair<int, std::string>> answers;
};
class GoodFrames : public WebSocketTest, public ::testing::WithParamInterface<GoodFrame> {};

TEST_P(GoodFrames, AreUnderstoodHoweverTheyArrive) {
  TestServer server(router());
  for (const bool byte_by_byte : {false, true}) {
    Peer peer(server.port());
    ASSERT_EQ(peer.shake("/ws").status, 101);
    if (byte_by_byte) {
      for (const char c : GetParam().bytes) peer.send({&c, 1});
    } else {
      peer.send(GetParam().bytes);
    }
    for (const auto& [first, payload] : GetParam().answers) {
      const Frame answer = peer.next();
      EXPECT_EQ(answer.first, first);
      EXPECT_EQ(answer.payload, payload);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc6455, GoodFrames,
    ::testing::Values(
        GoodFrame{"Empty", text(""), {{0x81, "echo "}}},
        GoodFrame{"Unicode", text("µm €"), {{0x81, "echo µm €"}}},
        GoodFrame{"Length125", text(std::string(125, 'a')), {{0x81, "echo " + std::string(125, 'a')}}},
        GoodFrame{"Length126", text(std::string(126, 'a')), {{0x81, "echo " + std::string(126, 'a')}}},
        GoodFrame{"Length65535", text(std::string(65535, 'a')), {{0x81, "echo " + std::string(65535, 'a')}}},
        GoodFrame{"Length65536", text(std::string(65536, 'a')), {{0x81, "echo " + std::string(65536, 'a')}}},
        GoodFrame{"Fragments", frame(0x01, "a") + frame(0x00, "") + frame(0x80, "b"), {{0x81, "echo ab"}}},
        GoodFrame{
            "CharacterAcrossFragments", frame(0x01, "\xe2\x82") + frame(0x80, "\xac"), {{0x81, "echo €"}}},
        GoodFrame{"PingBetweenFragments",
                  frame(0x01, "a") + ping("p") + frame(0x80, "b"),
                  {{0x8a, "p"}, {0x81, "echo ab"}}},
        GoodFrame{"EmptyPing", ping(""), {{0x8a, ""}}},
        GoodFrame{"LongestPing", ping(std::string(125, 'p')), {{0x8a, std::string(125, 'p')}}},
        GoodFrame{"UnaskedPong", frame(0x8a, "x") + text("a"), {{0x81, "echo a"}}},
        GoodFrame{"Binary", frame(0x82, std::string("\xff\x00", 2)), {{0x81, "binary 2"}}},
        GoodFrame{"CloseWithoutCode", frame(0x88, ""), {{0x88, ""}}},
        GoodFrame{"CloseWithReason", frame(0x88, "\x0f\xa1why"), {{0x88, "\x0f\xa1"}}}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace net
