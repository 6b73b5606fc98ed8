// Documents of clients: read or refused, at any depth.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "objects/s3_error.h"
#include "objects/xml_document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const objects::XmlDocument document({reinterpret_cast<const char*>(data), size}, "Delete");
    std::size_t bytes = document.root().text_of("Quiet").size();
    for (const objects::XmlElement& object : document.root().children("Object"))
      bytes += object.text_of("Key").size() + object.text().size() + object.name().size();
    if (bytes > size * 2 + 100) __builtin_trap();  // nothing grows on the way
  } catch (const objects::S3Error&) {
  }
  return 0;
}
