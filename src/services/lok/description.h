// What Lok is.
#pragma once

#include "service/description.h"

namespace lok {

const service::Description& description();

}  // namespace lok
