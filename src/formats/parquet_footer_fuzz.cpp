// The input is a footer without its trailer, which would keep everything else from being reached.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "formats/parquet_footer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string end(reinterpret_cast<const char*>(data), size);
  for (unsigned shift = 0; shift < 32; shift += 8) end += static_cast<char>(size >> shift & 0xFF);
  end += "PAR1";
  try {
    const formats::ParquetFooter footer = formats::read_parquet_footer(end);
    if (footer.columns.empty() || footer.rows < 0) std::abort();
    for (const formats::ParquetColumn& column : footer.columns) {
      if (column.type.empty() || !base::is_valid_utf8(column.name)) std::abort();
    }
    formats::check_codecs(footer, formats::kTableCodecs);
  } catch (const base::Error& error) {
    if (error.code() != base::code::kValidation) std::abort();
  }
  return 0;
}
