#include "objects/s3_request.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "objects/key_path.h"
#include "objects/s3_error.h"

namespace objects {

S3Request::S3Request(net::HttpRequest request) : http(std::move(request)) {
  try {
    parameters = net::parse_form(http.query);
  } catch (const base::Error& error) {
    throw S3Error(400, "InvalidURI", "{}", error.message());
  }
  const std::string_view path = std::string_view(http.path).substr(1);
  const std::size_t slash = std::min(path.find('/'), path.size());
  bucket = path.substr(0, slash);
  if (bucket.empty() && slash < path.size())
    throw S3Error(400, "InvalidBucketName", "The bucket is missing.");
  if (bucket.empty()) return;
  check_bucket(bucket);
  key = path.substr(std::min(slash + 1, path.size()));
  if (!key.empty()) check_key(key);
}

std::string_view S3Request::header(std::string_view name) const {
  return http.headers.get(name).value_or(std::string_view());
}

bool S3Request::has(std::string_view name) const { return parameter(name).has_value(); }

std::optional<std::string_view> S3Request::parameter(std::string_view name) const {
  for (const auto& [each, value] : parameters) {
    if (each == name) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> S3Request::number(std::string_view name, std::uint64_t largest) const {
  const auto text = parameter(name);
  if (!text) return std::nullopt;
  const auto value = read_number(*text);
  if (!value || *value > largest) {
    throw S3Error(400, "InvalidArgument", "The parameter {} must be a number from 0 to {}.", name, largest);
  }
  return value;
}

void check_key(std::string_view key) {
  if (!base::is_valid_utf8(key)) throw S3Error(400, "InvalidArgument", "The key is not UTF-8.");
  // Length, emptiness and U+0000 are what no path can have.
  path_of_key(key);
  for (const std::string_view part : base::split(key, '/')) {
    if (part == "." || part == "..")
      throw S3Error(400, "InvalidArgument", "A part of the key is `{}`, which keys here cannot have.", part);
  }
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace objects
