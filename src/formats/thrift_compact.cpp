#include "formats/thrift_compact.h"

#include <limits>

#include "base/error.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;

/// Parquet's own structures nest less than ten deep; what is skipped may come from a later version.
constexpr std::size_t kMaxDepth = 64;

[[noreturn]] void fail(std::string_view what) {
  throw Error(code::kValidation,
              "The Parquet footer is damaged: {}. Write the file again and upload it completely.", what);
}

/// May be none of the type's names; whoever reads or skips a value of it refuses then.
ThriftType type_of(int nibble) { return static_cast<ThriftType>(nibble); }

void expect(bool matches) {
  if (!matches) fail("a value has another type than Parquet defines");
}

}  // namespace

std::uint8_t ThriftReader::byte() {
  if (remaining() == 0) fail("it ends in the middle of a value");
  return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::uint64_t ThriftReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t next = byte();
    value |= (next & 0x7F) << shift;
    if (next < 0x80) return value;
  }
  fail("a number has too many bytes");
}

std::int64_t ThriftReader::zigzag() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

std::string_view ThriftReader::take(std::uint64_t count) {
  if (count > remaining()) fail("a text is longer than what is left of it");
  const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(count));
  at_ += taken.size();
  return taken;
}

void ThriftReader::enter() {
  if (++depth_ > kMaxDepth) fail("its values are nested too deep");
}

bool ThriftReader::next_field(ThriftField& field) {
  const std::uint8_t header = byte();
  field.type = type_of(header & 0x0F);
  if (field.type == ThriftType::kStop) return false;
  const int delta = header >> 4;
  const std::int64_t id = delta != 0 ? field.id + delta : zigzag();
  if (id < 0 || id > std::numeric_limits<std::int16_t>::max()) fail("a field has no valid number");
  field.id = static_cast<std::int16_t>(id);
  return true;
}

bool ThriftReader::boolean(ThriftField field) const {
  expect(field.type == ThriftType::kTrue || field.type == ThriftType::kFalse);
  return field.type == ThriftType::kTrue;
}

std::int64_t ThriftReader::integer(ThriftField field) {
  if (field.type == ThriftType::kByte) return static_cast<std::int8_t>(byte());
  expect(field.type == ThriftType::kI16 || field.type == ThriftType::kI32 || field.type == ThriftType::kI64);
  return zigzag();
}

std::int32_t ThriftReader::i32(ThriftField field) {
  const std::int64_t value = integer(field);
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
    fail("a number does not fit its field");
  }
  return static_cast<std::int32_t>(value);
}

std::string_view ThriftReader::binary(ThriftField field) {
  expect(field.type == ThriftType::kBinary);
  return take(varint());
}

std::size_t ThriftReader::list_size(ThriftField field, ThriftType elements, std::size_t limit,
                                    std::string_view what) {
  expect(field.type == ThriftType::kList);
  const std::uint8_t header = byte();
  const std::uint64_t count = header >> 4 != 0x0F ? header >> 4 : varint();
  if (count > 0) expect(type_of(header & 0x0F) == elements);
  if (count > limit) {
    throw Error(code::kValidation, "The Parquet file has {} {}; at most {} are read.", count, what, limit);
  }
  // An element has at least one byte.
  if (count > remaining()) fail("a list is longer than what is left of it");
  return static_cast<std::size_t>(count);
}

void ThriftReader::skip(ThriftType type) {
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse:
      return;  // a field's boolean is in its header
    case ThriftType::kByte:
      byte();
      return;
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      varint();
      return;
    case ThriftType::kDouble:
      take(8);
      return;
    case ThriftType::kUuid:
      take(16);
      return;
    case ThriftType::kBinary:
      take(varint());
      return;
    case ThriftType::kStruct:
      each_field([](ThriftField) { return false; });
      return;
    case ThriftType::kList:
    case ThriftType::kSet: {
      const std::uint8_t header = byte();
      const std::uint64_t count = header >> 4 != 0x0F ? header >> 4 : varint();
      skip_elements(type_of(header & 0x0F), count);
      return;
    }
    case ThriftType::kMap: {
      const std::uint64_t count = varint();
      if (count == 0) return;
      const std::uint8_t types = byte();
      enter();
      for (std::uint64_t pair = 0; pair < count; ++pair) {
        skip_elements(type_of(types >> 4), 1);
        skip_elements(type_of(types & 0x0F), 1);
      }
      leave();
      return;
    }
    case ThriftType::kStop:
      break;
  }
  fail("it has a value of an unknown type");
}

// Every element has bytes of its own here, booleans too, so a count that lies ends with the bytes.
void ThriftReader::skip_elements(ThriftType type, std::uint64_t count) {
  enter();
  for (std::uint64_t index = 0; index < count; ++index) {
    if (type == ThriftType::kTrue || type == ThriftType::kFalse) {
      byte();
    } else {
      skip(type);
    }
  }
  leave();
}

}  // namespace formats
