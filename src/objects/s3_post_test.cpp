// Forms of pages.
#include <algorithm>

#include "objects/base64.h"
#include "objects/hmac.h"
#include "objects/s3_fixture.h"
#include "objects/sigv4.h"

namespace objects {
namespace {

class S3Forms : public S3Test {
 protected:
  PostRequest request() const {
    return {.bucket = "zarr",
            .key = "mine/a",
            .content_type = "image/png",
            .max_bytes = 10,
            .expires_at = base::now_micros() + kHour};
  }
  Response send(const PostForm& form, const std::string& bytes, const std::string& path = "/zarr") {
    std::string body;
    for (const auto& [name, value] : form)
      body += "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    body += "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" + bytes +
            "\r\n--x--\r\n";
    return raw("POST " + path +
               " HTTP/1.1\r\nHost: localhost\r\nOrigin: http://page\r\nContent-Type: "
               "multipart/form-data; boundary=x\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  static std::string& value(PostForm& form, const std::string& name) {
    return std::ranges::find(form, name, &PostForm::value_type::first)->second;
  }
};

TEST_F(S3Forms, PutWhatTheirPolicyPermits) {
  const Response done = send(store_->presigned_post(request()), "0123456789");
  EXPECT_EQ(done.status, 204);
  EXPECT_EQ(header(done, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(get("mine/a"), "0123456789");
  EXPECT_EQ(store_->head("zarr", "mine/a")->content_type, "image/png");
  EXPECT_EQ(store_->head("zarr", "mine/a")->etag, "781e5e245d69b566979b86e28d23f2c7");
  PostForm by_grant = sign_post(request(), writer("zarr", "mine"), base::now_micros());
  EXPECT_EQ(send(by_grant, "x").status, 204);
}

TEST_F(S3Forms, PutNothingElse) {
  const auto changed = [&](const std::string& name, const std::string& to) {
    PostForm form = store_->presigned_post(request());
    value(form, name) = to;
    return code(send(form, "x"));
  };
  EXPECT_EQ(changed("key", "mine/b"), "403 AccessDenied");
  EXPECT_EQ(changed("Content-Type", "text/html"), "403 AccessDenied");
  EXPECT_EQ(changed("policy", "e30="), "403 SignatureDoesNotMatch");
  EXPECT_EQ(changed("x-amz-signature", std::string(64, '0')), "403 SignatureDoesNotMatch");
  EXPECT_EQ(changed("x-amz-credential", "AKX/20260101/us-east-1/s3/aws4_request"),
            "400 AuthorizationHeaderMalformed");
  EXPECT_EQ(changed("x-amz-algorithm", "AWS4-X"), "400 InvalidRequest");
  EXPECT_EQ(code(send(store_->presigned_post(request()), "0123456789a")), "400 EntityTooLarge");
  EXPECT_EQ(code(send(store_->presigned_post(request()), "x", "/media")), "403 AccessDenied");
  PostForm more = store_->presigned_post(request());
  more.emplace_back("x-amz-meta-owner", "somebody");
  EXPECT_EQ(code(send(more, "x")), "403 AccessDenied");
  PostRequest ended = request();
  ended.expires_at = base::now_micros() - 1'000'000;
  EXPECT_EQ(code(send(store_->presigned_post(ended), "x")), "403 AccessDenied");
  EXPECT_EQ(code(send({{"key", "mine/a"}}, "x")), "403 AccessDenied");
  EXPECT_EQ(code(send(sign_post(request(), writer("zarr", "other"), base::now_micros()), "x")),
            "403 AccessDenied");
  EXPECT_EQ(code(send(sign_post(request(), reader("zarr", "mine"), base::now_micros()), "x")),
            "403 AccessDenied");
  store_->hold("zarr", "mine");
  EXPECT_EQ(code(send(store_->presigned_post(request()), "x")), "403 AccessDenied");
  EXPECT_EQ(files_on_disk(), 0U);
}

TEST_F(S3Forms, SendThePageWhereTheirPolicySays) {
  const auto form = [&](const std::string& to, const std::string& condition) {
    PostForm fields = store_->presigned_post(request());
    const std::string policy = base64_decode(value(fields, "policy")).value();
    const std::size_t at = policy.find("\"conditions\":[") + 14;
    value(fields, "policy") = jose::base64_encode(policy.substr(0, at) + condition + policy.substr(at));
    const Credentials& own = store_->key().own();
    const Signature signature = read_form_signature(
        value(fields, "x-amz-algorithm"), value(fields, "x-amz-credential"), value(fields, "x-amz-date"));
    value(fields, "x-amz-signature") =
        hex(hmac_sha256(signing_key(own.secret_key, signature), value(fields, "policy")));
    fields.emplace_back("success_action_redirect", to);
    return fields;
  };
  const auto sent_to = [&](const std::string& to) {
    return send(form(to, "{\"success_action_redirect\":\"" + to + "\"},"), "x");
  };
  const std::string told = "bucket=zarr&key=mine%2Fa&etag=%229dd4e461268c8034f5c8564e155c67a6%22";
  const Response done = sent_to("https://lab.org/done");
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(header(done, "Location"), "https://lab.org/done?" + told);
  EXPECT_EQ(get("mine/a"), "x");
  EXPECT_EQ(header(sent_to("https://lab.org/done?a=b#c"), "Location"), "https://lab.org/done?a=b&" + told);
  for (const char* other : {"javascript:alert(1)", "/done", "//lab.org", "https://"})
    EXPECT_EQ(sent_to(other).status, 204) << other;
  EXPECT_EQ(code(send(form("https://evil.org/", ""), "x")), "403 AccessDenied");
  EXPECT_EQ(code(send(form("https://evil.org/", "{\"success_action_redirect\":\"https://lab.org/\"},"), "x")),
            "403 AccessDenied");
}

TEST_F(S3Forms, AreAskedAboutByBrowsersBefore) {
  const Response preflight =
      raw("OPTIONS /zarr/a HTTP/1.1\r\nHost: h\r\nOrigin: http://page\r\n"
          "Access-Control-Request-Method: PUT\r\n"
          "Access-Control-Request-Headers: authorization, x-amz-date\r\n\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(header(preflight, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header(preflight, "Access-Control-Allow-Headers"), "authorization, x-amz-date");
  EXPECT_THAT(header(preflight, "Access-Control-Allow-Methods"), testing::HasSubstr("PUT"));
  EXPECT_THAT(header(upload("a", "x"), "Access-Control-Expose-Headers"), testing::HasSubstr("ETag"));
}

}  // namespace
}  // namespace objects
