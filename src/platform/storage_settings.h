// Where a service in a process of its own keeps bytes: an S3 that is there already.
#pragma once

#include <optional>

#include "base/config.h"
#include "objects/external_store.h"
#include "service/stores.h"

namespace platform {

/// Reads the block `storage`, as deployment tools know it: `endpoint`, or `host`, `port` and `protocol`;
/// `region`, `access_key`, `secret_key`, `role_arn`, `session_name`, `sts_endpoint`, `external_id`,
/// `allow_permanent_keys`. Throws base::Error(kValidation) naming file and line.
objects::ExternalSettings read_storage(const base::Config& config);

/// The same block's `buckets` and `session_duration_seconds`, over what the service itself was told.
void read_storage_of(const base::Config& config, service::StoreSettings& stores);

/// The block `datalayer` of lok.yaml, as the tools that share its format write it: `host`, `port`,
/// `protocol`, `region`, `access_key`, `secret_key`. Its keys sign addresses and forms and are never handed
/// out. nullopt if there is no such block. Throws base::Error(kValidation) naming file and line.
std::optional<objects::ExternalSettings> read_datalayer(const base::Config& config);

}  // namespace platform
