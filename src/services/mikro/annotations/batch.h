// Many shapes in one call: written in pieces that let other writers in between, seen all at once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "entity/registry.h"
#include "services/mikro/annotations/shape_rows.h"
#include "services/mikro/feed.h"
#include "sql/database.h"

namespace mikro {

/// Writes all of the shapes or none; the ids are in their order. Up to a few thousand are one transaction.
/// More are written piece by piece under a batch, whose row hides them (see kHidesBatches) until a last,
/// short transaction takes it away. Tells the collection's followers. Throws NOT_FOUND if the collection goes
/// away meanwhile.
std::vector<std::int64_t> write_shapes(sql::Database& database, Feed& feed, const Maker& maker,
                                       std::int64_t collection, std::span<const NewShape> shapes);

/// Takes away what a process that died left of its batches: those begun before `until`, microseconds UTC.
void remove_lost_batches(sql::Database& database, std::int64_t until);

/// The condition that no batch hides the row `alias` of annotation any more.
std::string is_published(std::string_view alias);
/// That, and that it belongs to the caller's organization.
std::string visible_shape(entity::SqlText& sql, const std::string& alias, const entity::Call& call);

}  // namespace mikro
