#include "base/json.h"
#include "base/json_reader.h"

namespace base {
namespace {

// Stops the reader at a string member of the outermost object.
class StringPeek : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringPeek> {
 public:
  explicit StringPeek(std::string_view key) : key_(key) {}
  bool Default() {
    here_ = false;
    return true;
  }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return Default(); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    here_ = depth_ == 1 && std::string_view(text, length) == key_;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (depth_ == 0) return false;
    if (here_) found_.emplace(text, length);
    return !here_;
  }
  bool StartObject() { return descend(); }
  bool StartArray() { return depth_ > 0 && descend(); }
  bool EndObject(rapidjson::SizeType) { return ascend(); }
  bool EndArray(rapidjson::SizeType) { return ascend(); }
  std::optional<std::string> found() { return std::move(found_); }

 private:
  bool descend() {
    here_ = false;
    ++depth_;
    return true;
  }
  bool ascend() {
    --depth_;
    return true;
  }

  std::string_view key_;
  std::size_t depth_ = 0;
  bool here_ = false;  ///< the next value is the member's
  std::optional<std::string> found_;
};

}  // namespace

std::optional<std::string> peek_string(std::string_view text, std::string_view key) {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  StringPeek peek(key);
  reader.Parse<kReaderFlags>(stream, peek);
  return peek.found();
}

}  // namespace base
