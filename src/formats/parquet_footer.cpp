#include "formats/parquet_footer.h"

#include <algorithm>

#include "base/error.h"
#include "formats/json_document.h"
#include "formats/parquet_schema.h"
#include "formats/thrift_compact.h"

namespace formats {
namespace {

namespace code = base::code;
using base::Error;

constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";

constexpr std::string_view kNoEncryption =
    "The Parquet file is encrypted, so its columns cannot be read here. Write it without encryption.";

[[noreturn]] void fail(std::string_view what) {
  throw Error(code::kValidation,
              "The Parquet footer is damaged: {}. Write the file again and upload it completely.", what);
}

/// The four bytes before the magic, least significant first.
std::uint32_t declared_length(std::string_view trailer) {
  std::uint32_t length = 0;
  for (std::size_t index = 4; index-- > 0;) length = length << 8 | static_cast<unsigned char>(trailer[index]);
  return length;
}

class FooterReader {
 public:
  FooterReader(std::string_view bytes, const ParquetLimits& limits) : reader_(bytes), limits_(limits) {}

  ParquetFooter read() {
    reader_.each_field([&](ThriftField field) { return file_field(field); });
    if (footer_.rows < 0) fail("it counts fewer than 0 rows");
    SchemaColumns schema = schema_columns(elements_);
    // Row groups may come before the schema, so what they hold is compared when both are known.
    if (chunks_ && *chunks_ != schema.leaves.size())
      fail("its row groups have other columns than its schema");
    for (const auto& [codec, leaf] : codecs_) {
      footer_.codecs.push_back({.codec = codec, .column = schema.columns[schema.leaves[leaf]].name});
    }
    footer_.columns = std::move(schema.columns);
    return std::move(footer_);
  }

 private:
  bool file_field(ThriftField field) {
    switch (field.id) {
      case 2:
        if (!elements_.empty()) fail("it has two schemas");
        reader_.each_struct(field, limits_.schema_elements, "schema elements",
                            [&] { elements_.push_back(read_schema_element(reader_)); });
        return true;
      case 3:
        footer_.rows = reader_.integer(field);
        return true;
      case 4:
        reader_.each_struct(field, limits_.row_groups, "row groups", [&] { read_row_group(); });
        return true;
      case 5:
        if (!footer_.metadata.empty()) fail("it has two lists of metadata");
        reader_.each_struct(field, limits_.metadata_entries, "metadata entries", [&] { read_metadata(); });
        return true;
      case 6:
        footer_.created_by = reader_.binary(field);
        return true;
      case 8:
      case 9:
        throw Error(code::kValidation, std::string(kNoEncryption));
      default:
        return false;
    }
  }

  void read_row_group() {
    std::size_t count = 0;
    reader_.each_field([&](ThriftField field) {
      if (field.id != 1) return false;
      std::size_t position = 0;
      count = reader_.each_struct(field, limits_.schema_elements, "columns in a row group",
                                  [&] { read_chunk(position++); });
      return true;
    });
    if (chunks_ && *chunks_ != count) fail("its row groups differ in their columns");
    chunks_ = count;
  }

  void read_chunk(std::size_t position) {
    std::optional<ParquetCodec> codec;
    reader_.each_field([&](ThriftField field) {
      switch (field.id) {
        case 1:
          throw Error(code::kValidation,
                      "The Parquet file's columns lie in other files. Write everything into one file.");
        case 3:
          if (field.type != ThriftType::kStruct) return false;
          codec = read_codec();
          return true;
        case 8:
        case 9:
          throw Error(code::kValidation, std::string(kNoEncryption));
        default:
          return false;
      }
    });
    if (!codec) fail("a column chunk has no metadata");
    const auto known = [&](const auto& use) { return use.first == *codec; };
    if (std::none_of(codecs_.begin(), codecs_.end(), known)) codecs_.emplace_back(*codec, position);
  }

  std::optional<ParquetCodec> read_codec() {
    std::optional<ParquetCodec> codec;
    reader_.each_field([&](ThriftField field) {
      if (field.id != 4) return false;
      const std::int32_t number = reader_.i32(field);
      if (number < 0 || number > static_cast<std::int32_t>(ParquetCodec::kLz4Raw)) {
        throw Error(code::kValidation,
                    "A column of the Parquet file is compressed by an unknown method ({}).", number);
      }
      codec = static_cast<ParquetCodec>(number);
      return true;
    });
    return codec;
  }

  void read_metadata() {
    auto& [key, value] = footer_.metadata.emplace_back();
    reader_.each_field([&](ThriftField field) {
      if (field.id == 1) key = reader_.binary(field);
      if (field.id == 2) value = reader_.binary(field);
      return field.id == 1 || field.id == 2;
    });
  }

  ThriftReader reader_;
  const ParquetLimits& limits_;
  ParquetFooter footer_;
  std::vector<SchemaElement> elements_;
  std::vector<std::pair<ParquetCodec, std::size_t>> codecs_;  ///< and the first leaf
  std::optional<std::size_t> chunks_;                         ///< in each row group
};

}  // namespace

std::string_view to_string(ParquetCodec codec) {
  switch (codec) {
    case ParquetCodec::kUncompressed:
      return "UNCOMPRESSED";
    case ParquetCodec::kSnappy:
      return "SNAPPY";
    case ParquetCodec::kGzip:
      return "GZIP";
    case ParquetCodec::kLzo:
      return "LZO";
    case ParquetCodec::kBrotli:
      return "BROTLI";
    case ParquetCodec::kLz4:
      return "LZ4";
    case ParquetCodec::kZstd:
      return "ZSTD";
    case ParquetCodec::kLz4Raw:
      return "LZ4_RAW";
  }
  return "UNKNOWN";
}

std::size_t parquet_footer_size(std::string_view end, std::uint64_t object_size,
                                const ParquetLimits& limits) {
  if (end.size() >= kParquetTrailer && end.ends_with(kEncryptedMagic)) {
    throw Error(code::kValidation, std::string(kNoEncryption));
  }
  if (end.size() < kParquetTrailer || !end.ends_with(kMagic)) {
    throw Error(code::kValidation,
                "This is no Parquet file: it does not end with \"{}\". Upload a complete Parquet file.",
                kMagic);
  }
  const std::uint64_t size = declared_length(end.substr(end.size() - kParquetTrailer)) + kParquetTrailer;
  // The magic stands at the start of the file, too.
  if (size > object_size || object_size - size < kMagic.size()) fail("it is larger than the file");
  if (size > limits.footer_bytes) {
    throw Error(
        code::kValidation,
        "The Parquet footer has {} bytes; at most {} are read. Write larger row groups or fewer columns.",
        size, limits.footer_bytes);
  }
  return static_cast<std::size_t>(size);
}

ParquetFooter read_parquet_footer(std::string_view end, const ParquetLimits& limits) {
  const std::size_t size = parquet_footer_size(end, end.size() + kMagic.size(), limits);
  const std::string_view bytes = end.substr(end.size() - size, size - kParquetTrailer);
  return FooterReader(bytes, limits).read();
}

void check_codecs(const ParquetFooter& footer, std::span<const ParquetCodec> allowed) {
  for (const ParquetCodecUse& use : footer.codecs) {
    if (std::find(allowed.begin(), allowed.end(), use.codec) != allowed.end()) continue;
    std::string names;
    for (const ParquetCodec codec : allowed) {
      if (!names.empty()) names += ", ";
      names += to_string(codec);
    }
    throw Error(code::kValidation, "Column {} is compressed with {}; write the file with one of {}.",
                shown(use.column), to_string(use.codec), names);
  }
}

}  // namespace formats
