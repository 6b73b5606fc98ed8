// The object store of `up`: files in the data directory, served as S3 on the port after the platform's.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "jose/jose.h"
#include "net/server.h"
#include "net/worker_pool.h"
#include "objects/embedded_store.h"
#include "platform/data_directory.h"

namespace platform {

/// Outlives the event loop whose requests it answers: files are closed on its workers.
class ObjectStore {
 public:
  /// Makes `objects/` and `objects.key` on the first start. Throws StartError.
  explicit ObjectStore(const DataDirectory& data);

  objects::EmbeddedStore& store() { return store_; }
  /// `instance_key` signs the challenge.
  net::Router router(jose::Key instance_key);
  /// Once nothing is served any more.
  void stop();

  /// `s3 grant`: credentials as the environment of S3's clients takes them. `url` is where the store is
  /// reached. Throws base::Error that says what to do.
  base::Json administer(std::string_view command, const base::Json& arguments, const std::string& url);
  static bool knows(std::string_view command) { return command.starts_with("s3 "); }

 private:
  objects::EmbeddedStore store_;
  net::WorkerPool workers_;
  net::WorkerPool copies_;
  net::WorkerPool joins_;
};

}  // namespace platform
