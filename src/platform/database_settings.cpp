#include "platform/database_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "platform/process_settings.h"

namespace platform {
namespace {

constexpr std::int64_t kMostConnections = 500;
constexpr std::int64_t kDefaultPort = 5432;

std::string quoted(const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + '\'';
}

void add(std::string& text, std::string_view keyword, const std::string& value) {
  if (!value.empty()) text += fmt::format("{}{}={}", text.empty() ? "" : " ", keyword, quoted(value));
}

void refuse_two_ways(const base::Config& config) {
  constexpr std::array<std::string_view, 3> kWays{"database.uri", "database.host", "database.file"};
  if (std::ranges::count_if(kWays, [&](std::string_view way) { return config.has(way); }) > 1) {
    config.fail("database", "names its database twice: give one of `uri`, `host` and `file`");
  }
}

}  // namespace

std::string connection_string(const std::string& host, std::int64_t port, const std::string& name,
                              const std::string& username, const std::string& password) {
  std::string text;
  add(text, "host", host);
  add(text, "port", std::to_string(port));
  add(text, "dbname", name);
  add(text, "user", username);
  add(text, "password", password);
  return text;
}

std::optional<DatabaseSettings> DatabaseSettings::read(const base::Config& config) {
  refuse_two_ways(config);
  DatabaseSettings settings;
  settings.schema = config.text("database.schema", "");
  const std::int64_t connections =
      config.integer("database.connections", static_cast<std::int64_t>(settings.connections));
  if (connections < 1 || connections > kMostConnections) {
    config.fail("database.connections", fmt::format("is not between 1 and {}", kMostConnections));
  }
  settings.connections = static_cast<std::size_t>(connections);
  const std::string parts =
      connection_string(config.text("database.host", ""), read_port(config, "database.port", kDefaultPort),
                        config.text("database.name", ""), config.text("database.username", ""),
                        config.secret("database.password").value_or(""));
  settings.uri = config.secret("database.uri").value_or(config.has("database.host") ? parts : "");
  settings.file = config.text("database.file", "");
  if (settings.uri.empty() && settings.file.empty()) return std::nullopt;
  return settings;
}

std::unique_ptr<sql::Database> open_database(const DatabaseSettings& settings) {
  if (settings.uri.empty()) {
    return sql::open_sqlite({.file = settings.file, .readers = settings.connections});
  }
  return sql::open_postgres(
      {.uri = settings.uri, .connections = settings.connections, .schema = settings.schema});
}

}  // namespace platform
