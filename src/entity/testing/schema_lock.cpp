#include "entity/testing/schema_lock.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <stdexcept>

#include "entity/migrate.h"
#include "entity/testing/catalog.h"
#include "sql/testing/databases.h"

namespace entity_testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersionLine = "-- version ";

// The build tree has a link to every room (cmake/rooms.cmake).
fs::path service_folder(const std::string& service) {
  const fs::path link = fs::path("rooms") / service / "services" / service;
  for (fs::path at = fs::read_symlink("/proc/self/exe").parent_path();; at = at.parent_path()) {
    if (fs::exists(at / link)) return at / link;
    if (at == at.root_path()) throw std::runtime_error("no build tree around this test has " + link.string());
  }
}

fs::path file_of(const LockedSchema& schema, std::string_view kind, sql::Dialect dialect) {
  return service_folder(schema.service) /
         fmt::format("schema.{}.{}.sql", kind, dialect == sql::Dialect::kSqlite ? "sqlite" : "pg");
}

struct Lock {
  int version = 0;
  std::string script;  ///< without the line of the version
};

std::optional<Lock> read_lock(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::size_t end = text.find('\n');
  if (!text.starts_with(kVersionLine) || end == std::string::npos)
    throw std::runtime_error(file.filename().string() + " does not begin with a version");
  return Lock{std::stoi(text.substr(kVersionLine.size())), text.substr(end + 1)};
}

void write_lock(const fs::path& file, const Lock& lock) {
  std::ofstream(file, std::ios::binary) << kVersionLine << lock.version << '\n' << lock.script;
}

// A lock is replaced by one of a higher version only: databases with tables of
// this version may be out there.
void lock_now(const LockedSchema& schema, sql::Dialect dialect) {
  const fs::path file = file_of(schema, "lock", dialect);
  const std::optional<Lock> locked = read_lock(file);
  if (locked && locked->version >= schema.version) return;
  if (locked) write_lock(file_of(schema, "previous", dialect), *locked);
  write_lock(file, {schema.version, schema.model.ddl(dialect)});
}

std::string first_difference(const std::string& before, const std::string& now) {
  const auto [old_end, new_end] = std::mismatch(before.begin(), before.end(), now.begin(), now.end());
  const auto line_at = [](const std::string& text, std::string::const_iterator at) {
    const auto offset = static_cast<std::size_t>(at - text.begin());
    const std::size_t start = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
    return text.substr(start, text.find('\n', offset) - start);
  };
  return fmt::format("  - {}\n  + {}", line_at(before, old_end), line_at(now, new_end));
}

std::string how_to_lock(const LockedSchema& schema) {
  return fmt::format(
      "  ./dev build release -- {0}_test && ARKITEKTD_LOCK_SCHEMA=1 build/release/src/{0}_test "
      "--gtest_filter='*SchemaLock*'\n"
      "and commit src/services/{0}/schema.*.sql with the change.",
      schema.service);
}

// A database of its own for each way to the tables.
class Tables {
 public:
  explicit Tables(sql::Dialect dialect) : fresh_(dialect), database_(fresh_.open()) {}
  void run(const Lock& lock, const std::string& service) {
    database_->execute_script(lock.script);
    database_->write([&](sql::Writer& writer) {
      writer.execute("create table arkitektd_schema (service text primary key, version integer not null)");
      writer.execute("insert into arkitektd_schema (service, version) values ($1, $2)",
                     {service, static_cast<std::int64_t>(lock.version)});
    });
  }
  void migrate(const LockedSchema& schema) {
    entity::migrate(*database_, schema.model, schema.service, schema.version);
  }
  Catalog catalog() { return catalog_of(*database_); }

 private:
  sql_testing::FreshDatabase fresh_;
  std::unique_ptr<sql::Database> database_;
};

std::set<std::string> descriptions(const Catalog& catalog) {
  std::set<std::string> all;
  for (const auto& [description, entry] : catalog) all.insert(description);
  return all;
}

// Whether a program that knows only this model's tables can still write them.
bool stands_in_the_way(const CatalogEntry& entry, const entity::Model& model) {
  if (entry.harmless) return false;
  const entity::Table* table = model.table(entry.table);
  if (table == nullptr) return model.join(entry.table) != nullptr;
  return entry.referring.empty() || table->column(entry.referring) != nullptr;
}

}  // namespace

void expect_locked(const LockedSchema& schema, sql::Dialect dialect) {
  if (std::getenv("ARKITEKTD_LOCK_SCHEMA") != nullptr) lock_now(schema, dialect);
  const fs::path file = file_of(schema, "lock", dialect);
  const std::string name = file.filename().string();
  const std::optional<Lock> locked = read_lock(file);
  const std::string now = schema.model.ddl(dialect);
  if (!locked || locked->version < schema.version) {
    ADD_FAILURE() << name << " was not written for version " << schema.version << ". Run\n"
                  << how_to_lock(schema);
  } else if (locked->version > schema.version) {
    ADD_FAILURE() << name << " is of version " << locked->version << ", the program of " << schema.version
                  << ": a version never goes back.";
  } else if (locked->script != now) {
    ADD_FAILURE() << "The tables of " << schema.service << " changed, but not their version:\n"
                  << first_difference(locked->script, now) << "\nRaise kSchemaVersion of " << schema.service
                  << " to " << schema.version + 1 << ", then run\n"
                  << how_to_lock(schema) << "\nIf version " << schema.version
                  << " was never merged, restore the files of the version before instead.";
  }
  const std::optional<Lock> previous = read_lock(file_of(schema, "previous", dialect));
  EXPECT_EQ(previous ? previous->version : 0, schema.version - 1) << "version of schema.previous";
}

void expect_migrates(const LockedSchema& schema, sql::Dialect dialect) {
  const std::optional<Lock> locked = read_lock(file_of(schema, "lock", dialect));
  ASSERT_TRUE(locked) << "there is no lock file";
  Tables fresh(dialect);
  fresh.migrate(schema);
  const Catalog wanted = fresh.catalog();

  Tables scripted(dialect);
  scripted.run(*locked, schema.service);
  EXPECT_EQ(descriptions(scripted.catalog()), descriptions(wanted));

  Tables migrated(dialect);
  if (const auto previous = read_lock(file_of(schema, "previous", dialect))) {
    migrated.run(*previous, schema.service);
  }
  migrated.migrate(schema);
  const Catalog found = migrated.catalog();
  for (const auto& [description, entry] : wanted) {
    EXPECT_TRUE(found.contains(description)) << "not made by the migration: " << description;
  }
  for (const auto& [description, entry] : found) {
    if (wanted.contains(description)) continue;
    EXPECT_FALSE(stands_in_the_way(entry, schema.model)) << "left, and in the way: " << description;
  }
}

}  // namespace entity_testing
