// The embedded database: one file, one process.
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "sql/database.h"
#include "sql/pooled_database.h"
#include "sql/sqlite/checkpointer.h"
#include "sql/sqlite/file_lock.h"
#include "sql/sqlite/sqlite_connection.h"

namespace sql {
namespace {

/// Tokens are stored in it, so nobody else may read it. SQLite gives its
/// other files the same mode.
void create_privately(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0) close(descriptor);  // what is wrong is said when SQLite opens it
}

/// Members in the order they are needed: the lock first, the last connection to
/// close is the checkpointer's, which empties the log.
class SqliteFile {
 public:
  explicit SqliteFile(const SqliteOptions& options) : options_(options), lock_(options.file) {
    create_privately(options.file);
  }

  std::unique_ptr<Connection> connect_reader() const {
    return std::make_unique<SqliteConnection>(options_.file, SqliteMode::kRead, options_.read_age);
  }

  std::unique_ptr<Connection> connect_writer() {
    auto connection =
        std::make_unique<SqliteConnection>(options_.file, SqliteMode::kWrite, options_.read_age);
    if (checkpointer_ == nullptr) checkpointer_ = std::make_unique<Checkpointer>(options_.file);
    checkpointer_->watch(connection->handle());
    return connection;
  }

 private:
  const SqliteOptions options_;
  FileLock lock_;
  std::unique_ptr<Checkpointer> checkpointer_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const SqliteOptions& options) {
  if (options.file.empty() || options.file == ":memory:" || options.file.starts_with("file:")) {
    throw base::Error(base::code::kInternal, "A SQLite database must be a file, not '{}'.", options.file);
  }
  const auto file = std::make_shared<SqliteFile>(options);
  return std::make_unique<PooledDatabase>(PooledDatabase::Parts{
      .dialect = Dialect::kSqlite,
      .connect_reader = [file] { return file->connect_reader(); },
      .connect_writer = [file] { return file->connect_writer(); },
      .readers = options.readers,
  });
}

}  // namespace sql
