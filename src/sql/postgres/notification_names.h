// What notifications are called on the wire: PostgreSQL's channels belong to the whole database, not to a
// schema, and do not say which of our databases sent them.
#pragma once

#include <libpq-fe.h>

#include <span>
#include <string>
#include <string_view>

#include "sql/connection.h"

namespace sql {

/// One for each Database. Immutable.
class NotificationNames {
 public:
  explicit NotificationNames(std::string schema);

  /// Throws Error(kInternal) when it would be longer than PostgreSQL allows.
  std::string channel(std::string_view name) const;

  /// The payload with this database's mark, unlike any other's.
  std::string signed_payload(std::string_view payload) const;

  /// A received payload without its mark, and whether this database sent it. The writer's backend process
  /// would not tell: what it sent before it connected anew may still arrive.
  struct Received {
    std::string_view payload;
    bool is_own;
  };
  Received read(std::string_view signed_payload) const;

 private:
  const std::string schema_;
  const std::string mark_;
};

/// The statement that sends them, in their order.
std::string notify_statement(PGconn* connection, const NotificationNames& names,
                             std::span<const Notification> notifications);

}  // namespace sql
