#include "sql/postgres/postgres_listener.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/log.h"
#include "sql/postgres/postgres_error.h"

namespace sql {
namespace {

constexpr int kFirstPause = 50, kLongestPause = 1'000;  // milliseconds between attempts to connect

struct FreeNotification {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};
using ReceivedNotification = std::unique_ptr<PGnotify, FreeNotification>;

int new_stop_signal() {
  const int descriptor = eventfd(0, EFD_CLOEXEC);
  if (descriptor < 0) {
    throw base::Error(base::code::kUnavailable,
                      "No file descriptor is left to listen with. Raise `ulimit -n`.");
  }
  return descriptor;
}

}  // namespace

PostgresListener::PostgresListener(std::shared_ptr<const PostgresShared> shared, std::string_view channel,
                                   Receive receive, std::function<void()> resumed)
    : shared_(std::move(shared)),
      channel_(shared_->names.channel(channel)),
      receive_(std::move(receive)),
      resumed_(std::move(resumed)),
      stop_(new_stop_signal()),
      thread_([this] { loop(); }) {
  pthread_setname_np(thread_.native_handle(), "sql-listener");
}

PostgresListener::~PostgresListener() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(stop_, &one, sizeof(one));  // cannot fail on a fresh counter
  thread_.join();
  close(stop_);
}

bool PostgresListener::stopped_while_waiting(int socket, int milliseconds) const {
  pollfd waited[] = {{.fd = stop_, .events = POLLIN, .revents = 0},
                     {.fd = socket, .events = POLLIN, .revents = 0}};
  while (poll(waited, 2, milliseconds) < 0 && errno == EINTR) {
  }
  return waited[0].revents != 0;
}

void PostgresListener::loop() {
  int pause = kFirstPause;
  while (!stopped_while_waiting(-1, 0)) {
    try {
      const PostgresHandle connection = connect();
      pause = kFirstPause;
      resumed_();
      receive_until_lost(connection.get());
      return;
    } catch (const base::Error& error) {
      if (pause == kFirstPause) {  // once an outage
        base::log::warning("sql.listener_lost", {{"channel", channel_}, {"error", error.message()}});
      }
    }
    if (stopped_while_waiting(-1, pause)) return;
    pause = std::min(2 * pause, kLongestPause);
  }
}

PostgresHandle PostgresListener::connect() const {
  PostgresHandle connection = open_session(shared_->options, PostgresMode::kRead);
  run_simple(connection.get(), "listen " + quoted_name(connection.get(), channel_));
  return connection;
}

/// Returns when it is to stop; throws when the connection is lost.
void PostgresListener::receive_until_lost(PGconn* connection) {
  while (true) {
    deliver(connection);
    if (stopped_while_waiting(PQsocket(connection), -1)) return;
    if (PQconsumeInput(connection) != 1 || PQstatus(connection) == CONNECTION_BAD) {
      throw connection_lost(connection, "listening");
    }
  }
}

void PostgresListener::deliver(PGconn* connection) {
  while (const ReceivedNotification notification{PQnotifies(connection)}) {
    const auto [payload, is_own] = shared_->names.read(notification->extra);
    receive_(payload, is_own);
  }
}

}  // namespace sql
