// One operation of one caller, with who calls.
#pragma once

#include <memory>

#include "entity/call.h"
#include "service/auth.h"

namespace service {

class Call : public entity::Call {
 public:
  std::shared_ptr<const Identity> who;
};

/// Decision code is registered for entity::Call; in a service it is always this.
inline Call& call_of(entity::Call& call) { return static_cast<Call&>(call); }

}  // namespace service
