// Spaces that callers find again by what they are, instead of making a second one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "entity/call.h"
#include "services/mikro/ownership.h"
#include "services/mikro/spaces/space_rows.h"
#include "sql/database.h"

namespace mikro {

/// A reference in the scope it resolves to: a URI (whatever has a colon, such as `nifti:mni152`) is the
/// organization's, a plain key (`stage`) the calling app's.
struct Reference {
  std::string text;
  std::optional<std::string> app;
  std::string key;  ///< what no two spaces of an organization have
};
/// Throws VALIDATION_ERROR for an empty or overlong text.
Reference resolve_reference(const entity::Call& call, const std::string& text);
void refer_by(NewSpace& space, const Reference& reference);

/// The space with the reference of `space`, made if nobody has; without a reference always a new one. Callers
/// at the same time get the same row. Throws VALIDATION_ERROR if the one there has other axes or another
/// epoch; its name is its own.
std::int64_t find_or_create_space(sql::Writer& writer, const Maker& maker, const NewSpace& space);

}  // namespace mikro
