#include "objects/post_policy.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "base/text.h"
#include "objects/base64.h"
#include "objects/hmac.h"
#include "objects/s3_error.h"
#include "objects/sigv4.h"

namespace objects {
namespace {

using base::Json;
using Fields = std::vector<FormReader::Field>;

[[noreturn]] void bad_policy(std::string_view why) {
  throw S3Error(400, "InvalidPolicyDocument", "The form's policy cannot be used: {}.", why);
}

[[noreturn]] void denied(std::string_view why) {
  throw S3Error(403, "AccessDenied", "Invalid according to Policy: {}.", why);
}

std::string_view field(const Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FormReader::Field::name);
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

Json read_policy(std::string_view encoded) {
  const auto text = base64_decode(encoded);
  if (!text) bad_policy("it is not base64");
  try {
    Json policy = Json::parse(*text);
    if (policy.is_object()) return policy;
  } catch (const base::Error&) {
  }
  bad_policy("it is no JSON object");
}

std::string_view text_of(const Json& value) {
  if (!value.is_string()) bad_policy("a condition holds what is no text");
  return value.as_string();
}

std::uint64_t size_of(const Json& value) {
  const auto size = value.as_int64();
  if (!size || *size < 0) bad_policy("a length is no whole number");
  return static_cast<std::uint64_t>(*size);
}

/// Goes through a policy's conditions and remembers which fields they met.
class Conditions {
 public:
  Conditions(const Fields& fields, std::string_view bucket, std::string_view key)
      : fields_(fields), bucket_(bucket), key_(key) {}

  void check(const Json& condition) {
    if (condition.is_object()) {
      for (const auto& [name, value] : condition.members()) compare(name, text_of(value), false);
      return;
    }
    if (!condition.is_array() || condition.items().size() != 3) bad_policy("a condition has another shape");
    const std::string how = base::fold_case(text_of(condition.items()[0]));
    const Json& second = condition.items()[1];
    const Json& third = condition.items()[2];
    if (how == "content-length-range") {
      min_bytes = std::max(min_bytes, size_of(second));
      max_bytes = std::min(max_bytes, size_of(third));
    } else if (how == "eq" || how == "starts-with") {
      std::string_view name = text_of(second);
      if (!name.starts_with('$')) bad_policy("a condition's field begins with no $");
      compare(name.substr(1), text_of(third), how == "starts-with");
    } else {
      bad_policy("it has a condition that is not known");
    }
  }

  /// Whatever nobody signed could have been put in by anybody.
  void check_all_met() const {
    for (const FormReader::Field& each : fields_) {
      const bool is_free =
          each.name == "policy" || each.name == "x-amz-signature" || each.name.starts_with("x-ignore-");
      if (!is_free && !met_.contains(each.name))
        denied("the field " + each.name + " is not among its conditions");
    }
    if (!met_.contains("key")) denied("it says nothing of the key");
    if (!met_.contains("bucket")) denied("it says nothing of the bucket");
  }

  std::uint64_t min_bytes = 0;
  std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max();

 private:
  void compare(std::string_view given, std::string_view expected, bool is_prefix) {
    const std::string name = base::fold_case(given);
    const std::string_view value = name == "bucket" ? bucket_ : name == "key" ? key_ : field(fields_, name);
    if (is_prefix ? !value.starts_with(expected) : value != expected) denied("the condition on " + name);
    met_.insert(name);
  }

  const Fields& fields_;
  const std::string_view bucket_;
  const std::string_view key_;
  std::set<std::string> met_;
};

Caller signer_of(const Fields& fields, const GrantKey& grants, std::int64_t now) {
  Signature signature = read_form_signature(field(fields, "x-amz-algorithm"),
                                            field(fields, "x-amz-credential"), field(fields, "x-amz-date"));
  signature.session_token = field(fields, "x-amz-security-token");
  GrantKey::Opened opened = grants.open(signature.access_key, signature.session_token, now);
  const std::string expected =
      hex(hmac_sha256(signing_key(opened.secret_key, signature), field(fields, "policy")));
  if (!base::equal_in_constant_time(expected, field(fields, "x-amz-signature"))) {
    throw S3Error(
        403, "SignatureDoesNotMatch",
        "The signature is not the one that the secret key of this access key makes for the policy.");
  }
  return {std::move(signature), std::move(opened)};
}

}  // namespace

PostPermission check_post(const Fields& fields, std::string_view bucket, std::string_view key,
                          const GrantKey& grants, std::int64_t now) {
  std::set<std::string_view> names;
  for (const FormReader::Field& each : fields) {
    if (!base::is_valid_utf8(each.name) || !base::is_valid_utf8(each.value))
      bad_policy("a field is not UTF-8");
    if (!names.insert(each.name).second) denied("a field is there twice");
  }
  if (field(fields, "policy").empty())
    throw S3Error(403, "AccessDenied", "The form has no signed policy, which every form here needs.");
  Caller caller = signer_of(fields, grants, now);
  const Json policy = read_policy(field(fields, "policy"));
  const Json* expiration = policy.find("expiration");
  const auto ends = expiration != nullptr ? base::parse_datetime(text_of(*expiration)) : std::nullopt;
  if (!ends) bad_policy("its expiration is no time");
  if (now >= *ends) denied("it has expired");
  Conditions conditions(fields, bucket, key);
  const Json* listed = policy.find("conditions");
  if (listed == nullptr || !listed->is_array()) bad_policy("it has no conditions");
  for (const Json& condition : listed->items()) conditions.check(condition);
  conditions.check_all_met();
  caller.must_write(bucket, key);
  return {std::move(caller), conditions.min_bytes, conditions.max_bytes};
}

}  // namespace objects
