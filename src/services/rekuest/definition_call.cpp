#include "services/rekuest/definition_call.h"

#include <array>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace rekuest {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr std::string_view kOwnValue = "value";
constexpr std::array<const char*, 6> kBindings{"value_literal", "value_path", "agent_call",
                                               "util_call",     "value_list", "value_dict"};

class PureCall {
 public:
  PureCall(const Json& dependencies, const std::string& path) : path_(path) {
    allowed_.insert(kOwnValue);
    if (!dependencies.is_array()) return;
    for (const Json& dependency : dependencies.items()) allowed_.insert(dependency.as_string());
  }

  void check(const Json& call) const {
    if (base::trim(call["operation"].as_string()).empty()) refuse("names no operation.");
    check_keyed(call["arguments"]);
    if (!call["arguments"].is_array()) return;
    for (const Json& argument : call["arguments"].items()) {
      int bound = 0;
      for (const char* binding : kBindings) bound += argument[binding].is_null() ? 0 : 1;
      if (bound != 1)
        refuse(fmt::format("argument `{}` is bound {} times.", argument["key"].as_string(), bound));
      check_argument(argument);
    }
  }

 private:
  void check_argument(const Json& argument) const {
    if (!argument["agent_call"].is_null()) refuse("is not pure: it calls an agent.");
    if (!argument["util_call"].is_null()) check(argument["util_call"]);
    if (!argument["value_path"].is_null()) check_path(argument["value_path"].as_string());
    check_keyed(argument["value_dict"]);
    for (const char* nested : {"value_list", "value_dict"}) {
      if (!argument[nested].is_array()) continue;
      for (const Json& entry : argument[nested].items()) {
        if (nested == kList && !entry["key"].is_null()) refuse("an entry of a list has no key.");
        check_argument(entry);
      }
    }
  }

  void check_path(std::string_view value_path) const {
    const std::size_t start = value_path.find_first_not_of('/');
    const std::string_view inside = start == std::string_view::npos ? "" : value_path.substr(start);
    const std::string_view root = inside.substr(0, inside.find('/'));
    if (!allowed_.contains(root))
      refuse(fmt::format("reads `{}`, which is not among its dependencies.", root));
  }

  void check_keyed(const Json& entries) const {
    if (!entries.is_array()) return;
    std::set<std::string_view> keys;
    for (const Json& entry : entries.items()) {
      if (entry["key"].is_null() || entry["key"].as_string().empty()) refuse("every argument needs a key.");
      if (!keys.insert(entry["key"].as_string()).second) {
        refuse(fmt::format("`{}` is given twice.", entry["key"].as_string()));
      }
    }
  }

  [[noreturn]] void refuse(std::string_view problem) const {
    throw Error(code::kValidation, "{}: {}", path_, problem);
  }

  static constexpr std::string_view kList = "value_list";
  const std::string& path_;
  std::set<std::string_view> allowed_;
};

}  // namespace

void check_pure_call(const Json& call, const Json& dependencies, const std::string& path) {
  PureCall(dependencies, path).check(call);
}

}  // namespace rekuest
