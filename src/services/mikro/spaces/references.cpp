#include "services/mikro/spaces/references.h"

#include "base/error.h"
#include "service/call.h"

namespace mikro {
namespace {

using base::Error;
namespace code = base::code;

constexpr std::size_t kLongestReference = 500;

std::string app_of(const entity::Call& call) {
  const service::Claims& claims = static_cast<const service::Call&>(call).who->claims;
  return claims.client_app.value_or(claims.client_id);
}

void check_is_same(const SpaceRow& known, const NewSpace& wanted) {
  if (known.axes != plain(wanted.axes)) {
    throw Error(
        code::kValidation,
        "The space '{}' with the reference '{}' has the axes {} with other types or units, not {}. Use "
        "its axes, or another reference.",
        known.name, *wanted.reference, space::names_of(known.axes), space::names_of(plain(wanted.axes)));
  }
  if (known.epoch != wanted.epoch) {
    throw Error(code::kValidation,
                "The space '{}' with the reference '{}' has another epoch. Give its epoch, or use another "
                "reference.",
                known.name, *wanted.reference);
  }
}

}  // namespace

Reference resolve_reference(const entity::Call& call, const std::string& text) {
  if (text.empty() || text.size() > kLongestReference) {
    throw Error(code::kValidation, "A reference has 1 to {} bytes.", kLongestReference);
  }
  if (text.find(':') != std::string::npos) return {text, std::nullopt, "uri " + text};
  const std::string app = app_of(call);
  return {text, app, "app " + app + " " + text};
}

void refer_by(NewSpace& space, const Reference& reference) {
  space.reference = reference.text;
  space.reference_app = reference.app;
  space.reference_key = reference.key;
}

std::int64_t find_or_create_space(sql::Writer& writer, const Maker& maker, const NewSpace& space) {
  if (const auto made = try_insert_space(writer, maker, space)) return *made;
  const sql::Rows row =
      writer.query("select id from coordinate_system where organization_id = $1 and reference_key = $2",
                   {maker.organization, *space.reference_key});
  if (row.empty()) {
    throw Error(code::kUnavailable, std::string("The space was deleted at this moment. Please try again."));
  }
  const std::int64_t id = row.integer(0, 0);
  check_is_same(read_space(writer, maker.organization, id), space);
  return id;
}

}  // namespace mikro
