// What the commands of the administration are made of: their arguments, the
// rows they name, the rows they show. Internal to the administration.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok::administration {

using Command = std::function<base::Json(const base::Json& arguments)>;
using Commands = std::map<std::string, Command, std::less<>>;

/// What commands work with; outlives them.
struct Parts {
  sql::Database& database;
  const Configuration& configuration;
  std::function<std::string()> device_secret;  ///< keys the hashes of device ids
};

/// `user ...`, `organization ...`, `membership ...`
void add_people_commands(Commands& commands, const Parts& parts);
/// `mandate ...`, `client ...`; `device ...`
void add_app_commands(Commands& commands, const Parts& parts);
void add_device_commands(Commands& commands, const Parts& parts);
/// `invite ...`
void add_invite_commands(Commands& commands, const Parts& parts);

/// Runs a query and shows its rows; see `objects`.
base::Json listed(const Parts& parts, const std::string& sql, std::vector<sql::Value> parameters,
                  const std::vector<std::string_view>& names);
/// The same for rows of a table, of the organization alone that is named, if one is.
base::Json list_within(const Parts& parts, const base::Json& arguments, const std::string& rows,
                       std::string_view table, const std::vector<std::string_view>& names);

/// An argument's text; empty if it is absent.
std::string text(const base::Json& arguments, std::string_view name);
/// Throws Error(kValidation) if it is absent.
std::string required(const base::Json& arguments, std::string_view name);
std::vector<std::string> texts(const base::Json& arguments, std::string_view name);
bool flag(const base::Json& arguments, std::string_view name);
std::optional<std::int64_t> whole_number(const base::Json& arguments, std::string_view name);
/// `30d`, `12h`, `45m` in microseconds.
std::optional<std::int64_t> time_span(const base::Json& arguments, std::string_view name);

/// Rows by what people call them. Throw Error(kNotFound) naming the command that lists what there is.
std::int64_t find_user(sql::Reader& reader, const std::string& username);
/// By its slug, or by its name if no other has it.
std::int64_t find_organization(sql::Reader& reader, const std::string& name);
/// Without a name the organization's first.
std::int64_t find_hub(sql::Reader& reader, std::int64_t organization, const std::string& name);
std::int64_t find_membership(sql::Reader& reader, std::int64_t user, std::int64_t organization);

/// Each row as an object with the columns' names given; `@` before a name: a time, shown as text; `?`: a
/// flag.
base::Json objects(const sql::Rows& rows, const std::vector<std::string_view>& names);

}  // namespace lok::administration
