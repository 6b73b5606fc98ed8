#include "services/rekuest/agent_socket.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/clock.h"
#include "service/auth_testing.h"
#include "services/rekuest/testing/fake_socket.h"
#include "services/rekuest/testing/proxy_database.h"
#include "services/rekuest/testing/task_world.h"

namespace rekuest {
namespace {

using base::Json;
using rekuest_testing::FakeSocket;
using rekuest_testing::numbered;
using rekuest_testing::task_report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Everybody with a good token is the same client.
struct OneCaller : service::IdentityDirectory {
  service::IdentityRows expand(const service::Claims&) override {
    if (away) throw base::Error(base::code::kUnavailable, std::string("The database is away."));
    return rows;
  }
  bool refresh(service::IdentityRows&) override { return true; }
  service::IdentityRows rows;
  bool away = false;
};

/// Keeps the only worker busy: what arrives meanwhile is taken at once after.
class HeldWorker {
 public:
  explicit HeldWorker(net::WorkerPool& workers) {
    EXPECT_TRUE(workers.post(
        [waiting = std::make_shared<std::future<void>>(released_.get_future())] { waiting->wait(); }));
  }
  ~HeldWorker() { released_.set_value(); }

 private:
  std::promise<void> released_;
};

struct Connection {
  std::shared_ptr<FakeSocket> socket = std::make_shared<FakeSocket>();
  std::shared_ptr<net::WebSocketSession> session;

  void send(const Json& frame) { session->on_text(frame.dump()); }
  void send(const char* text) { session->on_text(text); }
};

class AgentSockets : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  AgentSockets() { directory_.rows = me_->rows; }
  ~AgentSockets() override {
    for (Connection& one : connections_) one.session->on_close(1006);
    settle();
  }

  Connection open() {
    Connection made;
    made.session = make_agent_socket(machinery_);
    made.session->on_open(made.socket);
    connections_.push_back(made);
    return made;
  }
  static Json register_frame(const std::string& session = "s1",
                             const std::string& token = service_testing::token(service_testing::claims())) {
    Json frame = Json::parse(rekuest_testing::kDeclaration);
    frame.set("type", "REGISTER");
    frame.set("token", token);
    frame.set("session_id", session);
    return frame;
  }
  Connection registered(const std::string& session = "s1") {
    Connection made = open();
    made.send(register_frame(session));
    EXPECT_FALSE(made.socket->next("INIT").is_null());
    settle();  // INIT is sent before the worker is done with the registration
    return made;
  }
  /// Waits for what the worker and the writer had to do by now, and for what
  /// that leads to.
  void settle() {
    for (int round = 0; round < 3; ++round) {
      std::promise<void> done;
      ASSERT_TRUE(workers_.post([&done] { done.set_value(); }));
      done.get_future().wait();
      world_.database().write([](sql::Writer&) {});
    }
  }
  std::int64_t new_task() {
    Registered agent;
    agent.agent.agent = agent_id();
    agent.agent.organization = me_->rows.organization;
    world_.now = base::now_micros();
    return world_.task(me_, agent);
  }
  std::int64_t agent_id() { return world_.number("select id from agent"); }
  std::string connected() { return world_.joined("select connected from agent"); }

