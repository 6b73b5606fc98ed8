#include "services/lok/administration/administration_rows.h"

#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace lok::administration {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

}  // namespace

std::string text(const Json& arguments, std::string_view name) {
  const Json& value = arguments[name];
  return value.is_string() ? value.as_string() : "";
}

std::string required(const Json& arguments, std::string_view name) {
  std::string value = text(arguments, name);
  if (value.empty()) throw Error(code::kValidation, "'{}' is missing.", name);
  return value;
}

std::vector<std::string> texts(const Json& arguments, std::string_view name) {
  std::vector<std::string> all;
  if (!arguments[name].is_array()) return all;
  for (const Json& each : arguments[name].items()) {
    if (each.is_string() && !each.as_string().empty()) all.push_back(each.as_string());
  }
  return all;
}

bool flag(const Json& arguments, std::string_view name) {
  return arguments[name].is_bool() && arguments[name].as_bool();
}

std::optional<std::int64_t> whole_number(const Json& arguments, std::string_view name) {
  const std::string value = text(arguments, name);
  if (value.empty()) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 1) {
    throw Error(code::kValidation, "'{}' is a whole number from 1 on, not '{}'.", name, value);
  }
  return number;
}

std::optional<std::int64_t> time_span(const Json& arguments, std::string_view name) {
  const std::string wanted = text(arguments, name);
  if (wanted.empty()) return std::nullopt;
  std::int64_t count = 0;
  const char* end = wanted.data() + wanted.size();
  const auto [unit, error] = std::from_chars(wanted.data(), end, count);
  const std::string_view rest(unit, static_cast<std::size_t>(end - unit));
  constexpr std::int64_t kMinute = 60 * 1'000'000LL;
  constexpr std::int64_t kMost = 100'000;
  if (error == std::errc() && count >= 1 && count <= kMost) {
    if (rest == "d") return count * 24 * 60 * kMinute;
    if (rest == "h") return count * 60 * kMinute;
    if (rest == "m") return count * kMinute;
  }
  throw Error(code::kValidation, "'{}' is no time span: write 30d, 12h or 45m.", wanted);
}

std::int64_t find_user(sql::Reader& reader, const std::string& username) {
  const sql::Rows rows = reader.query("select id from user_account where username = $1", {username});
  if (rows.empty()) {
    throw Error(code::kNotFound, "There is no user '{}'. `arkitektd user list` shows who there is.",
                username);
  }
  return rows.integer(0, 0);
}

std::int64_t find_organization(sql::Reader& reader, const std::string& name) {
  const sql::Rows by_slug = reader.query("select id from organization where slug = $1", {name});
  if (!by_slug.empty()) return by_slug.integer(0, 0);
  const sql::Rows by_name = reader.query("select id from organization where name = $1", {name});
  if (by_name.size() == 1) return by_name.integer(0, 0);
  if (by_name.size() > 1) {
    throw Error(code::kValidation, "{} organizations have the name '{}'. Give its slug instead.",
                by_name.size(), name);
  }
  throw Error(code::kNotFound,
              "There is no organization '{}'. `arkitektd organization list` shows which there are.", name);
}

std::int64_t find_membership(sql::Reader& reader, std::int64_t user, std::int64_t organization) {
  const sql::Rows rows = reader.query("select id from membership where user_id = $1 and organization_id = $2",
                                      {user, organization});
  if (rows.empty()) {
    throw Error(
        code::kNotFound,
        std::string("The user is no member of the organization. `arkitektd membership add` makes them one."));
  }
  return rows.integer(0, 0);
}

std::int64_t find_hub(sql::Reader& reader, std::int64_t organization, const std::string& name) {
  const sql::Rows rows =
      name.empty()
          ? reader.query("select id from hub where organization_id = $1 order by id limit 1", {organization})
          : reader.query("select id from hub where organization_id = $1 and identifier = $2",
                         {organization, name});
  if (rows.empty()) {
    throw Error(code::kNotFound, std::string("The organization has no such hub. `arkitektd organization show`"
                                             " tells which it has."));
  }
  return rows.integer(0, 0);
}

Json objects(const sql::Rows& rows, const std::vector<std::string_view>& names) {
  Json all = Json::array();
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Json object = Json::object();
    for (std::size_t column = 0; column < names.size(); ++column) {
      std::string_view name = names[column];
      const char kind = name.front();
      if (kind == '@' || kind == '?') name.remove_prefix(1);
      Json value;
      if (kind == '?') {
        value = rows.integer(row, column) != 0;
      } else if (rows.is_null(row, column)) {
        value = Json();
      } else if (kind == '@') {
        value = base::format_datetime(rows.integer(row, column));
      } else {
        value = std::string(rows.text(row, column));
      }
      object.set(name, std::move(value));
    }
    all.push_back(std::move(object));
  }
  return all;
}

Json listed(const Parts& parts, const std::string& sql, std::vector<sql::Value> parameters,
            const std::vector<std::string_view>& names) {
  sql::Rows rows;
  parts.database.read(sql::Database::Snapshot::kSingle,
                      [&](sql::Reader& reader) { rows = reader.query(sql, parameters); });
  return objects(rows, names);
}

Json list_within(const Parts& parts, const Json& in, const std::string& rows, std::string_view table,
                 const std::vector<std::string_view>& names) {
  std::string where;
  std::vector<sql::Value> parameters;
  if (const std::string name = text(in, "organization"); !name.empty()) {
    parts.database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      parameters.emplace_back(find_organization(reader, name));
    });
    where = fmt::format(" where {}.organization_id = $1", table);
  }
  return listed(parts, fmt::format("{}{} order by {}.id", rows, where, table), std::move(parameters), names);
}

}  // namespace lok::administration
