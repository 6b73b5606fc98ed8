#include "objects/s3_error.h"

#include "base/markup.h"
#include "base/random.h"

namespace objects {

net::HttpResponse S3Error::answer(std::string_view resource) const {
  net::HttpResponse response;
  response.status = status_;
  const std::string id = base::uuid4();
  response.headers.add("Content-Type", "application/xml");
  response.headers.add("x-amz-request-id", id);
  const std::string condition =
      condition_.empty() ? "" : fmt::format("<Condition>{}</Condition>", base::escaped(condition_));
  response.body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Error><Code>{}</Code><Message>{}</Message>{}<Resource>{}</Resource><RequestId>{}</RequestId></Error>",
      code_, base::escaped(message_), condition, base::escaped(resource), id);
  return response;
}

}  // namespace objects
