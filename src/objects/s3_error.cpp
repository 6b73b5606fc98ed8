#include "objects/s3_error.h"

#include "base/random.h"

namespace objects {

net::HttpResponse S3Error::answer(std::string_view resource) const {
  net::HttpResponse response;
  response.status = status_;
  const std::string id = base::uuid4();
  response.headers.add("Content-Type", "application/xml");
  response.headers.add("x-amz-request-id", id);
  response.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Error><Code>{}</Code><Message>{}</Message><Resource>{}</Resource><RequestId>{}</RequestId></Error>",
      code_, xml_escaped(message_), xml_escaped(resource), id);
  return response;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':  // a parser would make a line feed of it
        out += "&#13;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

}  // namespace objects
