// Both sub-protocols against a socket that only remembers what was sent.
#include "graphql/transport/sockets.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "graphql/transport/lost_links.h"
#include "graphql/transport/operation_metrics.h"
#include "graphql/transport/plan_cache.h"

namespace {

using base::Json;
using graphql::Batch;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Closes appear among the frames as `close <code>`.
class RecordingSocket : public net::WebSocket {
 public:
  void send_text(std::string message) override { add(std::move(message)); }
  void close(std::uint16_t code, std::string_view) override { add(fmt::format("close {}", code)); }
  void abort() override { add("abort"); }
  std::size_t queued_bytes() const override { return 0; }

  /// All frames once there are that many.
  std::vector<std::string> frames(std::size_t count) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, std::chrono::seconds(30), [&] { return frames_.size() >= count; });
    return frames_;
  }

 private:
  void add(std::string frame) {
    const std::lock_guard lock(mutex_);
    frames_.push_back(std::move(frame));
    arrived_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> frames_;
};

/// Accepts the token `good`.
class Gate : public graphql::Host {
 public:
  Identity authenticate(const graphql::Credentials& credentials) override {
    std::string token = credentials.token;
    if (credentials.headers != nullptr) token = credentials.headers->get("authorization").value_or("");
    if (token.ends_with("good")) return std::make_shared<int>(1);
    throw base::Error(base::code::kUnauthenticated, std::string("The access token has expired."));
  }
  std::shared_ptr<graphql::RequestContext> context(const Identity&) override {
    return std::make_shared<graphql::RequestContext>();
  }
  void around(graphql::RequestContext&, const graphql::Plan&, const std::function<void()>& resolve) override {
    resolve();
  }
  std::optional<std::int64_t> issued_at(const std::string&) override { return std::nullopt; }
};

class Value : public graphql::Resolver {
 public:
  void finish(Batch& batch) const override {
    batch.out.set(0, graphql::json_cell(batch.parents[0].json(), *batch.field.type, batch.out));
  }
};

/// Remembers who listens, by the argument `of`.
class News : public graphql::RootStream {
 public:
  std::shared_ptr<void> subscribe(graphql::RequestContext&, const Json& arguments, Emit emit) const override {
    const std::string of = arguments["of"].as_string();
    const std::lock_guard lock(mutex);
    listeners[of] = std::move(emit);
    return {nullptr, [this, of](void*) {
              const std::lock_guard guard(mutex);
              listeners.erase(of);
            }};
  }
  bool is_heard(const std::string& of) const {
    const std::lock_guard lock(mutex);
    return listeners.contains(of);
  }
  void tell(const std::string& of, const std::string& text) const {
    Emit emit;
    {
      const std::lock_guard lock(mutex);
      emit = listeners.at(of);
    }
    emit(Json(text));
  }
  mutable std::mutex mutex;
  mutable std::map<std::string, Emit> listeners;
};

class Sockets : public testing::Test {
 protected:
  Sockets() {
    const graphql::FieldDef& news = *schema_->subscription()->field("news");
    resolvers_->set(news, std::make_shared<Value>());
    resolvers_->set_stream(news, news_);
    graphql::add_introspection(*schema_, *resolvers_);
  }
  // As the program ends: what waits in the loop holds sockets, which use what is below.
  ~Sockets() override {
    loop_.stop();
    workers_.stop();
  }

  void open(const std::string& subprotocol) {
    net::HttpRequest request;
    request.headers.add("sec-websocket-protocol", subprotocol);
    net::WebSocketAccept accept = graphql::accept_socket(request, machinery_);
    spoken_ = accept.subprotocol;
    session_ = std::move(accept.session);
    session_->on_open(socket_);
  }
  void say(const std::string& message) { session_->on_text(message); }
  void start(const std::string& id, const std::string& query, const std::string& more = "") {
    say(fmt::format(R"({{"type":"{}","id":"{}","payload":{{"query":"{}"{}}}}})", start_, id, query, more));
  }
  static std::string news_of(const std::string& whom) {
    return "subscription { news(of: \\\"" + whom + "\\\") }";
  }
  static std::string data(const std::string& type, const std::string& id, const std::string& text) {
    return fmt::format(R"({{"type":"{}","id":"{}","payload":{{"data":{{"news":"{}"}}}}}})", type, id, text);
  }

