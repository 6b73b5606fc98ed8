#include "objects/seals.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "objects/s3_error.h"

namespace objects {
namespace {

std::string name_of(std::string_view bucket, std::string_view key) {
  while (key.ends_with('/')) key.remove_suffix(1);
  return fmt::format("{}/{}", bucket, key);
}

/// What would have to be sealed for the key to be: its bucket, each part of its path, itself.
std::vector<std::string> names_above(std::string_view bucket, std::string_view key) {
  std::vector<std::string> names{name_of(bucket, "")};
  for (std::size_t slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/', slash + 1)) {
    std::string name = name_of(bucket, key.substr(0, slash));
    if (name != names.back()) names.push_back(std::move(name));
  }
  std::string whole = name_of(bucket, key);
  if (whole != names.back()) names.push_back(std::move(whole));
  return names;
}

[[noreturn]] void refuse() {
  throw S3Error(403, "AccessDenied", "What is stored here is finished and does not change any more.");
}

}  // namespace

Seals::Writing::Writing(Writing&& other) noexcept
    : seals_(std::exchange(other.seals_, nullptr)), place_(other.place_) {}

Seals::Writing::~Writing() {
  if (seals_ == nullptr) return;
  {
    const std::lock_guard lock(seals_->mutex_);
    seals_->writing_.erase(place_);
  }
  seals_->written_.notify_all();
}

Seals::Seals(const std::string& file) : database_(sql::open_sqlite({.file = file})) {
  database_->execute_script("create table if not exists seal (name text primary key) without rowid;");
}

bool Seals::has_any(std::vector<std::string> names) {
  bool has = false;
  database_->read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    has = !reader.query("select 1 from seal where name in_texts($1) limit 1", {sql::Texts{std::move(names)}})
               .empty();
  });
  return has;
}

Seals::Writing Seals::write(std::string_view bucket, std::string_view key) {
  std::vector<std::string> names = names_above(bucket, key);
  std::unique_lock lock(mutex_);
  if (std::ranges::any_of(names, [&](const std::string& name) { return closing_.contains(name); })) refuse();
  Writing writing(*this, writing_.insert(names.back()));
  lock.unlock();
  // A seal that begins now waits for us; one that has ended has its row.
  if (has_any(std::move(names))) refuse();
  return writing;
}

void Seals::check(std::string_view bucket, std::string_view key) {
  [[maybe_unused]] const auto none = write(bucket, key);
}

bool Seals::is_being_written(const std::string& name) const {
  if (writing_.contains(name)) return true;
  const std::string below = name.ends_with('/') ? name : name + "/";
  const auto next = writing_.lower_bound(below);
  return next != writing_.end() && next->starts_with(below);
}

void Seals::seal(std::string_view bucket, std::string_view key) {
  const std::string name = name_of(bucket, key);
  const std::lock_guard change(changing_);
  if (has_any({name})) return;
  std::unique_lock lock(mutex_);
  closing_.insert(name);
  lock.unlock();
  try {
    database_->write(
        [&](sql::Writer& writer) { writer.execute("insert into seal (name) values ($1)", {name}); });
  } catch (...) {
    lock.lock();
    closing_.erase(name);
    throw;
  }
  lock.lock();
  written_.wait(lock, [&] { return !is_being_written(name); });
  closing_.erase(name);
}

void Seals::unseal(std::string_view bucket, std::string_view key) {
  const std::string name = name_of(bucket, key);
  const std::lock_guard change(changing_);
  if (!has_any({name})) return;
  database_->write([&](sql::Writer& writer) { writer.execute("delete from seal where name = $1", {name}); });
}

}  // namespace objects
