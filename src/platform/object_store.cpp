#include "platform/object_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/text.h"
#include "objects/key_path.h"
#include "objects/s3_error.h"
#include "objects/s3_server.h"
#include "platform/start_error.h"
#include "service/health.h"
#include "services/lok/provisioning/first_configuration.h"

namespace platform {
namespace {

using base::Error;
using base::Json;
namespace code = base::code;

constexpr const char* kKeyFile = "objects.key";
constexpr std::size_t kKeyBytes = 32;
constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kLongest = 36LL * 60 * 60 * kSecond;

// They wait for the disk most of the time.
std::size_t worker_count() { return std::max<std::size_t>(16, 4 * std::thread::hardware_concurrency()); }

// More at once would be no faster: they wait for one disk. Some clients ask for a hundred copies at once,
// none of which may be told to come again only because of that.
constexpr std::size_t kLongAtOnce = 4;
constexpr std::size_t kLongWaiting = 256;

objects::GrantKey grant_key(const DataDirectory& data) {
  const std::string file = data.file(kKeyFile);
  if (!data.has(kKeyFile)) lok::write_private_file(file, base::random_token(kKeyBytes) + "\n");
  std::ifstream stream(file);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  try {
    return objects::GrantKey(jose::base64url_decode(base::trim(text)));
  } catch (const Error&) {
    throw StartError(Exit::kConfiguration,
                     file +
                         " holds no key of an object store. Restore it, or remove it: a new one is made, and "
                         "permissions given with the old one end.");
  }
}

std::string text(const Json& arguments, std::string_view name) {
  const Json* value = arguments.find(name);
  return value != nullptr && value->is_string() ? value->as_string() : "";
}

/// `30s`, `45m`, `12h` in microseconds.
std::int64_t time_span(const std::string& wanted) {
  std::int64_t count = 0;
  const char* end = wanted.data() + wanted.size();
  const auto [unit, error] = std::from_chars(wanted.data(), end, count);
  const std::string_view rest(unit, static_cast<std::size_t>(end - unit));
  const std::int64_t scale = rest == "s" ? 1 : rest == "m" ? 60 : rest == "h" ? 3600 : 0;
  if (error != std::errc() || scale == 0 || count < 1 || count > kLongest / kSecond / scale) {
    throw Error(code::kValidation,
                "'{}' is not how long a permission can last: write 12h, 45m or 30s, at most 36h.", wanted);
  }
  return count * scale * kSecond;
}

objects::Grant read_grant(const Json& arguments) {
  objects::Grant grant;
  grant.bucket = text(arguments, "bucket");
  grant.key = text(arguments, "prefix");
  while (grant.key.ends_with('/')) grant.key.pop_back();
  if (!grant.key.empty() && grant.bucket.empty()) {
    throw Error(code::kValidation, "A prefix is one in a bucket: name it with --bucket.");
  }
  try {
    if (!grant.bucket.empty()) objects::check_bucket(grant.bucket);
    if (!grant.key.empty()) objects::path_of_key(grant.key);
  } catch (const objects::S3Error& error) {
    throw Error(code::kValidation, "'{}' cannot be: {}", grant.bucket + "/" + grant.key, error.what());
  }
  const Json* write = arguments.find("write");
  const bool may_write = write != nullptr && write->is_bool() && write->as_bool();
  grant.access = may_write ? objects::Grant::Access::kWrite : objects::Grant::Access::kRead;
  const std::string expires = text(arguments, "expires");
  grant.expires_at = base::now_micros() + time_span(expires.empty() ? "1h" : expires);
  return grant;
}

}  // namespace

ObjectStore::ObjectStore(const DataDirectory& data)
    : store_(data.file("objects"), grant_key(data)),
      workers_("objects", worker_count()),
      copies_("object-copies", kLongAtOnce, kLongWaiting),
      joins_("object-joins", kLongAtOnce, kLongWaiting) {
  store_.remove_old_uploads();
}

void ObjectStore::stop() {
  copies_.stop();
  joins_.stop();
  workers_.stop();
}

net::Router ObjectStore::router(jose::Key instance_key) {
  net::Router router;
  net::Router::Options open;
  open.cors = true;
  router.http(
      "GET", "/ht",
      [key = std::optional(std::move(instance_key))](const net::HttpRequest& request,
                                                     const net::Respond& respond) {
        respond(service::answer_challenge(request, key));
      },
      open);
  objects::serve_s3(router, store_, {workers_, copies_, joins_}, base::metrics::process());
  return router;
}

Json ObjectStore::administer(std::string_view command, const Json& arguments, const std::string& url) {
  if (command != "s3 grant") throw Error(code::kNotFound, "There is no command '{}'.", command);
  const objects::Grant grant = read_grant(arguments);
  const objects::Credentials made = store_.key().issue(grant);
  return Json::object({{"AWS_ACCESS_KEY_ID", made.access_key},
                       {"AWS_SECRET_ACCESS_KEY", made.secret_key},
                       {"AWS_SESSION_TOKEN", made.session_token},
                       {"AWS_REGION", store_.region()},
                       {"AWS_DEFAULT_REGION", store_.region()},
                       {"AWS_ENDPOINT_URL", url}});
}

}  // namespace platform
