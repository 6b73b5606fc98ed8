// An object store in a folder of its own that goes with it, for tests of what lies above.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/random.h"
#include "objects/embedded_store.h"
#include "objects/s3_error.h"

namespace objects {

class TemporaryStore {
 public:
  TemporaryStore() = default;
  ~TemporaryStore() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;

  EmbeddedStore& store() { return store_; }

  /// As a client puts it, so that seals bind.
  void put(std::string_view bucket, std::string_view key, std::string_view bytes) {
    auto incoming = store_.files().begin();
    incoming->write(bytes);
    store_.commit(std::move(incoming), bucket, key, {}, {});
  }

  /// Whether nobody may write there any more.
  bool is_sealed(std::string_view bucket, std::string_view key) {
    try {
      store_.seals().check(bucket, key);
      return false;
    } catch (const S3Error&) {
      return true;
    }
  }

 private:
  const std::string folder_ = std::filesystem::temp_directory_path() / ("arkitektd-" + base::random_token(9));
  EmbeddedStore store_{folder_, GrantKey(std::string(32, 'k'))};
};

}  // namespace objects
