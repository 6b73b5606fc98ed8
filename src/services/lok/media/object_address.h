// Where the object store is reached, for addresses that are handed out.
#pragma once

#include <string>

#include "entity/call.h"

namespace lok {

/// `http://lab.org:8001`, without a slash at its end: as the hub of the caller's app says, following the
/// address at which the caller reached us; where no hub has one, that address itself.
std::string object_store_address(entity::Call& call);

/// The same for a `host` that a client names: `lab.org:8001`, reached like us, or `https://lab.org/s3`.
/// Throws VALIDATION_ERROR for what is neither.
std::string object_store_address(const entity::Call& call, std::string_view host);

}  // namespace lok
