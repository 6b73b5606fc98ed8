// A browser's form with a file, as it arrives: fields first, then the file's bytes. Source: RFC 7578, RFC
// 2046.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace objects {

/// For one thread at a time.
class FormReader {
 public:
  struct Field {
    std::string name;  ///< lower case
    std::string value;
  };
  struct File {
    std::string name;          ///< what it was called where it comes from
    std::string content_type;  ///< empty if it is not told
  };
  struct Events {
    std::function<void(const std::vector<Field>& fields, const File& file)> on_file;
    std::function<void(std::string_view bytes)> on_bytes;
  };

  /// Throws S3Error(MalformedPOSTRequest) for a content type that is not `multipart/form-data; boundary=...`.
  FormReader(std::string_view content_type, Events events);

  /// The fields are told at the beginning of the field `file`; what comes after that file is ignored, as in
  /// S3. Throws S3Error: MalformedPOSTRequest, MaxPostPreDataLengthExceeded beyond 64 KiB before the file.
  void take(std::string_view bytes);
  /// Throws S3Error(IncompleteBody) if the file did not end.
  void finish() const;

 private:
  enum class State { kPreamble, kHead, kValue, kFile, kEnded };

  bool step();
  void read_head(std::string_view head);

  const Events events_;
  std::string mark_;    ///< a line break and the boundary
  std::string buffer_;  ///< what cannot be decided yet
  State state_ = State::kPreamble;
  std::vector<Field> fields_;
  std::size_t before_file_ = 0;  ///< bytes
  std::string name_;             ///< of the field being read
  File file_;
};

}  // namespace objects
