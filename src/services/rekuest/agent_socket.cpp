#include "services/rekuest/agent_socket.h"

#include <atomic>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "services/rekuest/agent_request.h"
#include "services/rekuest/frame.h"
#include "services/rekuest/probe_call.h"
#include "services/rekuest/registration.h"

namespace rekuest {
namespace {

using base::Json;

constexpr std::uint16_t kHeartbeatMissed = 3001;
constexpr std::uint16_t kInvalidJson = 3002;
constexpr std::uint16_t kInvalidFrame = 3003;
constexpr std::uint16_t kTryAgain = 3004;
constexpr std::uint16_t kDisplaced = 4005;

constexpr auto kRegisterWithin = std::chrono::seconds(10);
constexpr auto kHeartbeatEvery = std::chrono::seconds(10);
constexpr std::int64_t kAnswerWithinMicros = 15'000'000;  // heartbeat interval and five seconds

/// Read where it arrives, on the event loop.
constexpr std::size_t kSmallMessage = 16 * 1024;
constexpr std::size_t kMaxWaitingFrames = 2000;
constexpr std::size_t kMaxWaitingBytes = 64 * 1024 * 1024;
constexpr std::size_t kFramesPerCommit = 500;

// Frames wait in arrival order; one worker at a time takes all that wait. While
// a batch is being committed nothing more is taken, so what arrives meanwhile
// becomes the next batch: the busier the agent, the larger its commits.
class AgentSocket : public net::WebSocketSession,
                    public AgentLink,
                    public std::enable_shared_from_this<AgentSocket> {
 public:
  explicit AgentSocket(const AgentMachinery& machinery) : machinery_(machinery) {}

  // net::WebSocketSession, on event-loop threads
  void on_open(std::shared_ptr<net::WebSocket> socket) override {
    socket_ = std::move(socket);
    outbox_ = std::make_shared<AgentOutbox>(machinery_.loop, machinery_.workers, socket_);
    const std::weak_ptr<AgentSocket> weak = weak_from_this();
    timer_ = machinery_.loop.after(kRegisterWithin, [weak] {
      if (const auto self = weak.lock(); self && !self->open_)
        self->socket_->close(kTryAgain, "No REGISTER came.");
    });
  }

  void on_text(std::string message) override {
    if (refused_) return;  // the close frame is on its way
    heard_ = base::monotonic_micros();
    if (!open_ && !admit(message.size())) return;
    bool here = false;
    {
      const std::lock_guard lock(mutex_);
      if (refused_) return;
      const bool small = message.size() <= kSmallMessage;
      waiting_bytes_ += message.size();
      waiting_.push_back(std::move(message));
      if (std::exchange(busy_, true)) return;
      if (small && open_) here = true;
    }
    // A report is read and handed to the writer in less time than it takes to
    // wake a worker.
    if (here) {
      work();
    } else {
      schedule();
    }
  }

  void on_binary(std::string) override { socket_->close(kInvalidJson, "Text frames only."); }

  void on_close(std::uint16_t) override {
    closed_ = true;
    outbox_->close();
    forget_unregistered();
    {
      const std::lock_guard lock(mutex_);
      timer_.cancel();
      if (std::exchange(busy_, true)) return;  // whoever is at work looks at `closed_` afterwards
    }
    schedule();
  }

  bool wants_pause() const override {
    const std::lock_guard lock(mutex_);
    return waiting_.size() > kMaxWaitingFrames || waiting_bytes_ > kMaxWaitingBytes;
  }

  // AgentLink
  void send(std::int64_t task, FrameSource frames) override {
    if (task == 0 || task > waiting_up_to_) outbox_->send(std::move(frames));
  }
  void displace() override { socket_->close(kDisplaced, "A newer connection of this agent took over."); }
  const std::string& connection() const override { return registered_->agent.connection; }
  void tell_again() override {
    constexpr auto kAll = std::numeric_limits<std::int64_t>::max();
    if (waiting_up_to_ == 0) send_backlog({registered_->agent.agent, 0, kAll, kAll, true});
  }

 private:
  bool admit(std::size_t bytes) {
    unregistered_ += bytes;
    if (machinery_.hub.unregistered_bytes.fetch_add(bytes) + bytes <= AgentHub::kMaxUnregisteredBytes)
      return true;
    socket_->close(1013, "Too many connections are registering. Try again.");
    return false;
  }

  // What no order matters for, or what comes before everything.
  void say(std::string text) { socket_->send_text(std::move(text)); }

  void forget_unregistered() { machinery_.hub.unregistered_bytes -= unregistered_.exchange(0); }

  void schedule() {
    net::post_patiently(machinery_.workers, machinery_.loop, [self = shared_from_this()] { self->work(); });
  }

  // After a commit, by whoever writes; after probes were answered, on a worker.
  void go_on() {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty() && redo_.empty() && !closed_) {
        busy_ = false;
        return;
      }
    }
    schedule();
  }

