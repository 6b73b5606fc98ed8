// The object store's address, reserved: every app looks for it at its start.
// It answers the challenge; buckets and objects come later and are refused in
// S3's own words.
#pragma once

#include "jose/jose.h"
#include "net/server.h"

namespace platform {

/// `instance_key` signs the challenge.
net::Router object_store_router(jose::Key instance_key);

}  // namespace platform
