#include <algorithm>
#include <cmath>

#include "formats/glb_parts.h"
#include "formats/json_document.h"

namespace formats {
namespace {

using base::Json;

constexpr double kUnitTolerance = 1e-3;  ///< of an axis' length

template <class... Parts>
[[noreturn]] void refuse(fmt::format_string<Parts...> format, Parts&&... parts) {
  refuse_model(refusal::kBadExtras, "extras.arkitekt: {}",
               fmt::format(format, std::forward<Parts>(parts)...));
}

std::optional<double> finite(const Json& value) {
  const std::optional<double> number = value.as_double();
  return number && std::isfinite(*number) ? number : std::nullopt;
}

/// `sha256:` and 64 lowercase hexadecimal digits.
bool is_reference(const Json& value) {
  constexpr std::string_view kScheme = "sha256:";
  if (!value.is_string()) return false;
  const std::string_view text = value.as_string();
  return text.size() == kScheme.size() + 64 && text.starts_with(kScheme) &&
         text.find_first_not_of("0123456789abcdef", kScheme.size()) == std::string_view::npos;
}

void check_axis(const Json& axis, const std::string& joint) {
  double squares = 0;
  const bool vector = axis.is_array() && axis.items().size() == 3 &&
                      std::all_of(axis.items().begin(), axis.items().end(), [&](const Json& component) {
                        const std::optional<double> number = finite(component);
                        squares += number.value_or(0) * number.value_or(0);
                        return number.has_value();
                      });
  if (!vector || std::abs(std::sqrt(squares) - 1) > kUnitTolerance) {
    refuse("the axis of joint {} must be three numbers of length 1, not {}.", joint, shown(axis));
  }
}

void check_limit(const Json& limit, bool continuous, const std::string& joint) {
  if (continuous) {
    if (!limit.is_null()) refuse("joint {} is continuous, so it has no limit.", joint);
    return;
  }
  const std::optional<double> lower = finite(limit["lower"]);
  const std::optional<double> upper = finite(limit["upper"]);
  if (!lower || !upper || *lower > *upper) {
    refuse("joint {} needs a limit with `lower` not above `upper`, not {}.", joint, shown(limit));
  }
}

class JointTable {
 public:
  explicit JointTable(const std::set<std::string_view>& nodes) : nodes_(nodes) {}

  void check(const Json::Array& joints) {
    for (const Json& joint : joints) check_joint(joint);
    for (const Json& joint : joints) check_mimic(joint);
  }

 private:
  void check_joint(const Json& joint) {
    if (!joint.is_object()) refuse("each joint must be an object, not {}.", shown(joint));
    const std::optional<std::string> text = storable_text(joint["name"]);
    if (!text || text->empty()) refuse("a joint needs a name, not {}.", shown(joint["name"]));
    const std::string name = shown(*text);
    if (!names_.insert(joint["name"].as_string()).second) refuse("joint {} is defined twice.", name);
    const Json& node = joint["node"];
    if (!node.is_string() || !nodes_.contains(node.as_string())) {
      refuse("joint {} drives node {}, which the model does not have.", name, shown(node));
    }
    if (!driven_.insert(node.as_string()).second) refuse("node {} is driven by two joints.", shown(node));
    const Json& type = joint["type"];
    const std::string_view kind = type.is_string() ? std::string_view(type.as_string()) : std::string_view();
    if (kind != "revolute" && kind != "continuous" && kind != "prismatic") {
      refuse("joint {} must be revolute, continuous or prismatic, not {}.", name, shown(type));
    }
    check_axis(joint["axis"], name);
    check_limit(joint["limit"], kind == "continuous", name);
  }

  void check_mimic(const Json& joint) const {
    const Json& mimic = joint["mimic"];
    if (mimic.is_null()) return;
    const std::string name = shown(joint["name"]);
    const auto is_number_if_given = [&](std::string_view key) {
      return mimic.find(key) == nullptr || finite(mimic[key]);
    };
    if (!mimic.is_object() || !is_number_if_given("multiplier") || !is_number_if_given("offset")) {
      refuse("the multiplier and offset of joint {}'s mimic must be numbers.", name);
    }
    const Json& other = mimic["joint"];
    if (!other.is_string() || other == joint["name"] || !names_.contains(other.as_string())) {
      refuse("joint {} mimics {}, which is no other joint of the model.", name, shown(other));
    }
  }

  const std::set<std::string_view>& nodes_;
  std::set<std::string_view> names_;
  std::set<std::string_view> driven_;
};

}  // namespace

Json model_joints(const Json& document, const std::set<std::string_view>& nodes) {
  const Json& table = document["extras"]["arkitekt"];
  if (table.is_null()) return Json::array();
  if (!table.is_object()) refuse("it must be an object, not {}.", shown(table));
  if (table["version"].as_int64() != 1) refuse("version must be 1, not {}.", shown(table["version"]));
  const Json& source = table["source"];
  if (!source.is_null() && !is_reference(source)) {
    refuse("source must be \"sha256:\" and 64 hexadecimal digits, not {}.", shown(source));
  }
  const Json* joints = table.find("joints");
  if (joints == nullptr) return Json::array();
  if (!joints->is_array()) refuse("joints must be a list, not {}.", shown(*joints));
  JointTable(nodes).check(joints->items());
  return *joints;
}

}  // namespace formats
