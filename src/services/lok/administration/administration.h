// What whoever runs the platform does to people, organizations and apps from
// the command line: commands with named arguments, answered with rows.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"
#include "services/lok/configuration.h"
#include "sql/database.h"

namespace lok {

/// Not for callers with tokens: it asks nobody's permission. Thread-safe; what it is given must outlive it.
class Administration {
 public:
  Administration(sql::Database& database, const Configuration& configuration,
                 std::function<std::string()> device_secret);

  /// `membership add` and its arguments by name (`{"user": "ada", ...}`); `gateway` is where the platform is
  /// reached (`http://localhost:8000`), for links. The answer is an object, or a list
  /// of them for `list`. Throws base::Error that says what to do.
  base::Json run(std::string_view command, const base::Json& arguments) const;

 private:
  using Command = std::function<base::Json(const base::Json& arguments)>;
  std::map<std::string, Command, std::less<>> commands_;
};

}  // namespace lok
