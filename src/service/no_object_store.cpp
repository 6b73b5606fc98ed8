#include "base/error.h"
#include "service/stores.h"

namespace service {
namespace {

class NoObjectStore final : public objects::ObjectStore {
 public:
  objects::Credentials grant(const objects::Grant&) override { refuse(); }
  std::string region() const override { refuse(); }
  std::string presigned_get(std::string_view, std::string_view, std::string_view,
                            std::chrono::seconds) override {
    refuse();
  }
  objects::PostForm presigned_post(const objects::PostRequest&) override { refuse(); }
  std::optional<objects::ObjectFacts> head(std::string_view, std::string_view) override { refuse(); }
  std::string read(std::string_view, std::string_view, std::uint64_t, std::size_t) override { refuse(); }
  objects::ObjectList list(std::string_view, const objects::ListRequest&) override { refuse(); }
  bool remove(std::string_view, std::string_view) override { refuse(); }
  void hold(std::string_view, std::string_view) override { refuse(); }
  void release(std::string_view, std::string_view) noexcept override {}
  // What is not there is not written: a service starts without its store.
  bool refuse_writes_to(objects::IsFinished) override { return false; }

 private:
  [[noreturn]] static void refuse() {
    throw base::Error(
        base::code::kUnavailable,
        std::string(
            "This service has no object store, so nothing can be uploaded or read. Name one in its "
            "configuration, under `storage` (in lok.yaml `datalayer`); `arkitektd up` has one of its own."));
  }
};

}  // namespace

objects::ObjectStore& no_object_store() {
  static NoObjectStore none;
  return none;
}

}  // namespace service
