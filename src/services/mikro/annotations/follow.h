// Who hears of a collection's shapes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "entity/registry.h"
#include "services/mikro/feed.h"

namespace mikro {

/// With the commit; few events for many shapes.
void tell_of_shapes(sql::Writer& writer, Feed& feed, std::int64_t organization, std::int64_t collection,
                    const std::vector<std::int64_t>& made);
void tell_of_change(sql::Writer& writer, Feed& feed, std::int64_t organization, std::int64_t collection,
                    std::int64_t changed);
/// By the id that clients know it by.
void tell_of_removal(sql::Writer& writer, Feed& feed, std::int64_t organization, std::int64_t collection,
                     const std::string& removed);

/// One event for each shape, until the handle is dropped. Throws NOT_FOUND if the organization has no such
/// collection.
std::shared_ptr<void> follow_shapes(entity::Call& call, Feed& feed, std::int64_t collection,
                                    entity::Emit emit);

}  // namespace mikro
