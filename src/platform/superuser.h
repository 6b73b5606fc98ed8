// `superuser`: an administrator, made in a service's database.
#pragma once

#include "platform/settings.h"
#include "service/description.h"
#include "services/lok/administration/superuser.h"

namespace platform {

/// Works beside processes that serve. Throws StartError, also for a service that knows no passwords.
void ensure_superuser(const service::Description& service, const ProcessFlags& flags,
                      const lok::Superuser& account);

}  // namespace platform
