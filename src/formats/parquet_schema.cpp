#include "formats/parquet_schema.h"

#include "base/error.h"
#include "base/text.h"
#include "formats/json_document.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;
using Logical = SchemaElement::Logical;
using Time = SchemaElement::Time;

constexpr std::size_t kMaxGroups = 32;   ///< nested in each other
constexpr std::size_t kMaxName = 1'024;  ///< bytes; a type's name contains all names below it

// parquet.thrift: FieldRepetitionType and the ConvertedTypes that shape a tree.
constexpr std::int32_t kRequired = 0;
constexpr std::int32_t kRepeated = 2;
constexpr std::int32_t kMap = 1;
constexpr std::int32_t kMapKeyValue = 2;
constexpr std::int32_t kList = 3;

// The numbers of LogicalType's members.
constexpr std::int16_t kLogicalString = 1;
constexpr std::int16_t kLogicalMap = 2;
constexpr std::int16_t kLogicalList = 3;
constexpr std::int16_t kLogicalEnum = 4;
constexpr std::int16_t kLogicalDecimal = 5;
constexpr std::int16_t kLogicalTime = 7;
constexpr std::int16_t kLogicalTimestamp = 8;
constexpr std::int16_t kLogicalInteger = 10;
constexpr std::int16_t kLogicalJson = 12;
constexpr std::int16_t kLogicalUuid = 14;
constexpr std::int16_t kLogicalFloat16 = 15;

/// TimeType and TimestampType: whether in UTC, and the unit, itself a union of empty structs.
void read_time(ThriftReader& reader, SchemaElement& element) {
  reader.each_field([&](ThriftField field) {
    if (field.id == 1) {
      element.adjusted_to_utc = reader.boolean(field);
      return true;
    }
    if (field.id != 2 || field.type != ThriftType::kStruct) return false;
    reader.each_field([&](ThriftField unit) {
      if (unit.id == 1) element.unit = Time::kMillis;
      if (unit.id == 2) element.unit = Time::kMicros;
      if (unit.id == 3) element.unit = Time::kNanos;
      return false;
    });
    return true;
  });
}

void read_decimal(ThriftReader& reader, SchemaElement& element) {
  element.converted = 5;
  reader.each_field([&](ThriftField field) {
    if (field.id == 1) element.scale = reader.i32(field);
    if (field.id == 2) element.precision = reader.i32(field);
    return field.id == 1 || field.id == 2;
  });
}

void read_integer(ThriftReader& reader, SchemaElement& element) {
  reader.each_field([&](ThriftField field) {
    if (field.id == 1) element.bits = reader.i32(field);
    if (field.id == 2) element.is_signed = reader.boolean(field);
    return field.id == 1 || field.id == 2;
  });
}

Logical named_logical(std::int16_t id) {
  switch (id) {
    case kLogicalString:
      return Logical::kString;
    case kLogicalEnum:
      return Logical::kEnum;
    case kLogicalTime:
      return Logical::kTime;
    case kLogicalTimestamp:
      return Logical::kTimestamp;
    case kLogicalJson:
      return Logical::kJson;
    case kLogicalUuid:
      return Logical::kUuid;
    case kLogicalFloat16:
      return Logical::kFloat16;
    default:
      return Logical::kOther;
  }
}

void read_logical(ThriftReader& reader, SchemaElement& element) {
  reader.each_field([&](ThriftField field) {
    element.logical = named_logical(field.id);
    if (field.id == kLogicalMap && !element.converted) element.converted = kMap;
    if (field.id == kLogicalList && !element.converted) element.converted = kList;
    if (field.type != ThriftType::kStruct) return false;
    switch (field.id) {
      case kLogicalDecimal:
        read_decimal(reader, element);
        return true;
      case kLogicalTime:
      case kLogicalTimestamp:
        read_time(reader, element);
        return true;
      case kLogicalInteger:
        read_integer(reader, element);
        return true;
      default:
        return false;
    }
  });
}

}  // namespace

SchemaElement read_schema_element(ThriftReader& reader) {
  SchemaElement element;
  reader.each_field([&](ThriftField field) {
    switch (field.id) {
      case 1:
        element.physical = reader.i32(field);
        return true;
      case 2:
        element.length = reader.i32(field);
        return true;
      case 3:
        element.repetition = reader.i32(field);
        return true;
      case 4:
        element.name = reader.binary(field);
        return true;
      case 5:
        element.children = reader.i32(field);
        return true;
      case 6:
        element.converted = reader.i32(field);
        return true;
      case 7:
        element.scale = reader.i32(field);
        return true;
      case 8:
        element.precision = reader.i32(field);
        return true;
      case 10:
        if (field.type != ThriftType::kStruct) return false;
        read_logical(reader, element);
        return true;
      default:
        return false;
    }
  });
  return element;
}