  rekuest_testing::TaskWorld world_{GetParam()};
  rekuest_testing::Who me_ = world_.identity();
  rekuest_testing::ProxyDatabase database_{world_.database()};
  OneCaller directory_;
  service::TokenVerifier verifier_{service_testing::config(), {}, [] { return service_testing::kNow; }};
  service::Authenticator authenticator_{verifier_, directory_};
  bus::Bus bus_;
  Feed feed_{database_, bus_};
  AgentFeed agent_feed_{database_, bus_};
  StateFeed state_feed_{database_, bus_};
  AgentHub hub_;
  ProvenanceSigner signer_;
  const Feeds feeds_{feed_, agent_feed_, state_feed_};
  Delivery delivery_{hub_, feeds_, signer_};
  Probes probes_{hub_, bus_, signer_};
  Replicas replicas_{database_, hub_, feeds_, delivery_};
  Changes changes_{database_, delivery_, replicas_};
  net::EventLoop loop_{1};
  net::WorkerPool workers_{"test", 1};
  AgentMachinery machinery_{
      loop_, workers_, database_, authenticator_, hub_, changes_, probes_, signer_, rekuest_testing::shapes(),
      "here"};
  std::vector<Connection> connections_;
};
INSTANTIATE_TEST_SUITE_P(Both, AgentSockets, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(AgentSockets, AnswersARegistrationWithInitAndThenWhatIsOwed) {
  {
    const Registered before = world_.connect(me_);
    const std::int64_t task = world_.task(me_, before);
    world_.control(me_, Control::kPause, task);
    world_.disconnect(before);
  }
  Connection agent = open();
  settle();
  EXPECT_THAT(agent.socket->frames(), IsEmpty()) << "nothing comes before INIT";
  agent.send(register_frame());
  agent.socket->next("PAUSE");

  EXPECT_EQ(agent.socket->types(), "INIT ASSIGN PAUSE");
  const Json init = agent.socket->frames()[0];
  EXPECT_EQ(init["agent"], Json(world_.text("select id from agent")));
  EXPECT_EQ(init["hash"], Json("h1"));
  EXPECT_EQ(init["inquiries"].dump(), "[]");
  EXPECT_TRUE(init["diagnostics"].is_array());
  settle();
  EXPECT_THAT(hub_.connected(), ElementsAre(world_.number("select id from agent")));
  EXPECT_EQ(connected(), "1");
}

TEST_P(AgentSockets, BouncesAFrameBeforeTheRegistration) {
  Connection agent = open();
  agent.send(numbered("STARTED", 1));
  EXPECT_EQ(agent.socket->closed(), 3004);
  EXPECT_THAT(agent.socket->frames(), IsEmpty());
}

TEST_P(AgentSockets, RefusesWhatIsNoFrame) {
  for (const auto& [text, code] :
       {std::pair{"{", 3002}, {"[1", 3002}, {"{}", 3003}, {"17", 3003}, {R"({"type":7})", 3003}}) {
    Connection stranger = open();
    stranger.send(text);
    EXPECT_EQ(stranger.socket->closed(), code) << text;
  }
  Connection binary = open();
  binary.session->on_binary("x");
  EXPECT_EQ(binary.socket->closed(), 3002);

  Connection agent = registered();
  agent.send("not json");
  EXPECT_EQ(agent.socket->closed(), 3002);
}

TEST_P(AgentSockets, HearsNothingMoreAfterARefusal) {
  Connection agent = open();
  agent.send("{");
  EXPECT_EQ(agent.socket->closed(), 3002);
  agent.send(register_frame());
  settle();
  EXPECT_THAT(hub_.connected(), IsEmpty());
  EXPECT_EQ(world_.number("select count(*) from agent"), 0);
}

TEST_P(AgentSockets, LooksAtTheTokenOfALargeFrameBeforeReadingIt) {
  const std::string filling(64 * 1024, 'x');
  Connection stranger = open();
  stranger.session->on_text(R"({"type":"REGISTER","token":"no token","filling":")" + filling +
                            R"(", no JSON)");
  EXPECT_EQ(stranger.socket->closed(), 3003) << "refused for its token, not for what follows";

  Connection chatter = open();
  chatter.session->on_text(R"({"type":"HELLO","filling":")" + filling + "\"}");
  EXPECT_EQ(chatter.socket->closed(), 3004);

  Connection known = open();
  Json frame = register_frame();
  frame.set("filling", filling);
  known.send(frame);
  EXPECT_TRUE(known.socket->next("INIT").is_object());
}

TEST_P(AgentSockets, RefusesASecondRegistration) {
  Connection agent = registered();
  agent.send(register_frame());
  EXPECT_EQ(agent.socket->closed(), 3003);
}

