#include "services/lok/administration/administration.h"

#include "base/error.h"
#include "services/lok/administration/administration_rows.h"

namespace lok {

Administration::Administration(sql::Database& database, const Configuration& configuration,
                               std::function<std::string()> device_secret) {
  const administration::Parts parts{database, configuration, std::move(device_secret)};
  administration::add_people_commands(commands_, parts);
  administration::add_app_commands(commands_, parts);
  administration::add_device_commands(commands_, parts);
  administration::add_invite_commands(commands_, parts);
}

base::Json Administration::run(std::string_view command, const base::Json& arguments) const {
  const auto found = commands_.find(command);
  if (found == commands_.end()) {
    throw base::Error(base::code::kValidation,
                      "The running arkitektd knows no command '{}'. Is it an older version?", command);
  }
  return found->second(arguments);
}

}  // namespace lok
