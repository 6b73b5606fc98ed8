// Buckets. One is there as soon as somebody may use it: nothing has to be made before the first object.
#include <fmt/format.h>

#include "base/markup.h"
#include "objects/s3_error.h"
#include "objects/s3_operation.h"

namespace objects {

std::unique_ptr<Operation> list_buckets(const S3Context& context) {
  return bodyless([context] {
    std::vector<std::string> names{context.caller->grant().bucket};
    if (names.front().empty()) names = context.store.files().buckets();
    std::string rows;
    for (const std::string& name : names) {
      rows += fmt::format("<Bucket><Name>{}</Name><CreationDate>{}</CreationDate></Bucket>",
                          base::escaped(name), xml_time(0));
    }
    return xml_answer(200,
                      fmt::format("<ListAllMyBucketsResult xmlns=\"{}\"><Owner><ID>arkitektd</ID></Owner>"
                                  "<Buckets>{}</Buckets></ListAllMyBucketsResult>",
                                  kNamespace, rows));
  });
}

std::unique_ptr<Operation> probe_bucket(const S3Context& context) {
  context.caller->must_know(context.request->bucket);
  return bodyless([context] {
    // An empty place is us-east-1: the region that clients sign for unless they are told another.
    net::HttpResponse response =
        context.request->http.method == "HEAD"
            ? net::HttpResponse()
            : xml_answer(200, fmt::format("<LocationConstraint xmlns=\"{}\"/>", kNamespace));
    response.headers.add("x-amz-bucket-region", context.store.region());
    return response;
  });
}

std::unique_ptr<Operation> make_bucket(const S3Context& context) {
  context.caller->must_write(context.request->bucket, "");
  return bodyless([context] {
    context.store.files().make_bucket(context.request->bucket);
    net::HttpResponse response;
    response.headers.add("Location", "/" + context.request->bucket);
    return response;
  });
}

}  // namespace objects
