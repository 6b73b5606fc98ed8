#include "service/store_sweeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "objects/s3_error.h"

namespace service {
namespace {

constexpr std::size_t kChunk = 100;
constexpr std::chrono::minutes kFirst{1};
constexpr std::chrono::hours kEvery{1};
// A finished store that nothing is made of: a script that ended too early, or a creation that was refused.
// Its bytes are whole, so whoever comes back from a long absence finds them.
constexpr std::chrono::days kUnused{30};
// A store that does not answer is not asked about everything there is.
constexpr int kMostFailures = 3;

std::int64_t micros(std::chrono::seconds time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

StoreRow row_at(const sql::Rows& rows, std::size_t at) {
  StoreRow row;
  row.id = rows.integer(at, 0);
  row.bucket = rows.text(at, 1);
  row.key = rows.text(at, 2);
  return row;
}

sql::Rows read(sql::Database& database, const std::string& text, const std::vector<sql::Value>& parameters) {
  sql::Rows rows;
  database.read(sql::Database::Snapshot::kSingle,
                [&](sql::Reader& reader) { rows = reader.query(text, parameters); });
  return rows;
}

// Keys that were handed out must have ended before nothing holds the place still any more.
std::int64_t grace(const StoreSettings& settings) {
  return micros(std::max(settings.grace, kLongestLifetime));
}

}  // namespace

void StoreSweeper::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void StoreSweeper::run(const std::stop_token& stop) {
  std::chrono::seconds wait = kFirst;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait_for(lock, stop, wait, [] { return false; });
    }
    if (stop.stop_requested()) return;
    try {
      const SweptStores swept = sweep(base::now_micros(), stop);
      if (swept.given_up + swept.kept + swept.deleted + swept.failed > 0) {
        base::log::info("stores.swept", {{"given_up", swept.given_up},
                                         {"kept", swept.kept},
                                         {"deleted", swept.deleted},
                                         {"objects", swept.objects},
                                         {"failed", swept.failed}});
      }
    } catch (const std::exception& error) {
      base::log::error("stores.sweep_failed", {{"error", error.what()}});
    }
    wait = kEvery;
  }
}

SweptStores StoreSweeper::sweep(std::int64_t now, const std::stop_token& stop) {
  const std::scoped_lock one(sweeping_);
  SweptStores swept;
  for (const StoreKind* kind : stores_.tables().kinds()) {
    give_up(*kind, now, stop, swept);
    collect(*kind, now, stop, swept);
  }
  return swept;
}

void StoreSweeper::give_up(const StoreKind& kind, std::int64_t now, const std::stop_token& stop,
                           SweptStores& swept) {
  const std::int64_t before = now - grace(stores_.settings()) - micros(kLongestLifetime);
  const std::int64_t unused_before = before - micros(kUnused);
  const std::string is_idle = fmt::format(
      "orphaned_at is null and coalesce(refreshed_at, created_at) < case populated when 0 then $2 else $3 end"
      " and not {}{}",
      stores_.tables().is_referred(kind, kind.table),
      stores_.tables().may_be_referred(kind) ? "" : " and populated = 0");
  std::int64_t last = 0;
  while (!stop.stop_requested()) {
    const sql::Rows rows = read(stores_.database(),
                                fmt::format("select id from {} where id > $1 and {} order by id limit {}",
                                            kind.table, is_idle, kChunk),
                                {last, before, unused_before});
    for (std::size_t at = 0; at < rows.size() && !stop.stop_requested(); ++at) {
      last = rows.integer(at, 0);
      std::int64_t rows_given_up = 0;
      stores_.database().write([&](sql::Writer& writer) {
        // A statement of its own, as in StoreTables::orphan: something may be made of the store right now.
        writer.execute(fmt::format("update {} set orphaned_at = orphaned_at where id = $1", kind.table),
                       {last});
        rows_given_up = writer.execute(
            fmt::format("update {} set orphaned_at = $4 where id = $1 and {}", kind.table, is_idle),
            {last, before, unused_before, now});
      });
      swept.given_up += rows_given_up;
    }
    if (rows.size() < kChunk) return;
  }
}

