// Whatever is accepted prints to text that parses to the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto peeked = base::peek_string(text, "token");
  base::Json value;
  try {
    value = base::Json::parse(text);
  } catch (const base::Error&) {
    return 0;
  }
  // The first of two members of one name is peeked at, the last one counts.
  if (value["token"].is_string() && !peeked) std::abort();
  const std::string printed = value.dump();
  if (base::Json::parse(printed).dump() != printed) std::abort();
  const std::string ascii = base::dump_like_python(value, {.spaces = true, .ascii_only = true});
  const base::Json again = base::Json::parse(ascii);
  if (base::dump_like_python(again, {.spaces = true, .ascii_only = true}) != ascii) std::abort();
  return 0;
}
