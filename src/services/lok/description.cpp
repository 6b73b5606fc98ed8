#include "services/lok/description.h"

namespace lok {

const service::Description& description() {
  // No scopes: every organization has Lok's own from the start.
  static const service::Description kDescription{
      .name = "lok",
      .summary = "People, organizations, and the apps they let in",
      .buckets = {"media"},
      .is_rendered = false,
      .has_accounts = true,
  };
  return kDescription;
}

}  // namespace lok