  // Takes all that waits. Returns with `busy_` still set if a commit has to
  // end first, or probes have to be answered; whoever does that goes on.
  void work() {
    while (true) {
      std::deque<std::string> messages;
      std::optional<std::pair<Frames, JournalMode>> again;
      {
        const std::lock_guard lock(mutex_);
        if (!redo_.empty()) {
          again = std::move(redo_.front());
          redo_.pop_front();
        }
        const std::size_t count = again         ? 0
                                  : registered_ ? std::min(waiting_.size(), kFramesPerCommit)
                                                : std::min<std::size_t>(waiting_.size(), 1);
        if (!again && count == 0 && !closed_) {
          busy_ = false;
          return;
        }
        std::move(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count),
                  std::back_inserter(messages));
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
        for (const std::string& message : messages) waiting_bytes_ -= message.size();
      }
      if (again) return commit(std::move(again->first), again->second);
      if (messages.empty()) return disconnect();
      if (handle(messages)) return;
    }
  }

  // True: something is under way and goes on by itself.
  bool handle(const std::deque<std::string>& messages) {
    std::vector<Json> frames, probe_requests;
    for (const std::string& message : messages) {
      if (!registered_ && !may_be_read(message)) return false;
      Json parsed;
      try {
        parsed = Json::parse(message);
      } catch (const base::Error& error) {
        return refuse(kInvalidJson, error.message());
      }
      const auto kind = text_member(parsed, "type");
      if (!kind) return refuse(kInvalidFrame, "A frame needs a `type`.");
      if (!registered_)
        return *kind == "REGISTER" ? begin_registration(parsed) : refuse(kTryAgain, "REGISTER first.");
      if (*kind == "REGISTER") return refuse(kInvalidFrame, "This connection is registered already.");
      if (Probes::is_about_probe(parsed)) {
        machinery_.probes.hear(registered_->agent.agent, parsed, base::now_micros());
      } else if (is_numbered(*kind) || is_request(*kind)) {
        frames.push_back(std::move(parsed));
      } else if (*kind == "PROBE_REQUEST") {
        probe_requests.push_back(std::move(parsed));
      } else if (*kind != "HEARTBEAT_ANSWER") {
        base::log::warning("agent.unknown_frame", {{"kind", *kind}});
      }
    }
    if (frames.empty() && probe_requests.empty()) return false;
    auto batch = std::make_shared<const std::vector<Json>>(std::move(frames));
    if (probe_requests.empty()) {
      commit(std::move(batch));
    } else {
      start_probes(std::move(probe_requests), std::move(batch));
    }
    return true;
  }

  using Frames = std::shared_ptr<const std::vector<Json>>;

  // They read, and this may be the event loop. Nothing more is taken meanwhile.
  void start_probes(std::vector<Json> requests, Frames frames) {
    const auto start = [self = shared_from_this(), requests = std::move(requests), frames] {
      const AgentMachinery& with = self->machinery_;
      for (const Json& request : requests) {
        answer_probe_request(with.database, with.probes, with.hub, self->registered_->agent.agent, request,
                             base::now_micros());
      }
      if (frames->empty()) return self->go_on();
      self->commit(frames);
    };
    net::post_patiently(machinery_.workers, machinery_.loop, start);
  }

  // Nothing that comes after a refused frame may be stored: the agent would
  // take its acknowledgement for that of everything before it.
  bool refuse(std::uint16_t code, const std::string& reason) {
    socket_->close(code, reason);
    const std::lock_guard lock(mutex_);
    refused_ = true;
    waiting_.clear();
    waiting_bytes_ = 0;
    redo_.clear();
    return false;
  }

  // --- registration ---------------------------------------------------------

  // Declarations are large, and a stranger's must not cost more than its bytes:
  // the token of a large first frame is looked at before the frame is read.
  bool may_be_read(const std::string& message) {
    if (message.size() <= kSmallMessage) return true;
    const auto kind = base::peek_string(message, "type");
    if (!kind) return refuse(kInvalidFrame, "A frame needs a `type`.");
    if (*kind != "REGISTER") return refuse(kTryAgain, "REGISTER first.");
    return authenticate(base::peek_string(message, "token").value_or(""));
  }

  // False: refused.
  bool authenticate(const std::string& token) {
    try {
      who_ = machinery_.authenticator.authenticate_token(token);
      return true;
    } catch (const base::Error& error) {
      // An expired token is renewed and tried again; a wrong one is final.
      // So is one that cannot be checked just now.
      if (error.reason() == "TOKEN_EXPIRED" || error.code() == base::code::kInternal ||
          error.code() == base::code::kUnavailable) {
        return refuse(kTryAgain, error.message());
      }
      return refuse_registration(kInvalidFrame, error.message());
    }
  }

  bool begin_registration(const Json& request) {
    if (!who_ && !authenticate(text_member(request, "token").value_or(""))) return false;
    auto read = std::make_shared<RegisterRequest>();
    try {
      *read = RegisterRequest::read(std::move(who_), request, machinery_.shapes);
    } catch (const base::Error& error) {
      return refuse_registration(kInvalidFrame, error.message());
    }
    auto result = std::make_shared<Registered>();
    const std::int64_t now = base::now_micros();
    machinery_.database.write_async(
        [read, result, now, self = shared_from_this()](sql::Writer& writer) {
          *result = connect_agent(writer, *read, self->machinery_.replica, now);
          Outcome told;
          told.agents.push_back(result->notice);
          told.connected = {result->agent.agent, result->agent.connection};
          writer.after_commit([self, result] { self->registered(*result); });
          self->machinery_.changes.tell(writer, std::move(told));
        },
        [self = shared_from_this()](std::exception_ptr error) {
          if (error) self->registration_failed(error);
          self->go_on();
        });
    return true;
  }

  // By whoever writes, in commit order: a task assigned after this commit
  // finds the link, one assigned before is in the backlog.
  void registered(Registered& result) {
    registered_ = std::move(result);
    waiting_up_to_ = registered_->agent.waiting_up_to;
    open_ = true;
    forget_unregistered();
    const std::int64_t agent = registered_->agent.agent;
    say(frame("INIT", {{"agent", std::to_string(agent)},
                       {"inquiries", registered_->inquiries},
                       {"hash", registered_->hash},
                       {"diagnostics", registered_->diagnostics}}));
    if (registered_->backlog) send_backlog(*registered_->backlog);
    machinery_.hub.open(agent, shared_from_this());
    machinery_.probes.lose(agent, base::now_micros());
    send_missed();
    base::log::info("agent.registered", {{"agent", agent}});
    heard_ = base::monotonic_micros();
    start_heartbeat();
  }

  // What another process has assigned since that commit may have been told of
  // before the link was there.
  void send_missed() {
    if (machinery_.database.dialect() == sql::Dialect::kSqlite) return;
    constexpr auto kAll = std::numeric_limits<std::int64_t>::max();
    send_all({registered_->agent.agent, registered_->newest_task, kAll, kAll, false});
  }

  // Stands in line before whatever is sent from now on.
  void send_backlog(const BacklogBounds& bounds) {
    waiting_up_to_ = 0;
    send_all(bounds);
  }

  void send_all(const BacklogBounds& bounds) {
    auto backlog = std::make_shared<Backlog>(machinery_.database, machinery_.signer, bounds);
    outbox_->send([backlog] { return backlog->next(); });
  }

  void registration_failed(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const RegistrationRefused& refused) {
      refuse_registration(refused.close_code, refused.message());
    } catch (const base::Error& failure) {
      if (failure.code() == base::code::kValidation) {
        refuse_registration(kInvalidFrame, failure.message());
      } else {
        base::log::error("agent.registration_failed", {{"error", failure.message()}});
        refuse(kTryAgain, "The server could not register the agent. Try again.");
      }
    } catch (const std::exception& failure) {
      base::log::error("agent.registration_failed", {{"error", failure.what()}});
      refuse(kTryAgain, "The server could not register the agent. Try again.");
    }
  }

  bool refuse_registration(std::uint16_t code, const std::string& reason) {
    base::log::warning("agent.refused", {{"reason", reason}});
    say(frame("PROTOCOL_ERROR", {{"error", reason}}));
    return refuse(code, "Registration refused.");
  }

  // --- journal --------------------------------------------------------------

  void commit(Frames frames, JournalMode mode = JournalMode::kApply) {
    auto outcome = std::make_shared<JournalOutcome>();
    const std::int64_t now = base::now_micros();
    machinery_.database.write_async(
        [self = shared_from_this(), frames, mode, outcome, now](sql::Writer& writer) {
          *outcome = {};
          apply_frames(writer, self->registered_->agent, *frames, mode, now, *outcome);
          writer.after_commit([self, outcome, count = frames->size()] {
            self->acknowledge(*outcome);
            self->machinery_.hub.acknowledged_frames.add(count);
            if (outcome->backlog) self->send_backlog(*outcome->backlog);
          });
          self->machinery_.changes.tell(writer, std::move(outcome->told));
        },
        [self = shared_from_this(), frames, mode](std::exception_ptr error) {
          if (error) self->commit_failed(frames, mode, error);
          self->go_on();
        });
  }

  void acknowledge(const JournalOutcome& outcome) {
    for (const auto& [session, position] : outcome.positions) {
      say(frame("JOURNAL_ACK", {{"journal_session", session}, {"pos", position}}));
    }
  }

  // A frame the database refuses must not keep the ones around it from being
  // stored: they are tried one by one, and the offender counts as seen.
  void commit_failed(const Frames& frames, JournalMode mode, const std::exception_ptr& error) {
    std::string reason;
    bool away = mode == JournalMode::kSkip;
    try {
      std::rethrow_exception(error);
    } catch (const base::Error& failure) {
      reason = failure.message();
      away = away || failure.code() == base::code::kUnavailable;
    } catch (const std::exception& failure) {
      reason = failure.what();
    }
    base::log::error("agent.journal_failed", {{"agent", registered_->agent.agent},
                                              {"frames", static_cast<std::int64_t>(frames->size())},
                                              {"error", reason}});
    if (away) {
      // Nothing was acknowledged: the agent keeps its frames and sends them
      // again when it comes back.
      refuse(1011, "The server could not store what the agent reported.");
      return;
    }
    const std::lock_guard lock(mutex_);
    if (frames->size() == 1) {
      redo_.emplace_front(frames, JournalMode::kSkip);
      return;
    }
    for (const Json& one : *frames) {
      redo_.emplace_back(std::make_shared<const std::vector<Json>>(1, one), JournalMode::kApply);
    }
  }

  // --- life of the connection -----------------------------------------------

  void start_heartbeat() {
    const std::weak_ptr<AgentSocket> weak = weak_from_this();
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    timer_ = machinery_.loop.after(kHeartbeatEvery, [weak] {
      const auto self = weak.lock();
      if (!self || self->closed_) return;
      if (base::monotonic_micros() - self->heard_ > kAnswerWithinMicros) {
        self->socket_->close(kHeartbeatMissed, "The heartbeat was not answered.");
        return;
      }
      self->say(frame("HEARTBEAT"));
      self->start_heartbeat();
    });
  }

  void disconnect() {
    if (!registered_ || !machinery_.hub.close(registered_->agent.agent, this)) return;
    machinery_.probes.lose(registered_->agent.agent, base::now_micros());
    machinery_.changes.run([registered = *registered_](sql::Writer& writer) {
      Outcome told;
      if (auto notice = mark_disconnected(writer, registered, base::now_micros())) {
        told.agents.push_back(*std::move(notice));
      }
      return told;
    });
    base::log::info("agent.disconnected", {{"agent", registered_->agent.agent}});
  }

  const AgentMachinery& machinery_;
  std::shared_ptr<net::WebSocket> socket_;
  std::shared_ptr<AgentOutbox> outbox_;  ///< all that is about tasks; the rest needs no order
  std::atomic<std::int64_t> heard_{0};
  std::atomic<std::size_t> unregistered_{0};
  std::atomic<std::int64_t> waiting_up_to_{0};  ///< JournalAgent::waiting_up_to, until its backlog is sent
  std::atomic<bool> open_{false};
  std::atomic<bool> closed_{false};
  std::atomic<bool> refused_{false};

  mutable std::mutex mutex_;
  net::EventLoop::Timer timer_;  ///< until REGISTER, then the heartbeat
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::deque<std::pair<Frames, JournalMode>> redo_;
  bool busy_ = false;  ///< a worker or a commit has the socket's frames

  std::shared_ptr<const service::Identity> who_;  ///< from the first frame's token to the registration
  std::optional<Registered> registered_;          ///< set once, before `open_`
};

}  // namespace

std::shared_ptr<net::WebSocketSession> make_agent_socket(const AgentMachinery& machinery) {
  return std::make_shared<AgentSocket>(machinery);
}

}  // namespace rekuest
