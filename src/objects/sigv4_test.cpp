#include "objects/sigv4.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::int64_t kThen = *base::parse_datetime("2013-05-24T00:00:10Z");

struct Parts {
  std::string method = "GET";
  std::string path = "/";
  std::string query = "";
  std::vector<std::pair<std::string, std::string>> headers;
};

net::HttpRequest request_of(const Parts& parts) {
  net::HttpRequest request;
  request.method = parts.method;
  request.path = parts.path;
  request.query = parts.query;
  for (const auto& [name, value] : parts.headers) request.headers.add(name, value);
  return request;
}

std::string authorization(const std::string& headers, const std::string& signature) {
  return "AWS4-HMAC-SHA256 "
         "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" +
         headers + ",Signature=" + signature;
}

std::string verdict(const net::HttpRequest& request, std::string_view secret = kSecret,
                    std::int64_t now = kThen) {
  try {
    const std::optional<Signature> signature = read_signature(request);
    if (!signature) return "unsigned";
    check_signature(request, *signature, secret, now);
    return "good";
  } catch (const S3Error& error) {
    return error.code();
  }
}

// The examples of Amazon's reference.
Parts documented_get() {
  return {.path = "/test.txt",
          .headers = {{"Host", "examplebucket.s3.amazonaws.com"},
                      {"Range", "bytes=0-9"},
                      {"x-amz-content-sha256", kEmpty},
                      {"x-amz-date", "20130524T000000Z"},
                      {"Authorization",
                       authorization("host;range;x-amz-content-sha256;x-amz-date",
                                     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")}}};
}

TEST(SignatureV4, AcceptsTheDocumentedExamples) {
  EXPECT_EQ(verdict(request_of(documented_get())), "good");
  const Parts put{
      .method = "PUT",
      .path = "/test$file.text",
      .headers = {
          {"Host", "examplebucket.s3.amazonaws.com"},
          {"Date", "Fri, 24 May 2013 00:00:00 GMT"},
          {"x-amz-date", "20130524T000000Z"},
          {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
          {"x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"},
          {"Authorization",
           authorization("date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")}}};
  EXPECT_EQ(verdict(request_of(put)), "good");
  for (const auto& [query, signature] :
       {std::pair("lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        std::pair("max-keys=2&prefix=J",
                  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")}) {
    const Parts list{
        .query = query,
        .headers = {{"Host", "examplebucket.s3.amazonaws.com"},
                    {"x-amz-date", "20130524T000000Z"},
                    {"x-amz-content-sha256", kEmpty},
                    {"Authorization", authorization("host;x-amz-content-sha256;x-amz-date", signature)}}};
    EXPECT_EQ(verdict(request_of(list)), "good") << query;
  }
}

constexpr const char* kPresigned =
    "X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

TEST(SignatureV4, AcceptsTheDocumentedPresignedAddressUntilItExpires) {
  const net::HttpRequest request = request_of(
      {.path = "/test.txt", .query = kPresigned, .headers = {{"Host", "examplebucket.s3.amazonaws.com"}}});
  EXPECT_EQ(verdict(request), "good");
  constexpr std::int64_t kDay = 86'400'000'000;
  const std::int64_t signed_at = *base::parse_datetime("2013-05-24T00:00:00Z");
  EXPECT_EQ(verdict(request, kSecret, signed_at + kDay - 1), "good");
  EXPECT_EQ(verdict(request, kSecret, signed_at + kDay), "AccessDenied");
}

// What obstore, the store of the official clients, was seen to send.
TEST(SignatureV4, AcceptsAListingOfTheOfficialClient) {
  const Parts list{
      .path = "/zarr",
      .query = "list-type=2&prefix=38b3eff8baf56627478ec76a704e9b52%2F",
      .headers = {{"host", "127.0.0.1:18099"},
                  {"x-amz-content-sha256", kEmpty},
                  {"x-amz-date", "20261123T180610Z"},
                  {"x-amz-security-token", "tok/en+with=chars"},
                  {"authorization",
                   "AWS4-HMAC-SHA256 Credential=AKIDTEST/20261123/us-east-1/s3/aws4_request, "
                   "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, "
                   "Signature=124fbae6b2d1f9f3203333f469e3d6f6c427329aa8453ed5a44c7de40f263b42"}}};
  const net::HttpRequest request = request_of(list);
  const std::int64_t now = *base::parse_datetime("2026-11-23T18:06:10Z");
  EXPECT_EQ(verdict(request, "secretkey", now), "good");
  EXPECT_EQ(read_signature(request)->session_token, "tok/en+with=chars");
  EXPECT_EQ(read_signature(request)->access_key, "AKIDTEST");
}

TEST(SignatureV4, CoversWhatItSigns) {
  EXPECT_EQ(verdict(request_of(documented_get()), "another"), "SignatureDoesNotMatch");
  const auto changed = [](auto change) {
    Parts parts = documented_get();
    change(parts);
    return verdict(request_of(parts));
  };
  EXPECT_EQ(changed([](Parts& parts) { parts.method = "DELETE"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Parts& parts) { parts.path = "/test.tx"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Parts& parts) { parts.query = "acl"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Parts& parts) { parts.headers[0].second = "other"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Parts& parts) { parts.headers[1].second = "bytes=0-8"; }), "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Parts& parts) { parts.headers[1].second = " bytes=0-9  "; }), "good");
  EXPECT_EQ(changed([](Parts& parts) { parts.headers.emplace_back("Range", "bytes=5-6"); }),
            "SignatureDoesNotMatch");
  EXPECT_EQ(changed([](Parts& parts) { parts.headers.emplace_back("User-Agent", "x"); }), "good");
}

TEST(SignatureV4, LeavesNoAmazonHeaderUnsigned) {
  Parts parts = documented_get();
  parts.headers.emplace_back("X-Amz-Security-Token", "stolen");
  EXPECT_EQ(verdict(request_of(parts)), "AccessDenied");
  parts = documented_get();
  parts.headers.back().second =
      authorization("range;x-amz-content-sha256;x-amz-date",
                    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  EXPECT_EQ(verdict(request_of(parts)), "AccessDenied");
}

TEST(SignatureV4, ToleratesAQuarterOfAnHour) {
  const net::HttpRequest request = request_of(documented_get());
  constexpr std::int64_t kMinute = 60'000'000;
  const std::int64_t signed_at = *base::parse_datetime("2013-05-24T00:00:00Z");
  EXPECT_EQ(verdict(request, kSecret, signed_at - 15 * kMinute), "good");
  EXPECT_EQ(verdict(request, kSecret, signed_at - 15 * kMinute - 1), "RequestTimeTooSkewed");
  EXPECT_EQ(verdict(request, kSecret, signed_at + 15 * kMinute - 1), "good");
  EXPECT_EQ(verdict(request, kSecret, signed_at + 15 * kMinute), "RequestTimeTooSkewed");
}

TEST(SignatureV4, KnowsWhatIsNotSigned) {
  EXPECT_EQ(verdict(request_of({.headers = {{"Host", "h"}}})), "unsigned");
}

TEST(SignatureV4, RefusesWhatItCannotRead) {
  const auto with = [](const std::string& text) {
    Parts parts = documented_get();
    parts.headers.back().second = text;
    return verdict(request_of(parts));
  };
  const std::string good = documented_get().headers.back().second;
  const auto without = [&](const std::string& part) {
    std::string text = good;
    return text.erase(text.find(part), part.size());
  };
  EXPECT_EQ(with("Bearer token"), "InvalidRequest");
  EXPECT_EQ(with("AWS4-HMAC-SHA256"), "AuthorizationHeaderMalformed");
  EXPECT_EQ(with("AWS4-HMAC-SHA256 ,,,"), "AuthorizationHeaderMalformed");
  for (const char* part : {"/20130524", "/us-east-1", "/s3", "/aws4_request", "AKIAIOSFODNN7EXAMPLE",
                           "Credential=", "host;range;x-amz-content-sha256;x-amz-date", "Signature="}) {
    EXPECT_EQ(with(without(part)), "AuthorizationHeaderMalformed") << part;
  }
  Parts parts = documented_get();
  parts.query = kPresigned;
  EXPECT_EQ(verdict(request_of(parts)), "InvalidRequest") << "signed in two ways";
  for (const char* time : {"", "20130524", "20130524T000000", "2013-05-24T00:00:00Z", "20130524T250000Z",
                           "20130525T000000Z", "20130524T00000\xc3\xa9"}) {
    parts = documented_get();
    parts.headers[3].second = time;
    EXPECT_EQ(verdict(request_of(parts)), "AuthorizationHeaderMalformed") << time;
  }
  parts = documented_get();
  parts.headers.erase(parts.headers.begin() + 2);
  EXPECT_EQ(verdict(request_of(parts)), "MissingSecurityHeader");
  for (const char* lifetime : {"", "-1", "1e3", "604801", "99999999999999999999", "0x10"}) {
    std::string query = kPresigned;
    query.replace(query.find("86400"), 5, lifetime);
    EXPECT_EQ(verdict(request_of({.query = query, .headers = {{"Host", "h"}}})),
              "AuthorizationQueryParametersError")
        << lifetime;
  }
}

TEST(S3Error, SpeaksXmlWhateverWasAsked) {
  const net::HttpResponse answer = S3Error(404, "NoSuchKey", "No '{}'.", "<a&b>").answer("/x/\"\x01<y>");
  EXPECT_EQ(answer.status, 404);
  EXPECT_NE(answer.body.find("<Code>NoSuchKey</Code><Message>No &#39;&lt;a&amp;b&gt;&#39;.</Message>"
                             "<Resource>/x/&quot; &lt;y&gt;</Resource>"),
            std::string::npos)
      << answer.body;
}

}  // namespace
}  // namespace objects