TEST_P(AgentSockets, SaysWhyARegistrationIsRefused) {
  Connection wrong_token = open();
  wrong_token.send(register_frame("s1", "no token"));
  EXPECT_EQ(wrong_token.socket->closed(), 3003);
  EXPECT_EQ(wrong_token.socket->types(), "PROTOCOL_ERROR");

  Connection bad_declaration = open();
  Json frame = register_frame();
  frame.set("implementations", Json::parse(R"([{"interface":"a"}])"));
  bad_declaration.send(frame);
  EXPECT_EQ(bad_declaration.socket->closed(), 3003);
  ASSERT_EQ(bad_declaration.socket->types(), "PROTOCOL_ERROR");
  EXPECT_THAT(bad_declaration.socket->frames()[0]["error"].as_string(),
              ::testing::HasSubstr("implementations[0]"));

  Connection first = registered("s1");
  Connection busy = open();
  busy.send(register_frame("s2"));
  EXPECT_EQ(busy.socket->closed(), 4004);
  EXPECT_EQ(busy.socket->types(), "PROTOCOL_ERROR");
  EXPECT_TRUE(first.socket->is_open());
}

TEST_P(AgentSockets, LetsAnAgentTryAgainWhenTimeWillHelp) {
  Connection expired = open();
  expired.send(register_frame("s1", service_testing::token(service_testing::claims_with("exp", 1))));
  EXPECT_EQ(expired.socket->closed(), 3004);
  EXPECT_THAT(expired.socket->frames(), IsEmpty());

  directory_.away = true;
  Connection unlucky = open();
  unlucky.send(register_frame());
  EXPECT_EQ(unlucky.socket->closed(), 3004);
  EXPECT_THAT(unlucky.socket->frames(), IsEmpty());

  directory_.away = false;
  database_.away = true;
  Connection unstored = open();
  unstored.send(register_frame());
  EXPECT_EQ(unstored.socket->closed(), 3004);
  EXPECT_THAT(unstored.socket->frames(), IsEmpty());
}

TEST_P(AgentSockets, AcknowledgesWhatIsCommitted) {
  Connection agent = registered();
  const std::int64_t task = new_task();
  {
    sql_testing::HeldWriter held(world_.database());
    for (const Json& frame : rekuest_testing::whole_task(task, 1)) agent.send(frame);
    EXPECT_EQ(agent.socket->types(), "INIT");
  }
  while (agent.socket->next("JOURNAL_ACK")["pos"] != Json(4)) ASSERT_TRUE(agent.socket->is_open());
  EXPECT_EQ(world_.events(task), "QUEUED STARTED PROGRESS YIELD COMPLETED");
}

TEST_P(AgentSockets, AcknowledgesABatchOnceInItsOneCommit) {
  Connection agent = registered();
  const std::int64_t task = new_task();
  const std::uint64_t before = world_.database().stats().commits;
  {
    sql_testing::HeldWriter held(world_.database());
    for (const Json& frame : rekuest_testing::whole_task(task, 1)) agent.send(frame);
  }
  EXPECT_EQ(agent.socket->next("JOURNAL_ACK")["pos"], Json(1)) << "what found nothing to wait for";
  EXPECT_EQ(agent.socket->next("JOURNAL_ACK")["pos"], Json(4)) << "what waited for it";
  EXPECT_EQ(agent.socket->types(), "INIT JOURNAL_ACK JOURNAL_ACK");
  settle();
  EXPECT_LE(world_.database().stats().commits - before, 2u + 3u) << "settling writes three times";
}

TEST_P(AgentSockets, AcknowledgesNothingThatCouldNotBeStored) {
  Connection agent = registered();
  const std::int64_t task = new_task();
  database_.away = true;
  agent.send(task_report("STARTED", 1, task));
  EXPECT_EQ(agent.socket->closed(), 1011);
  EXPECT_EQ(agent.socket->types(), "INIT");
  EXPECT_EQ(world_.events(task), "QUEUED");

  database_.away = false;
  agent.session->on_close(1011);
  settle();
  Connection again = registered();
  again.send(task_report("STARTED", 1, task));
  EXPECT_EQ(again.socket->next("JOURNAL_ACK")["pos"], Json(1));
  EXPECT_EQ(world_.events(task), "QUEUED STARTED");
}

