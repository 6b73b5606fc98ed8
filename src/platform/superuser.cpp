#include "platform/superuser.h"

#include <fmt/format.h>

#include "platform/process.h"
#include "platform/serve_settings.h"
#include "platform/start_error.h"

namespace platform {

void ensure_superuser(const service::Description& service, const ProcessFlags& flags,
                      const lok::Superuser& account) {
  start_or_explain([&] {
    if (!service.has_accounts) {
      throw StartError(Exit::kUsage,
                       fmt::format("{} has no accounts of its own: it knows people by Lok's tokens. Use "
                                   "`arkitektd superuser lok`, and give them a role in their organization.",
                                   service.name));
    }
    lok::ensure_superuser(*open_database(read_lok_settings(flags).database), account);
  });
}

}  // namespace platform
