#include "sql/postgres/notification_names.h"

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "sql/postgres/postgres_session.h"

namespace sql {
namespace {

/// NAMEDATALEN of the server, without the closing zero.
constexpr std::size_t kLongestName = 63;
constexpr std::size_t kMarkBytes = 12;

}  // namespace

NotificationNames::NotificationNames(std::string schema)
    : schema_(std::move(schema)), mark_(base::random_token(kMarkBytes)) {}

std::string NotificationNames::channel(std::string_view name) const {
  std::string full = schema_.empty() ? std::string(name) : fmt::format("{}.{}", schema_, name);
  if (name.empty() || full.size() > kLongestName) {
    throw base::Error(
        base::code::kInternal,
        "'{}' cannot be a channel's name: it must have 1 to {} bytes. Shorten the schema's name.", full,
        kLongestName);
  }
  return full;
}

std::string NotificationNames::signed_payload(std::string_view payload) const {
  return mark_ + std::string(payload);
}

NotificationNames::Received NotificationNames::read(std::string_view signed_payload) const {
  return {signed_payload.substr(std::min(mark_.size(), signed_payload.size())),
          signed_payload.starts_with(mark_)};
}

std::string notify_statement(PGconn* connection, const NotificationNames& names,
                             std::span<const Notification> notifications) {
  std::string rows;
  for (const Notification& one : notifications) {
    rows +=
        fmt::format("{}({},{})", rows.empty() ? "" : ",", quoted_text(connection, names.channel(one.channel)),
                    quoted_text(connection, names.signed_payload(one.payload)));
  }
  return "select pg_notify(channel, payload) from (values " + rows + ") as notification (channel, payload)";
}

}  // namespace sql
