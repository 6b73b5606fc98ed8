// The services this program has, and what it tells deployment tools of them.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "service/description.h"

namespace platform {

const std::vector<service::Description>& services();

/// The value of an image's label `live.arkitekt.service`, version 2 of Konstruktor's contract: what the
/// service needs and offers, and the command lines that render its configuration, serve it and do its jobs.
base::Json image_label(const service::Description& service);

}  // namespace platform
