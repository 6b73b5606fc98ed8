#include "sql/pooled_database.h"

#include "sql/thread_role.h"

namespace sql {
namespace {

class PooledReader final : public Reader {
 public:
  PooledReader(Dialect dialect, ConnectionPool& pool, Counters& counters, Database::Snapshot snapshot)
      : dialect_(dialect), counters_(counters), lease_(pool) {
    lease_->begin_read(snapshot);
  }
  ~PooledReader() override { lease_->end_read(); }
  PooledReader(const PooledReader&) = delete;
  PooledReader& operator=(const PooledReader&) = delete;

  Dialect dialect() const override { return dialect_; }

  std::vector<Result> batch(std::span<const Query> queries) override {
    if (queries.empty()) return {};
    if (!counted_) ++counters_.reads;
    counted_ = true;
    std::vector<Result> results;
    results.reserve(queries.size());
    for (Connection::Outcome& outcome : run_checked(*lease_, counters_, queries)) {
      results.push_back(Result{std::move(outcome.rows), std::move(outcome.error)});
    }
    return results;
  }

 private:
  const Dialect dialect_;
  Counters& counters_;
  ConnectionPool::Lease lease_;
  bool counted_ = false;
};

}  // namespace

PooledDatabase::PooledDatabase(Parts parts)
    : dialect_(parts.dialect),
      listen_(std::move(parts.listen)),
      writer_(std::move(parts.connect_writer), counters_),
      readers_(std::move(parts.connect_reader), parts.readers) {}

void PooledDatabase::read(Snapshot snapshot, const std::function<void(Reader&)>& body) {
  require_plain_thread("read");
  const RoleScope role(ThreadRole::kReading);
  PooledReader reader(dialect_, readers_, counters_, snapshot);
  body(reader);
}

void PooledDatabase::write(WriteBody body) {
  require_plain_thread("write");
  writer_.write(std::move(body));
}

void PooledDatabase::write_async(WriteBody body, WriteDone done) {
  require_outside_body("write_async");
  writer_.enqueue(std::move(body), std::move(done));
}

void PooledDatabase::execute_script(std::string_view script) {
  require_plain_thread("execute_script");
  writer_.run_script(script);
}

std::unique_ptr<Listener> PooledDatabase::listen(std::string_view channel, Receive receive,
                                                 std::function<void()> resumed) {
  if (listen_ == nullptr) return Database::listen(channel, std::move(receive), std::move(resumed));
  return listen_(channel, std::move(receive), std::move(resumed));
}

}  // namespace sql
