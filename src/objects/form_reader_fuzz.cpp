// Forms: whatever way they are cut, the same comes of them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "objects/form_reader.h"
#include "objects/s3_error.h"

namespace {

std::string read(std::string_view body, std::size_t step) {
  std::string out;
  try {
    objects::FormReader reader("multipart/form-data; boundary=x",
                               {[&](const auto& fields, const auto& file) {
                                  for (const auto& field : fields)
                                    out += field.name + "=" + field.value + ";";
                                  out += file.name + file.content_type + ":";
                                },
                                [&](std::string_view bytes) { out += bytes; }});
    for (std::size_t at = 0; at < body.size(); at += step) reader.take(body.substr(at, step));
    reader.finish();
  } catch (const objects::S3Error& error) {
    return "!" + error.code();
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (body.size() > 60'000) return 0;  // the limit before the file counts what has come, however it is cut
  if (read(body, size) != read(body, 1 + data[0])) std::abort();
  return 0;
}