namespace {

/// A field's name as DuckDB spells it inside STRUCT(...). DuckDB quotes its keywords, too; which words these
/// are differs from version to version.
std::string quoted(std::string_view name) {
  bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  for (const char c : name) {
    plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
  }
  if (plain) return std::string(name);
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

class ColumnReader {
 public:
  explicit ColumnReader(const std::vector<SchemaElement>& elements) : elements_(elements) {}

  SchemaColumns read() {
    if (elements_.empty()) fail("it has no schema");
    const SchemaElement& root = elements_[next_++];
    if (root.physical || root.children < 1) {
      throw Error(code::kValidation, "The Parquet file has no columns. Write at least one.");
    }
    for (std::int32_t child = 0; child < root.children; ++child) {
      const SchemaElement& element = peek();
      result_.columns.push_back(
          {.name = name_of(element), .type = "", .nullable = element.repetition != kRequired});
      result_.columns.back().type = type(0, false);
    }
    if (next_ != elements_.size()) fail("its schema has more elements than columns");
    return std::move(result_);
  }

 private:
  [[noreturn]] static void fail(std::string_view what) {
    throw Error(code::kValidation, "The Parquet footer is damaged: {}. Write the file again.", what);
  }

  const SchemaElement& peek() const {
    if (next_ >= elements_.size()) fail("its schema has fewer elements than it announces");
    return elements_[next_];
  }

  static std::string name_of(const SchemaElement& element) {
    if (!base::is_valid_utf8(element.name) || base::contains_nul(element.name)) {
      throw Error(code::kValidation,
                  "A column of the Parquet file has a name that is no UTF-8 text. Rename it.");
    }
    if (element.name.size() > kMaxName) {
      throw Error(code::kValidation,
                  "Column {} of the Parquet file has a name of {} bytes; at most {} are stored.",
                  shown(element.name), element.name.size(), kMaxName);
    }
    return std::string(element.name);
  }

  /// The type of the next element and all below it.
  std::string type(std::size_t groups, bool in_map) {
    const SchemaElement& element = peek();
    ++next_;
    const bool repeated = element.repetition == kRepeated;
    std::string name;
    if (element.physical) {
      if (element.children > 0) fail("a column has both a type and children");
      result_.leaves.push_back(result_.columns.size() - 1);
      name = leaf_type(element);
    } else if (in_map || element.converted == kMapKeyValue) {
      if (!repeated || element.children != 2) fail("a map has no key and value");
      return map_type(element, groups);
    } else {
      name = group_type(element, groups);
    }
    return repeated ? name + "[]" : name;
  }

  std::string leaf_type(const SchemaElement& leaf) const {
    try {
      return duckdb_type(leaf);
    } catch (const Error& error) {
      throw Error(code::kValidation, "Column {}: its {}", shown(result_.columns.back().name),
                  error.message());
    }
  }

  void enter(const SchemaElement& group, std::size_t groups) const {
    if (group.children < 1) fail("a group has no children");
    if (groups >= kMaxGroups) {
      throw Error(code::kValidation, "The Parquet file's columns are nested more than {} deep. Flatten them.",
                  kMaxGroups);
    }
  }

  std::string map_type(const SchemaElement& group, std::size_t groups) {
    enter(group, groups);
    const std::string key = type(groups + 1, false);
    const std::string value = type(groups + 1, false);
    return "MAP(" + key + ", " + value + ")";
  }

  /// Lists and maps, and whatever is repeated, are told by their one child; everything else is a struct.
  std::string group_type(const SchemaElement& group, std::size_t groups) {
    enter(group, groups);
    const bool is_map = group.converted == kMap;
    const bool is_list = group.converted == kList;
    const bool repeated = group.repetition == kRepeated;
    if (group.children == 1 && (is_list || is_map || repeated)) return type(groups + 1, is_map);
    std::string fields;
    for (std::int32_t child = 0; child < group.children; ++child) {
      const std::string name = quoted(name_of(peek()));
      if (!fields.empty()) fields += ", ";
      fields += name + " " + type(groups + 1, false);
    }
    return "STRUCT(" + fields + ")";
  }

  const std::vector<SchemaElement>& elements_;
  std::size_t next_ = 0;
  SchemaColumns result_;
};

}  // namespace

SchemaColumns schema_columns(const std::vector<SchemaElement>& elements) {
  return ColumnReader(elements).read();
}

}  // namespace formats