  std::shared_ptr<const graphql::Schema> schema_ =
      graphql::Schema::from_sdl({"type Query { a: Int } type Subscription { news(of: String!): String }"});
  std::shared_ptr<graphql::ResolverMap> resolvers_ = std::make_shared<graphql::ResolverMap>();
  std::shared_ptr<News> news_ = std::make_shared<News>();
  graphql::Executor executor_{schema_, resolvers_};
  graphql::PlanCache plans_{executor_};
  Gate gate_;
  net::EventLoop loop_{1};
  net::WorkerPool workers_{"test", 2};
  base::metrics::Registry registry_;
  graphql::OperationMetrics metrics_{registry_};
  graphql::LostLinks lost_links_;
  graphql::Machinery machinery_{loop_, workers_, gate_, executor_, plans_, metrics_, lost_links_};
  std::shared_ptr<RecordingSocket> socket_ = std::make_shared<RecordingSocket>();
  std::shared_ptr<net::WebSocketSession> session_;
  std::string spoken_;
  std::string start_ = "subscribe";
};

TEST_F(Sockets, SpeakTheFirstProtocolTheyKnow) {
  open("mqtt, graphql-transport-ws, graphql-ws");
  EXPECT_EQ(spoken_, "graphql-transport-ws");
  open("graphql-ws");
  EXPECT_EQ(spoken_, "graphql-ws");
  EXPECT_THAT(socket_->frames(0), IsEmpty());
  open("mqtt");
  EXPECT_EQ(spoken_, "");
  EXPECT_THAT(socket_->frames(1), ElementsAre("close 4406"));
}

// --- graphql-ws -------------------------------------------------------------

constexpr const char* kAck = R"({"type":"connection_ack"})";

class LegacySocket : public Sockets {
 protected:
  LegacySocket() {
    start_ = "start";
    open("graphql-ws");
  }
  void init(const std::string& token) {
    say(R"({"type":"connection_init","payload":{"token":")" + token + R"("}})");
  }
  // An acknowledgement to a link that comes back is held back for longer than
  // a test takes.
  void init_again(const std::string& token = "good") {
    lost_links_.lost(token, graphql::Link::kBack, base::now_micros());
    init(token);
  }
  // Waits until the socket has handled everything it was told.
  void fence(std::size_t frames) {
    start("fence", "{ a }");
    socket_->frames(frames);
  }
  graphql::Link next_link(const std::string& token) {
    return lost_links_.recognize(token, std::nullopt, base::now_micros());
  }
};

TEST_F(LegacySocket, AcknowledgesWhoWaits) {
  say(R"({"type":"connection_init","payload":{"token":"bad"}})");
  EXPECT_THAT(socket_->frames(1), ElementsAre(kAck)) << "whatever the token";
}

TEST_F(LegacySocket, NeverAcknowledgesWhoDoesNotWait) {
  init_again();
  start("1", news_of("me"));
  start("2", "{ a }");
  EXPECT_THAT(socket_->frames(1), ElementsAre(HasSubstr(R"({"type":"error","id":"2")")));
  EXPECT_TRUE(news_->is_heard("me")) << "registered before the next message is looked at";
  news_->tell("me", "hi");
  EXPECT_EQ(socket_->frames(2).at(1), data("data", "1", "hi"));
}

TEST_F(LegacySocket, RemembersALinkThatWasCut) {
  init("good");
  EXPECT_THAT(socket_->frames(1), ElementsAre(kAck));
  fence(2);
  session_->on_close(1006);
  fence(3);
  EXPECT_EQ(next_link("good"), graphql::Link::kPerhapsBack);
}

TEST_F(LegacySocket, RemembersALinkThatItsAcknowledgementBroke) {
  init("good");
  EXPECT_THAT(socket_->frames(1), ElementsAre(kAck));
  session_->on_close(1011);
  fence(2);
  EXPECT_EQ(next_link("good"), graphql::Link::kBack);
}

TEST_F(LegacySocket, ForgetsAProgramThatEnds) {
  init("good");
  EXPECT_THAT(socket_->frames(1), ElementsAre(kAck));
  fence(2);
  session_->on_close(1011);
  fence(3);
  EXPECT_EQ(next_link("good"), graphql::Link::kNew);
}

TEST_F(LegacySocket, WantsAnInitFirst) {
  start("1", news_of("me"));
  EXPECT_THAT(socket_->frames(1), ElementsAre("close 4401"));
}

TEST_F(LegacySocket, RefusesAnInitThatIsNoObject) {
  say(R"({"type":"connection_init","payload":7})");
  EXPECT_THAT(socket_->frames(2), ElementsAre(R"({"type":"connection_error"})", "close 1000"));
}

TEST_F(LegacySocket, ReportsEachStartsTroubleByItself) {
  init_again("bad");
  start("1", news_of("me"));
  EXPECT_EQ(socket_->frames(1).at(0),
            R"({"type":"error","id":"1","payload":{"message":"The access token has expired.",)"
            R"("extensions":{"code":"UNAUTHENTICATED"}}})");
  start("2", news_of("me"), R"(,"headers":{"Authorization":"Bearer good"})");
  start("3", "{ x }", R"(,"headers":{"Authorization":"Bearer good"})");
  EXPECT_THAT(socket_->frames(2).at(1), HasSubstr("Cannot query field 'x' on type 'Query'."));
  EXPECT_TRUE(news_->is_heard("me")) << "the token of the start is the fresh one";
}

