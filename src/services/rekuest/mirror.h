// Mirrors: what an agent that asked for a child task over its socket hears of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "services/rekuest/task_store.h"

namespace rekuest {

/// `<KIND>_EVENT`; nullopt for the kinds that are not mirrored. Its `seq` is the
/// event's id: a mirror that is sent again is the same.
std::optional<std::string> mirror_frame(const StoredEvent& event);
/// The same for a probe, whose events have no rows but a number each.
std::optional<std::string> mirror_frame(const NewEvent& event, const std::string& call, std::int64_t seq);

/// The answer to an ASSIGN_REQUEST that was granted.
std::string assign_response(const std::string& request, const std::string& reference, std::int64_t task,
                            bool created);

}  // namespace rekuest
