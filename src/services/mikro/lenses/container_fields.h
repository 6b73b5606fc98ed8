// What everything that is looked at through lenses has in common: its lenses, the whole one, what it came of.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "entity/registry.h"
#include "services/mikro/spaces/containers.h"

namespace mikro {

/// In the order of their ids; with `is_cut` only those that keep a part, or only the whole one.
entity::RowLists lenses_of(entity::Call& call, std::span<const entity::Row> rows, const Container& container,
                           std::optional<bool> is_cut);
/// SQL for the lens of the row `alias` that keeps everything.
std::string full_lens(const Container& container, const std::string& alias);
/// The derivations in the order in which they were declared; `space` is the column of the row's own.
entity::RowLists derivations_of(entity::Call& call, std::span<const entity::Row> rows,
                                entity::ColumnName space);

}  // namespace mikro