TEST_F(LegacySocket, RefusesQueries) {
  init_again();
  start("1", "{ __typename }");
  EXPECT_THAT(socket_->frames(1), ElementsAre(HasSubstr("queries are not allowed")));
}

TEST_F(LegacySocket, StopsAndReplacesById) {
  init_again();
  start("1", news_of("me"));
  start("1", news_of("you"));
  start("fence", "{ a }");
  socket_->frames(1);
  EXPECT_FALSE(news_->is_heard("me"));
  EXPECT_TRUE(news_->is_heard("you"));
  say(R"({"type":"stop","id":"1"})");
  say(R"({"type":"stop","id":"never started"})");
  start("fence", "{ a }");
  EXPECT_EQ(socket_->frames(2).size(), 2U);
  EXPECT_FALSE(news_->is_heard("you"));
}

TEST_F(LegacySocket, IgnoresWhatItDoesNotKnow) {
  init_again();
  say("no json");
  say("[1]");
  say(R"({"type":"pong","payload":{}})");
  say(R"({"type":"connection_terminate"})");
  EXPECT_THAT(socket_->frames(1), ElementsAre("close 1000"));
  session_->on_binary("x");
  EXPECT_EQ(socket_->frames(2).at(1), "close 1002");
}

TEST_F(LegacySocket, LimitsItsSubscriptions) {
  init_again();
  for (int i = 0; i < 101; ++i) start(std::to_string(i), news_of(std::to_string(i)));
  EXPECT_THAT(socket_->frames(1), ElementsAre(HasSubstr("Subscription limit reached")));
  EXPECT_TRUE(news_->is_heard("99"));
}

TEST_F(LegacySocket, SendsEventsInTheirOrder) {
  init_again();
  start("1", news_of("me"));
  start("fence", "{ a }");
  socket_->frames(1);
  for (int i = 0; i < 20; ++i) news_->tell("me", std::to_string(i));
  const std::vector<std::string> frames = socket_->frames(21);
  ASSERT_EQ(frames.size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(frames[i + 1], data("data", "1", std::to_string(i)));
}

// --- graphql-transport-ws ---------------------------------------------------

class TransportSocket : public Sockets {
 protected:
  TransportSocket() { open("graphql-transport-ws"); }
  void init() {
    say(R"({"type":"connection_init","payload":{"token":"good"}})");
    ASSERT_THAT(socket_->frames(1), ElementsAre(kAck));
  }
};

TEST_F(TransportSocket, AnswersQueriesAndEvents) {
  init();
  start("1", "{ __typename }");
  EXPECT_THAT(socket_->frames(3),
              ElementsAre(kAck, R"({"type":"next","id":"1","payload":{"data":{"__typename":"Query"}}})",
                          R"({"type":"complete","id":"1"})"));
  start("2", news_of("me"));
  say(R"({"type":"ping"})");
  EXPECT_EQ(socket_->frames(4).at(3), R"({"type":"pong"})");
  news_->tell("me", "hi");
  EXPECT_EQ(socket_->frames(5).at(4), data("next", "2", "hi"));
  say(R"({"type":"complete","id":"2"})");
  say(R"({"type":"ping"})");
  EXPECT_EQ(socket_->frames(6).size(), 6U);
  EXPECT_FALSE(news_->is_heard("me"));
}

TEST_F(TransportSocket, ListsErrors) {
  init();
  start("1", "{ x y }");
  EXPECT_THAT(socket_->frames(2).at(1), HasSubstr(R"({"type":"error","id":"1","payload":[{"message":)"));
}

TEST_F(TransportSocket, ClosesWhereTheProtocolSaysSo) {
  start("1", "{ a }");
  EXPECT_EQ(socket_->frames(1).at(0), "close 4401");
  say("no json");
  EXPECT_EQ(socket_->frames(2).at(1), "close 4400");
  say(R"({"type":"hello"})");
  EXPECT_EQ(socket_->frames(3).at(2), "close 4400");
  say(R"({"type":"connection_init","payload":{"token":"good"}})");
  EXPECT_EQ(socket_->frames(4).at(3), kAck);
  say(R"({"type":"subscribe","id":"1"})");
  EXPECT_EQ(socket_->frames(5).at(4), "close 4400");
  start("2", news_of("me"));
  start("2", news_of("me"));
  EXPECT_EQ(socket_->frames(6).at(5), "close 4409");
  say(R"({"type":"connection_init"})");
  EXPECT_EQ(socket_->frames(7).at(6), "close 4429");
}

}  // namespace
