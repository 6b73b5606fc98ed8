#include "objects/external_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "jose/jose.h"
#include "net/fetch_url.h"
#include "objects/embedded_store.h"
#include "objects/s3_error.h"
#include "objects/xml_document.h"

namespace objects {
namespace {

using base::Json;

constexpr std::int64_t kMicros = 1'000'000;
// What AWS takes; other stores take more, and none takes less.
constexpr std::int64_t kShortestRole = 900;

std::string quoted_etag(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// A refusal of the other store, in its own words if it has any.
[[noreturn]] void refuse(const net::HttpResponse& response) {
  std::string code = "InternalError";
  std::string message = fmt::format("The object store answered {}.", response.status);
  try {
    const XmlDocument error(response.body, "Error");
    if (const std::string told = error.root().text_of("Code"); !told.empty()) code = told;
    if (const std::string told = error.root().text_of("Message"); !told.empty()) message = told;
  } catch (const S3Error&) {
    // No document: HEAD has none, and proxies have their own.
  }
  throw S3Error(response.status, code, "{}", message);
}

std::string form(std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, net::percent_encode(value));
  }
  return text;
}

Json strings(std::initializer_list<std::string> values) {
  Json list = Json::array();
  for (const std::string& value : values) list.push_back(value);
  return list;
}

Json object_actions(const Grant& grant) {
  Json actions = Json::array();
  if (grant.may_read(grant.bucket, grant.key)) actions.push_back("s3:GetObject");
  if (grant.may_write(grant.bucket, grant.key)) {
    for (const char* each : {"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"})
      actions.push_back(each);
  }
  if (grant.may_delete(grant.bucket, grant.key)) actions.push_back("s3:DeleteObject");
  return actions;
}

Json statement(Json actions, Json resources) {
  return Json::object(
      {{"Effect", "Allow"}, {"Action", std::move(actions)}, {"Resource", std::move(resources)}});
}

}  // namespace

std::string inline_policy(const Grant& grant) {
  const std::string bucket = "arn:aws:s3:::" + grant.bucket;
  if ((grant.bucket + grant.key).find_first_of("*?$") != std::string::npos)
    throw S3Error(400, "InvalidArgument", "The key '{}' has a character that opens others in a policy.",
                  grant.key);
  Json objects = grant.key.empty()     ? strings({bucket + "/*"})
                 : grant.is_one_object ? strings({bucket + "/" + grant.key})
                                       : strings({bucket + "/" + grant.key, bucket + "/" + grant.key + "/*"});
  Json statements = Json::array({statement(object_actions(grant), std::move(objects))});
  if (grant.may_list(grant.bucket, grant.key)) {
    Json list = statement(strings({"s3:ListBucket"}), strings({bucket}));
    if (!grant.key.empty()) {
      list.set("Condition",
               Json::object(
                   {{"StringLike", Json::object({{"s3:prefix", strings({grant.key, grant.key + "/*"})}})}}));
    }
    statements.push_back(std::move(list));
  }
  if (grant.may_list_uploads(grant.bucket))
    statements.push_back(statement(strings({"s3:ListBucketMultipartUploads"}), strings({bucket})));
  return Json::object({{"Version", "2012-10-17"}, {"Statement", std::move(statements)}}).dump();
}

ExternalStore::ExternalStore(ExternalSettings settings, Send send)
    : settings_(std::move(settings)), scope_{settings_.region, "s3"}, send_(std::move(send)) {
  const net::FetchUrl url = net::parse_fetch_url(settings_.endpoint);
  host_ = url.authority;
  path_ = url.target;
  while (path_.ends_with('/')) path_.pop_back();
}

Credentials ExternalStore::grant(const Grant& grant) {
  if (settings_.allow_permanent_keys) return own();
  const std::int64_t seconds = std::max(kShortestRole, (grant.expires_at - base::now_micros()) / kMicros);
  net::Outgoing request;
  request.method = "POST";
  request.url = settings_.sts_endpoint.empty() ? settings_.endpoint : settings_.sts_endpoint;
  request.body = form({{"Action", "AssumeRole"},
                       {"Version", "2011-06-15"},
                       {"RoleArn", settings_.role_arn},
                       {"RoleSessionName", settings_.session_name},
                       {"DurationSeconds", std::to_string(seconds)},
                       {"Policy", inline_policy(grant)}});
  if (!settings_.external_id.empty()) request.body += "&" + form({{"ExternalId", settings_.external_id}});
  const net::FetchUrl service = net::parse_fetch_url(request.url);
  net::HttpRequest signed_request;
  signed_request.method = request.method;
  signed_request.target = service.target;
  signed_request.path = signed_request.target;
  signed_request.headers.add("Host", service.authority);
  signed_request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  sign_header(signed_request, own(), jose::sha256_hex(request.body), base::now_micros(),
              {settings_.region, "sts"});
  request.headers = signed_request.headers;
  const net::HttpResponse response = send_(request, settings_.timeout);
  if (response.status != 200) {
    throw S3Error(503, "ServiceUnavailable",
                  "The object store's security token service answered {}. If it has none, set "
                  "`allow_permanent_keys` and know that clients then have the keys of the configuration.",
                  response.status);
  }
  const XmlDocument answer(response.body, "AssumeRoleResponse");
  for (const XmlElement& result : answer.root().children("AssumeRoleResult")) {
    for (const XmlElement& made : result.children("Credentials")) {
      return {made.text_of("AccessKeyId"), made.text_of("SecretAccessKey"), made.text_of("SessionToken")};
    }
  }
  throw S3Error(503, "ServiceUnavailable", "The object store's security token service gave no keys.");
}