TEST_P(AgentSockets, APoisonedFrameDoesNotLoseItsNeighbours) {
  Connection agent = registered();
  const std::int64_t task = new_task();
  {
    sql_testing::HeldWriter held(world_.database());
    agent.send(task_report("LOG", 1, task));  // what comes meanwhile is one batch
    agent.send(task_report("STARTED", 2, task));
    agent.send(numbered("STATE_SNAPSHOT", 3, R"(,"session_id":"s1","snapshots":{"po\u0000s":1})"));
    agent.send(task_report("COMPLETED", 4, task));
  }
  while (agent.socket->next("JOURNAL_ACK")["pos"] != Json(4)) ASSERT_TRUE(agent.socket->is_open());
  settle();
  EXPECT_EQ(world_.events(task), "QUEUED LOG STARTED COMPLETED");

  agent.send(numbered("STATE_SNAPSHOT", 5, R"(,"session_id":"s1","snapshots":{"po\u0000s":1})"));
  while (agent.socket->next("JOURNAL_ACK")["pos"] != Json(5)) ASSERT_TRUE(agent.socket->is_open());
  EXPECT_TRUE(agent.socket->is_open());
}

TEST_P(AgentSockets, WaitsForAnAgentThatReadsSlowly) {
  Connection agent = registered();
  agent.socket->queued = 5 * 1024 * 1024;
  for (int i = 0; i < 3; ++i)
    hub_.send(agent_id(), 0, one_frame("{\"type\":\"N" + std::to_string(i) + "\"}"));
  settle();
  EXPECT_EQ(agent.socket->types(), "INIT");
  agent.socket->queued = 0;
  EXPECT_FALSE(agent.socket->next("N2").is_null());
  EXPECT_EQ(agent.socket->types(), "INIT N0 N1 N2");
}

TEST_P(AgentSockets, ANewConnectionOfTheProcessDisplacesTheOld) {
  Connection old = registered("s1");
  Connection fresh = registered("s1");
  EXPECT_EQ(old.socket->closed(), 4005);

  old.session->on_close(4005);
  settle();
  EXPECT_EQ(connected(), "1") << "the old connection's end is not the agent's";
  hub_.send(world_.number("select id from agent"), 0, one_frame(R"({"type":"CANCEL"})"));
  EXPECT_FALSE(fresh.socket->next("CANCEL").is_null());

  fresh.session->on_close(1000);
  settle();
  EXPECT_EQ(connected(), "0");
  EXPECT_THAT(hub_.connected(), IsEmpty());
}

TEST_P(AgentSockets, AConnectionThatEndsWhileItRegistersLeavesNothingConnected) {
  Connection agent = open();
  {
    sql_testing::HeldWriter held(world_.database());
    agent.send(register_frame());
    std::promise<void> taken;
    ASSERT_TRUE(workers_.post([&taken] { taken.set_value(); }));
    taken.get_future().wait();
    agent.session->on_close(1006);
  }
  settle();
  EXPECT_THAT(hub_.connected(), IsEmpty());
  EXPECT_EQ(connected(), "0");
}

TEST_P(AgentSockets, StoresWhatArrivedBeforeTheConnectionEnded) {
  Connection agent = registered();
  const std::int64_t task = new_task();
  {
    sql_testing::HeldWriter held(world_.database());
    for (const Json& frame : rekuest_testing::whole_task(task, 1)) agent.send(frame);
    agent.session->on_close(1006);
  }
  settle();
  EXPECT_EQ(world_.latest(task), "COMPLETED");
  EXPECT_EQ(connected(), "0");
}

