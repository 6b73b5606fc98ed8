// What Rekuest is.
#pragma once

#include "service/description.h"

namespace rekuest {

const service::Description& description();

}  // namespace rekuest
