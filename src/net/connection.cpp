#include "net/connection.h"

#include <algorithm>

namespace net {
namespace {

Clock::duration sweep_period(const Limits& limits) {
  using std::chrono::milliseconds;
  const milliseconds shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.write_timeout, limits.idle});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(1000));
}

}  // namespace

ConnectionList::ConnectionList(std::shared_ptr<Loop> loop, const Limits& limits)
    : loop_(std::move(loop)), period_(sweep_period(limits)) {}

void ConnectionList::add(std::shared_ptr<Connection> connection) {
  connection->index_ = connections_.size();
  connection->listed_ = true;
  connections_.push_back(connection);
  if (draining_) {
    connection->abort();
    return;
  }
  if (!next_sweep_) arm();
  connection->start();
}

void ConnectionList::remove(Connection& connection) {
  const std::size_t index = connection.index_;
  const std::shared_ptr<Connection> removed = std::move(connections_[index]);
  if (index + 1 != connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->index_ = index;
  }
  connections_.pop_back();
}

void ConnectionList::drain() {
  draining_ = true;
  const auto snapshot = connections_;
  for (const std::shared_ptr<Connection>& each : snapshot) each->drain();
}

void ConnectionList::abort() {
  const auto snapshot = connections_;
  for (const std::shared_ptr<Connection>& each : snapshot) each->abort();
}

void ConnectionList::arm() {
  next_sweep_ = loop_->after(period_, [weak = weak_from_this()] {
    if (const auto list = weak.lock()) list->sweep();
  });
}

void ConnectionList::sweep() {
  const Clock::time_point now = Clock::now();
  // Backwards, since what is removed is replaced by the last, already seen.
  for (std::size_t i = connections_.size(); i > 0; --i) {
    if (i > connections_.size()) continue;
    const std::shared_ptr<Connection> each = connections_[i - 1];
    each->check_deadline(now);
  }
  if (connections_.empty()) {
    next_sweep_.reset();
  } else {
    arm();
  }
}

Connection::Connection(std::shared_ptr<ServerState> state, std::shared_ptr<ConnectionList> list,
                       std::unique_ptr<Stream> stream, ConnectionTicket ticket)
    : state_(std::move(state)),
      list_(std::move(list)),
      stream_(std::move(stream)),
      ticket_(std::move(ticket)) {}

void Connection::check_deadline(Clock::time_point now) {
  if (now < deadline_) return;
  if (progress_limit_ > Clock::duration::zero() && stream_->written() != written_before_) {
    expect_progress_within(progress_limit_);
    return;
  }
  deadline_ = Clock::time_point::max();
  on_deadline();
}

void Connection::leave() {
  if (!listed_) return;
  listed_ = false;
  const auto self = shared_from_this();
  list_->remove(*this);
}

}  // namespace net
