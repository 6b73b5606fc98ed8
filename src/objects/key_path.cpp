#include "objects/key_path.h"

#include <algorithm>

#include "base/text.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kLongestKey = 1024;
constexpr std::size_t kLongestName = 255;
constexpr std::string_view kEmpty = "%";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

std::string name_of_part(std::string_view part) {
  if (part.empty()) return std::string(kEmpty);
  const bool is_dots = part == "." || part == "..";
  std::string name;
  for (const char c : part) {
    if (c == '%') {
      name += "%25";
    } else if (c == '.' && is_dots) {
      name += "%2E";
    } else {
      name += c;
    }
  }
  return name;
}

std::string part_of_name(std::string_view name) {
  if (name == kEmpty) return "";
  std::string part;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 3) == "%25" || name.substr(i, 3) == "%2E") {
      part += name[i + 2] == '5' ? '%' : '.';
      i += 2;
    } else {
      part += name[i];
    }
  }
  return part;
}

std::string path_of_key(std::string_view key) {
  if (key.empty()) throw S3Error(400, "InvalidArgument", "The key is empty.");
  if (key.size() > kLongestKey)
    throw S3Error(400, "KeyTooLongError", "The key is longer than {} bytes.", kLongestKey);
  if (key.find('\0') != std::string_view::npos)
    throw S3Error(400, "InvalidArgument", "The key contains U+0000.");
  std::string path;
  for (const std::string_view part : base::split(key, '/')) {
    const std::string name = name_of_part(part);
    if (name.size() > kLongestName) {
      throw S3Error(400, "KeyTooLongError", "A part of the key is longer than {} bytes.", kLongestName);
    }
    path += path.empty() ? "" : "/";
    path += name;
  }
  return path;
}

void check_bucket(std::string_view bucket) {
  constexpr std::size_t kShortest = 3;
  constexpr std::size_t kLongest = 63;
  const bool is_good =
      bucket.size() >= kShortest && bucket.size() <= kLongest && is_letter_or_digit(bucket.front()) &&
      is_letter_or_digit(bucket.back()) && bucket.find("..") == std::string_view::npos &&
      std::ranges::all_of(bucket, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
  if (!is_good) throw S3Error(400, "InvalidBucketName", "The specified bucket is not valid.");
}

}  // namespace objects
