// Reading Thrift's compact protocol, as far as Parquet's footer uses it. Bytes come from strangers: every
// length is checked against what is left before anything is made of it, and values nobody wants are skipped
// without being built. Source: Apache Thrift, doc/specs/thrift-compact-protocol.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace formats {

/// The protocol's type nibbles, as they stand before a field or in a list's header.
enum class ThriftType : std::uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kByte = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
  kUuid = 13,
};

struct ThriftField {
  std::int16_t id = 0;
  ThriftType type = ThriftType::kStop;
};

/// A cursor over bytes that outlive it. Everything throws Error(kValidation)
/// when the bytes end early, are malformed or nest too deep. Not thread-safe.
class ThriftReader {
 public:
  explicit ThriftReader(std::string_view bytes) : bytes_(bytes) {}

  /// Calls `on_field(field)` for each field of the struct that starts here. What
  /// returns false has not touched the value, which is skipped then.
  template <class OnField>
  void each_field(OnField on_field) {
    enter();
    ThriftField field;
    while (next_field(field)) {
      if (!on_field(field)) skip(field.type);
    }
    leave();
  }

  /// Calls `on_element()` for each of a list of structs, which must read one. Returns how many there were.
  /// The list may not be longer than `limit`; `what` names it in errors.
  template <class OnElement>
  std::size_t each_struct(ThriftField field, std::size_t limit, std::string_view what, OnElement on_element) {
    const std::size_t count = list_size(field, ThriftType::kStruct, limit, what);
    for (std::size_t index = 0; index < count; ++index) on_element();
    return count;
  }

  /// The value of a field. Each throws if the field is of another type.
  bool boolean(ThriftField field) const;    ///< it is in the field's type; there are no bytes of its own
  std::int64_t integer(ThriftField field);  ///< of any width
  std::int32_t i32(ThriftField field);      ///< an integer that must fit
  std::string_view binary(ThriftField field);

  std::size_t remaining() const { return bytes_.size() - at_; }

 private:
  /// False at the struct's end. `field` must hold the struct's previous field.
  bool next_field(ThriftField& field);
  std::size_t list_size(ThriftField field, ThriftType elements, std::size_t limit, std::string_view what);
  void skip(ThriftType type);
  void skip_elements(ThriftType type, std::uint64_t count);
  void enter();
  void leave() { --depth_; }

  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag();
  std::string_view take(std::uint64_t count);

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace formats