TEST_P(AgentSockets, CountsTheBytesOfStrangers) {
  Connection stranger = open();
  {
    HeldWorker held(workers_);
    stranger.send(R"({"type":"STARTED"})");
    EXPECT_EQ(hub_.unregistered_bytes, 18u);
  }
  EXPECT_EQ(stranger.socket->closed(), 3004);
  registered();
  settle();
  EXPECT_EQ(hub_.unregistered_bytes, 18u) << "the registered one's are forgotten";

  hub_.unregistered_bytes += AgentHub::kMaxUnregisteredBytes;
  Connection late = open();
  late.send(register_frame("s2"));
  EXPECT_EQ(late.socket->closed(), 1013);
}

TEST_P(AgentSockets, AsksForAPauseWhenFramesPileUp) {
  Connection agent = registered();
  {
    sql_testing::HeldWriter held(world_.database());
    agent.send(task_report("STARTED", 1, 4711));
    for (int i = 0; i < 2000; ++i) agent.send(R"({"type":"HEARTBEAT_ANSWER"})");
    EXPECT_FALSE(agent.session->wants_pause());
    agent.send(R"({"type":"HEARTBEAT_ANSWER"})");
    EXPECT_TRUE(agent.session->wants_pause());
  }
  settle();
  EXPECT_FALSE(agent.session->wants_pause());
}

TEST_P(AgentSockets, AnswersRequestsItCannotMeet) {
  Connection agent = registered();
  for (const auto& [request, answer] : {std::pair{"ASSIGN_REQUEST", "ASSIGN_RESPONSE"},
                                        {"CANCEL_REQUEST", "CONTROL_RESPONSE"},
                                        {"PROBE_REQUEST", "PROBE_RESPONSE"},
                                        {"STATE_REVISION_REQUEST", "STATE_REVISION_RESPONSE"}}) {
    agent.send(Json::object({{"type", request}, {"id", "r-1"}, {"reference", "ref"}, {"task", "1"}}));
    const Json response = agent.socket->next(answer);
    EXPECT_EQ(response["request"], Json("r-1")) << request;
    EXPECT_TRUE(response["error"].is_string()) << request;
  }
  agent.send(Json::object({{"type", "HELD"}, {"task", "1"}, {"blok", Json::object({{"key", "k"}})}}));
  EXPECT_EQ(agent.socket->next("BLOK_REFUSED")["task"], Json("1"));
}

TEST_P(AgentSockets, RelaysAProbeUntilTheConnectionOfItsAgentEnds) {
  Connection agent = registered();
  world_.database().write([](sql::Writer& writer) { writer.execute("update action set allow_probe = 1"); });
  const std::string action = world_.text("select id from action order by id limit 1");
  agent.send(
      Json::object({{"type", "PROBE_REQUEST"}, {"id", "r-1"}, {"args", Json::object()}, {"action", action}}));
  agent.send(numbered("UNLOCK", 1, R"(,"key":"stage")"));
  const std::string id = agent.socket->next("ASSIGN")["task"].as_string();
  EXPECT_EQ(agent.socket->next("PROBE_RESPONSE")["probe"], Json(id));
  EXPECT_EQ(agent.socket->next("JOURNAL_ACK")["pos"], Json(1)) << "it goes on after the answer";
  agent.send(Json::object({{"type", "STARTED"}, {"task", id}}));
  EXPECT_EQ(agent.socket->next("STARTED_EVENT")["task"], Json(id));

  Connection again = registered();
  EXPECT_EQ(again.socket->next("LOST_EVENT")["task"], Json(id)) << "reports may have gone with the other";
}

TEST_P(AgentSockets, PassesOverFramesItDoesNotKnow) {
  Connection agent = registered();
  agent.send(R"({"type":"DANCE"})");
  agent.send(numbered("UNLOCK", 1, R"(,"key":"stage")"));
  EXPECT_EQ(agent.socket->next("JOURNAL_ACK")["pos"], Json(1));
  EXPECT_TRUE(agent.socket->is_open());
}

}  // namespace
}  // namespace rekuest
