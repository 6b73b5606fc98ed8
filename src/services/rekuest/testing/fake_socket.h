// The server's end of a WebSocket, without a network.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "net/websocket.h"

namespace rekuest_testing {

/// Keeps what was sent. Waiting gives up after long enough to be a failure.
class FakeSocket : public net::WebSocket {
 public:
  void send_text(std::string message) override {
    const std::lock_guard lock(mutex_);
    if (code_ != 0) return;
    frames_.push_back(base::Json::parse(message));
    changed_.notify_all();
  }
  void close(std::uint16_t code, std::string_view) override {
    const std::lock_guard lock(mutex_);
    if (code_ == 0) code_ = code;
    changed_.notify_all();
  }
  void abort() override { close(1006, ""); }
  std::size_t queued_bytes() const override { return queued; }
  std::atomic<std::size_t> queued = 0;  ///< what the other end has not read

  std::vector<base::Json> frames() const {
    const std::lock_guard lock(mutex_);
    return frames_;
  }
  /// The types of all frames in order, with a space between.
  std::string types() const {
    std::string all;
    for (const base::Json& frame : frames()) all += (all.empty() ? "" : " ") + frame["type"].as_string();
    return all;
  }
  /// The next frame of that type that was not returned yet, or null.
  base::Json next(std::string_view type) {
    std::unique_lock lock(mutex_);
    const auto find = [&] {
      while (seen_ < frames_.size() && frames_[seen_]["type"].as_string() != type) ++seen_;
      return seen_ < frames_.size();
    };
    if (!changed_.wait_for(lock, kLong, find)) return {};
    return frames_[seen_++];
  }
  /// The close code, or 0.
  std::uint16_t closed() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLong, [&] { return code_ != 0; });
    return code_;
  }
  bool is_open() const {
    const std::lock_guard lock(mutex_);
    return code_ == 0;
  }

 private:
  static constexpr std::chrono::seconds kLong{20};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<base::Json> frames_;
  std::size_t seen_ = 0;
  std::uint16_t code_ = 0;
};

}  // namespace rekuest_testing