net::HttpResponse ExternalStore::ask(std::string method, std::string_view bucket, std::string_view key,
                                     const std::string& query, net::Headers headers,
                                     std::size_t largest) const {
  net::HttpRequest request;
  request.method = std::move(method);
  request.path = fmt::format("{}/{}{}{}", path_, bucket, key.empty() ? "" : "/", key);
  request.query = query;
  const std::string address = key.empty() ? "/" + std::string(bucket) : address_of(bucket, key);
  request.target = path_ + address + (query.empty() ? "" : "?" + query);
  request.headers = std::move(headers);
  request.headers.add("Host", host_);
  sign_header(request, own(), jose::sha256_hex(""), base::now_micros(), scope_);
  net::Outgoing outgoing;
  outgoing.method = request.method;
  const net::FetchUrl url = net::parse_fetch_url(settings_.endpoint);
  outgoing.url = fmt::format("{}://{}{}", url.tls ? "https" : "http", host_, request.target);
  outgoing.headers = std::move(request.headers);
  outgoing.largest_answer = largest;
  return send_(outgoing, settings_.timeout);
}

std::string ExternalStore::presigned_get(std::string_view bucket, std::string_view key, std::string_view host,
                                         std::chrono::seconds lifetime) {
  net::HttpRequest request;
  request.method = "GET";
  request.path = fmt::format("{}/{}/{}", path_, bucket, key);
  request.target = path_ + address_of(bucket, key);
  request.headers.add("Host", std::string(host));
  sign_query(request, own(), lifetime, base::now_micros(), scope_);
  return request.target + "?" + request.query;
}

PostForm ExternalStore::presigned_post(const PostRequest& request) {
  return sign_post(request, own(), base::now_micros(), scope_);
}

std::optional<ObjectFacts> ExternalStore::head(std::string_view bucket, std::string_view key) {
  const net::HttpResponse response = ask("HEAD", bucket, key);
  if (response.status == 404) return std::nullopt;
  if (response.status != 200) refuse(response);
  ObjectFacts facts;
  facts.size = number(response.headers.get("Content-Length").value_or("0"));
  facts.etag = quoted_etag(response.headers.get("ETag").value_or(""));
  facts.content_type = response.headers.get("Content-Type").value_or(facts.content_type);
  return facts;
}

std::string ExternalStore::read(std::string_view bucket, std::string_view key, std::uint64_t offset,
                                std::size_t size) {
  if (size == 0) return "";
  net::Headers headers;
  headers.add("Range", fmt::format("bytes={}-{}", offset, offset + size - 1));
  net::HttpResponse response = ask("GET", bucket, key, "", std::move(headers), size + net::kLargestFetch);
  // Nothing is left at the end of an object, and an empty one has no range at all.
  if (response.status == 416) return "";
  if (response.status != 206 && response.status != 200) refuse(response);
  if (response.status == 200) response.body.erase(0, std::min<std::size_t>(offset, response.body.size()));
  if (response.body.size() > size) response.body.resize(size);
  return std::move(response.body);
}

ObjectList ExternalStore::list(std::string_view bucket, const ListRequest& request) {
  std::string query =
      form({{"list-type", "2"}, {"max-keys", std::to_string(request.limit)}, {"prefix", request.prefix}});
  if (request.by_folder) query += "&delimiter=%2F";
  if (!request.after.empty()) query += "&start-after=" + net::percent_encode(request.after);
  const net::HttpResponse response = ask("GET", bucket, "", query);
  if (response.status != 200) refuse(response);
  const XmlDocument answer(response.body, "ListBucketResult");
  ObjectList list;
  list.is_truncated = answer.root().text_of("IsTruncated") == "true";
  for (const XmlElement& object : answer.root().children("Contents")) {
    ObjectFacts facts;
    facts.size = number(object.text_of("Size"));
    facts.etag = quoted_etag(object.text_of("ETag"));
    facts.modified_at = base::parse_datetime(object.text_of("LastModified")).value_or(0);
    list.entries.push_back({object.text_of("Key"), std::move(facts)});
  }
  for (const XmlElement& folder : answer.root().children("CommonPrefixes")) {
    list.entries.push_back({folder.text_of("Prefix"), std::nullopt});
  }
  std::ranges::sort(list.entries, {}, &ObjectList::Entry::key);
  return list;
}

bool ExternalStore::remove(std::string_view bucket, std::string_view key) {
  const net::HttpResponse response = ask("DELETE", bucket, key);
  if (response.status == 404) return false;
  if (response.status != 204 && response.status != 200) refuse(response);
  return true;
}

}  // namespace objects
