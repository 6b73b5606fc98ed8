// What an operator is told of the requests.
#include "objects/s3_fixture.h"

namespace objects {
namespace {

class S3MetricsTest : public S3Test {
 protected:
  double figure(const std::string& series) {
    const std::string page = "\n" + metrics_.render();
    const std::size_t at = page.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(page.substr(at + series.size() + 2));
  }
  double requests(const std::string& operation, const std::string& status) {
    return figure("arkitektd_objects_requests_total{operation=\"" + operation + "\",status=\"" + status +
                  "\"}");
  }
  double received() { return figure("arkitektd_objects_received_bytes_total"); }
  double sent() { return figure("arkitektd_objects_sent_bytes_total"); }
};

TEST_F(S3MetricsTest, CountsRequestsByOperationAndClassOfStatus) {
  upload("a", "12345");
  download("a");
  download("nothing");
  download("a", {{"If-None-Match", "*"}});
  ask({.method = "HEAD"});
  ask({.method = "DELETE"}, reader());
  ask({.path = "/zarr", .query = "list-type=2"});
  raw(head_of(request_of({.method = "OPTIONS"}), 0));
  EXPECT_EQ(requests("PutObject", "2xx"), 1);
  EXPECT_EQ(requests("GetObject", "2xx"), 1);
  EXPECT_EQ(requests("GetObject", "3xx"), 1);
  EXPECT_EQ(requests("GetObject", "4xx"), 1);
  EXPECT_EQ(requests("HeadObject", "2xx"), 1);
  EXPECT_EQ(requests("DeleteObject", "4xx"), 1) << "refused, but known";
  EXPECT_EQ(requests("ListObjects", "2xx"), 1);
  EXPECT_EQ(requests("Preflight", "2xx") + requests("Preflight", "4xx"), 1);
  EXPECT_EQ(requests("unknown", "4xx"), 0);
}

TEST_F(S3MetricsTest, CountsPartsAsWhatTheyAre) {
  const std::string upload_id =
      inside(ask({.method = "POST", .path = "/zarr/b", .query = "uploads="}).body, "UploadId");
  ask({.method = "PUT", .path = "/zarr/b", .query = "partNumber=1&uploadId=" + upload_id, .body = "part"});
  ask({.method = "DELETE", .path = "/zarr/b", .query = "uploadId=" + upload_id});
  EXPECT_EQ(requests("CreateMultipartUpload", "2xx"), 1);
  EXPECT_EQ(requests("UploadPart", "2xx"), 1);
  EXPECT_EQ(requests("AbortMultipartUpload", "2xx"), 1);
  EXPECT_EQ(requests("PutObject", "2xx") + requests("DeleteObject", "2xx"), 0);
}

TEST_F(S3MetricsTest, CallsUnknownWhatIsRefusedBeforeItIsLookedAt) {
  raw(head_of(request_of({.path = "/zarr/a"}), 0));
  ask({.path = "/zarr/a", .query = "acl="});
  EXPECT_EQ(requests("unknown", "4xx"), 1);
  EXPECT_EQ(requests("unknown", "5xx"), 1);
  EXPECT_EQ(requests("GetObject", "4xx"), 0);
}

TEST_F(S3MetricsTest, CountsBytesOfBodiesBothWays) {
  const std::string body(300'000, 'x');
  upload("large", body);
  EXPECT_EQ(received(), 300'000);
  EXPECT_EQ(sent(), 0);
  download("large");
  EXPECT_EQ(sent(), 300'000);
  download("large", {{"Range", "bytes=0-9"}});
  EXPECT_EQ(sent(), 300'010);
  ask({.method = "HEAD", .path = "/zarr/large"});
  raw(head_of(request_of({.method = "HEAD"}), 0));
  EXPECT_EQ(sent(), 300'010);
  EXPECT_EQ(received(), 300'000);
}

}  // namespace
}  // namespace objects