// Begins behind what the last sweep failed at, so that stores which cannot be deleted keep nobody waiting.
void StoreSweeper::collect(const StoreKind& kind, std::int64_t now, const std::stop_token& stop,
                           SweptStores& swept) {
  std::int64_t& begin = begins_[&kind];
  const std::int64_t middle = begin;
  Orphans orphans{kind, now - grace(stores_.settings()), 0};
  for (const auto& [after, until] : {std::pair{middle, INT64_MAX}, std::pair{std::int64_t{0}, middle}}) {
    if (const auto failed = collect(orphans, after, until, stop, swept)) {
      begin = *failed;
      return;
    }
  }
  begin = 0;
}

std::optional<std::int64_t> StoreSweeper::collect(Orphans& orphans, std::int64_t after, std::int64_t until,
                                                  const std::stop_token& stop, SweptStores& swept) {
  const StoreKind& kind = orphans.kind;
  while (!stop.stop_requested()) {
    const sql::Rows rows =
        read(stores_.database(),
             fmt::format("select id, bucket, key, case when {} then 1 else 0 end from {} where id > $1 and"
                         " id <= $2 and orphaned_at < $3 order by id limit {}",
                         stores_.tables().is_referred(kind, kind.table), kind.table, kChunk),
             {after, until, orphans.before});
    for (std::size_t at = 0; at < rows.size() && !stop.stop_requested(); ++at) {
      const StoreRow row = row_at(rows, at);
      after = row.id;
      if (rows.integer(at, 3) != 0) {
        keep(kind, row.id);
        ++swept.kept;
        continue;
      }
      try {
        swept.objects += remove_bytes(kind, row, stop);
      } catch (const std::exception& error) {
        base::log::warning("stores.not_deleted", {{"store", row.path()}, {"error", error.what()}});
        ++swept.failed;
        if (++orphans.failures == kMostFailures) return row.id;
        continue;
      }
      orphans.failures = 0;
      if (stop.stop_requested() || !remove_row(kind, row.id)) continue;
      ++swept.deleted;
      deleted_.add();
    }
    if (rows.size() < kChunk) return std::nullopt;
  }
  return std::nullopt;
}

// Nothing is ever made of an orphan, so this tells of a mistake; whoever refers to the bytes has them still.
void StoreSweeper::keep(const StoreKind& kind, std::int64_t store) {
  base::log::error("stores.orphan_in_use", {{"kind", kind.table}, {"store", store}});
  stores_.database().write([&](sql::Writer& writer) {
    writer.execute(fmt::format("update {} set orphaned_at = null where id = $1", kind.table), {store});
  });
}

// Where there is no bucket any more, there are no bytes either.
std::int64_t StoreSweeper::remove_bytes(const StoreKind& kind, const StoreRow& row,
                                        const std::stop_token& stop) {
  std::int64_t removed = 0;
  const auto remove = [&](const std::string& key) {
    if (!stores_.objects().remove(row.bucket, key)) return;
    ++removed;
    objects_.add();
  };
  try {
    objects::ListRequest request;
    request.prefix = row.key + "/";
    while (kind.is_prefix && !stop.stop_requested()) {
      const objects::ObjectList list = stores_.objects().list(row.bucket, request);
      for (const objects::ObjectList::Entry& entry : list.entries) {
        if (stop.stop_requested()) return removed;
        remove(entry.key);
      }
      if (!list.is_truncated || list.entries.empty()) break;
      request.after = list.entries.back().key;
    }
    remove(row.key);
  } catch (const objects::S3Error& error) {
    if (error.code() != "NoSuchBucket") throw;
  }
  return removed;
}

bool StoreSweeper::remove_row(const StoreKind& kind, std::int64_t store) {
  std::int64_t rows = 0;
  stores_.database().write([&](sql::Writer& writer) {
    rows = writer.execute(fmt::format("delete from {0} where id = $1 and orphaned_at is not null and not {1}",
                                      kind.table, stores_.tables().is_referred(kind, kind.table)),
                          {store});
  });
  return rows > 0;
}

void StoreSweeper::count(base::metrics::Registry& metrics) const {
  metrics.counter("arkitektd_stores_deleted_total", "Stores deleted because nothing refers to them.", {},
                  [this] { return static_cast<double>(deleted_.value()); });
  metrics.counter("arkitektd_stored_objects_deleted_total", "Objects deleted with their stores.", {},
                  [this] { return static_cast<double>(objects_.value()); });
}

}  // namespace service
