// Who hears of what lies in folders: who follows one folder, and who follows all of a kind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "entity/registry.h"
#include "services/mikro/feed.h"
#include "sql/database.h"

namespace mikro {

/// `{what: row}` with the commit. `topic` is the kind's: `files`. `left` is the folder that it was in until
/// now, if it moves.
void tell_in_folder(sql::Writer& writer, Feed& feed, std::int64_t organization, std::string_view topic,
                    std::optional<std::int64_t> folder, std::string_view what, std::int64_t row,
                    std::optional<std::int64_t> left = {});

/// Until the handle is dropped; all of the organization's without a folder. Throws NOT_FOUND if the
/// organization has no such folder.
std::shared_ptr<void> follow_in_folder(entity::Call& call, Feed& feed, std::string_view topic,
                                       const std::optional<entity::Id>& folder, entity::Emit emit);

}  // namespace mikro
