// A database that tests can get in the way of.
#pragma once

#include <atomic>
#include <functional>
#include <utility>

#include "base/error.h"
#include "sql/database.h"

namespace rekuest_testing {

/// Forwards to another database, which must outlive it.
class ProxyDatabase : public sql::Database {
 public:
  explicit ProxyDatabase(sql::Database& inner) : inner_(inner) {}

  std::atomic<bool> away = false;     ///< writes fail with kUnavailable
  std::function<void()> before_read;  ///< on the reading thread, outside the snapshot
  std::function<void()> after_read;

  sql::Dialect dialect() const override { return inner_.dialect(); }
  void read(Snapshot snapshot, const std::function<void(sql::Reader&)>& body) override {
    if (before_read) before_read();
    inner_.read(snapshot, body);
    if (after_read) after_read();
  }
  void write(sql::WriteBody body) override { inner_.write(unless_away(std::move(body))); }
  void write_async(sql::WriteBody body, sql::WriteDone done) override {
    inner_.write_async(unless_away(std::move(body)), std::move(done));
  }
  void execute_script(std::string_view script) override { inner_.execute_script(script); }
  sql::Stats stats() const override { return inner_.stats(); }
  std::unique_ptr<sql::Listener> listen(std::string_view channel, sql::Receive receive,
                                        std::function<void()> resumed) override {
    return inner_.listen(channel, std::move(receive), std::move(resumed));
  }

 private:
  sql::WriteBody unless_away(sql::WriteBody body) {
    return [this, body = std::move(body)](sql::Writer& writer) {
      body(writer);
      if (away) throw base::Error(base::code::kUnavailable, std::string("The disk is full."));
    };
  }

  sql::Database& inner_;
};

}  // namespace rekuest_testing
