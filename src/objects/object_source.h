// An object's bytes as the body of an answer, in constant memory.
#pragma once

#include <cstdint>
#include <memory>

#include "net/body.h"
#include "net/worker_pool.h"
#include "objects/object_files.h"

namespace objects {

/// `size` bytes from `offset` on. Reads on workers, one piece ahead of the socket; the first here and now.
/// The file is closed on a worker, too.
std::shared_ptr<net::BodySource> open_source(std::shared_ptr<const OpenObject> object, std::uint64_t offset,
                                             std::uint64_t size, net::WorkerPool& workers);

}  // namespace objects
