// ListObjectsV2 and ListObjects.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/markup.h"
#include "jose/jose.h"
#include "objects/s3_error.h"
#include "objects/s3_operation.h"

namespace objects {
namespace {

constexpr std::uint64_t kMostKeys = 1000;
/// Above every key that begins with what stands before it: no UTF-8 has this byte.
constexpr std::string_view kBehind = "\xff";

/// What was asked, in either version.
struct Listing {
  bool is_v2 = false;
  std::string delimiter;
  bool is_url_encoded = false;
  std::size_t limit = kMostKeys;
  std::string after;  ///< as the client said it
  ListRequest request;
};

std::string decode_token(std::string_view token) {
  try {
    return jose::base64url_decode(token);
  } catch (const base::Error&) {
    throw S3Error(400, "InvalidArgument", "The continuation token was not issued here.");
  }
}

Listing read_listing(const S3Request& request, const Grant& grant) {
  const auto text = [&](std::string_view name) { return std::string(request.parameter(name).value_or("")); };
  Listing out;
  out.is_v2 = text("list-type") == "2";
  out.delimiter = text("delimiter");
  out.is_url_encoded = wants_url_encoding(request);
  constexpr std::uint64_t kLargest = 0x7fffffff;
  out.limit = std::min(request.number("max-keys", kLargest).value_or(kMostKeys), kMostKeys);
  out.after = text(out.is_v2 ? "start-after" : "marker");
  out.request.prefix = text("prefix");
  out.request.within = grant.key;
  out.request.after = out.after;
  if (const auto token = request.parameter("continuation-token"); token && out.is_v2)
    out.request.after = decode_token(*token);
  out.request.by_folder = out.delimiter == "/";
  out.request.limit = out.limit;
  return out;
}

/// The part of a key that it has in common with others up to the delimiter; nothing if it stands for itself.
std::optional<std::string> group_of(const std::string& key, const Listing& listing) {
  const std::size_t at = key.find(listing.delimiter, listing.request.prefix.size());
  if (!key.starts_with(listing.request.prefix) || at == std::string::npos) return std::nullopt;
  return key.substr(0, at + listing.delimiter.size());
}

/// By a delimiter that is no folder's: from group to group.
ObjectList list_groups(EmbeddedStore& store, const std::string& bucket, const Listing& listing) {
  ListRequest request = listing.request;
  if (const auto told = group_of(request.after, listing)) request.after = fmt::format("{}{}", *told, kBehind);
  ObjectList out;
  for (bool is_more = true; is_more;) {
    const ObjectList page = store.list(bucket, request);
    is_more = page.is_truncated;
    for (const ObjectList::Entry& entry : page.entries) {
      if (out.entries.size() == listing.limit) {
        out.is_truncated = true;
        return out;
      }
      if (auto group = group_of(entry.key, listing)) {
        request.after = fmt::format("{}{}", *group, kBehind);
        out.entries.push_back({*std::move(group), std::nullopt});
        is_more = true;
        break;
      }
      request.after = entry.key;
      out.entries.push_back(entry);
    }
  }
  return out;
}

ObjectList find(EmbeddedStore& store, const std::string& bucket, const Listing& listing) {
  if (listing.limit == 0) return {};
  if (listing.delimiter.empty() || listing.request.by_folder) return store.list(bucket, listing.request);
  return list_groups(store, bucket, listing);
}

std::string text_of(std::string_view key, const Listing& listing) {
  return xml_key(key, listing.is_url_encoded);
}

std::string element(std::string_view name, std::string_view content) {
  return fmt::format("<{0}>{1}</{0}>", name, content);
}

std::string rows_of(const ObjectList& list, const Listing& listing) {
  std::string keys;
  std::string prefixes;
  for (const ObjectList::Entry& entry : list.entries) {
    const std::string name = text_of(entry.key, listing);
    if (entry.facts) {
      keys += fmt::format(
          "<Contents><Key>{}</Key><LastModified>{}</LastModified><ETag>&quot;{}&quot;</ETag><Size>{}</Size>"
          "<StorageClass>STANDARD</StorageClass></Contents>",
          name, xml_time(entry.facts->modified_at), base::escaped(entry.facts->etag), entry.facts->size);
    } else {
      prefixes += fmt::format("<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>", name);
    }
  }
  return keys + prefixes;
}

net::HttpResponse answer_list(const S3Context& context, const Listing& listing) {
  const ObjectList list = find(context.store, context.request->bucket, listing);
  std::string head = element("Name", base::escaped(context.request->bucket)) +
                     element("Prefix", text_of(listing.request.prefix, listing)) +
                     element("MaxKeys", std::to_string(listing.limit)) +
                     element("IsTruncated", list.is_truncated ? "true" : "false");
  if (!listing.delimiter.empty()) head += element("Delimiter", text_of(listing.delimiter, listing));
  if (listing.is_url_encoded) head += element("EncodingType", "url");
  if (listing.is_v2) {
    head += element("KeyCount", std::to_string(list.entries.size()));
    if (!listing.after.empty()) head += element("StartAfter", text_of(listing.after, listing));
    if (const auto token = context.request->parameter("continuation-token"))
      head += element("ContinuationToken", base::escaped(*token));
  } else {
    head += element("Marker", text_of(listing.after, listing));
  }
  if (list.is_truncated) {
    const std::string& last = list.entries.back().key;
    head += listing.is_v2 ? element("NextContinuationToken", jose::base64url_encode(last))
                          : element("NextMarker", text_of(last, listing));
  }
  return xml_answer(200, fmt::format("<ListBucketResult xmlns=\"{}\">{}{}</ListBucketResult>", kNamespace,
                                     head, rows_of(list, listing)));
}

}  // namespace

std::unique_ptr<Operation> list_objects(const S3Context& context) {
  Listing listing = read_listing(*context.request, context.caller->grant());
  context.caller->must_list(context.request->bucket, listing.request.prefix);
  return bodyless([context, listing = std::move(listing)] { return answer_list(context, listing); });
}

}  // namespace objects
