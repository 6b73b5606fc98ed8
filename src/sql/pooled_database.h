// The Database over any driver: a pool that reads, a GroupWriter that writes.
#pragma once

#include "sql/connection_pool.h"
#include "sql/group_writer.h"

namespace sql {

class PooledDatabase : public Database {
 public:
  struct Parts {
    Dialect dialect;
    Connect connect_reader;
    Connect connect_writer;  ///< the first is made at once, so that opening reports what is wrong
    std::size_t readers;
    /// Null where no other process can write.
    std::function<std::unique_ptr<Listener>(std::string_view channel, Receive, std::function<void()> resumed)>
        listen = nullptr;
  };
  explicit PooledDatabase(Parts parts);

  Dialect dialect() const override { return dialect_; }
  void read(Snapshot snapshot, const std::function<void(Reader&)>& body) override;
  void write(WriteBody body) override;
  void write_async(WriteBody body, WriteDone done) override;
  void execute_script(std::string_view script) override;
  Stats stats() const override { return counters_.snapshot(); }
  std::unique_ptr<Listener> listen(std::string_view channel, Receive receive,
                                   std::function<void()> resumed) override;

 private:
  const Dialect dialect_;
  const decltype(Parts::listen) listen_;
  Counters counters_;
  GroupWriter writer_;  ///< before the pool: with SQLite, readers need the file to exist
  ConnectionPool readers_;
};

}  // namespace sql
