#include "objects/s3_cors.h"

#include <string>

namespace objects {

net::HttpResponse answer_preflight(const net::HttpRequest& request) {
  net::HttpResponse response;
  response.status = 204;
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add("Access-Control-Allow-Methods", "GET, HEAD, PUT, POST, DELETE");
  // By name, since a star does not stand for `Authorization`.
  const auto wanted = request.headers.get("Access-Control-Request-Headers");
  response.headers.add("Access-Control-Allow-Headers", wanted ? std::string(*wanted) : "*");
  response.headers.add("Access-Control-Max-Age", "86400");
  response.headers.add("Vary", "Access-Control-Request-Headers");
  return response;
}

void add_cors(net::HttpResponse& response) {
  response.headers.add("Access-Control-Allow-Origin", "*");
  response.headers.add(
      "Access-Control-Expose-Headers",
      "ETag, Last-Modified, Content-Range, Content-Length, Accept-Ranges, Content-Disposition, "
      "x-amz-request-id, *");
}

}  // namespace objects
