// What Mikro is, for images and first configurations.
#pragma once

#include "service/description.h"

namespace mikro {

const service::Description& description();

}  // namespace mikro
