// What belongs to an object besides its bytes, as a request that writes it says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.h"
#include "objects/object_files.h"
#include "objects/payload.h"

namespace objects {

/// Content type, the other `Content-...` headers, `Cache-Control`, `Expires` and `x-amz-meta-...`. Throws
/// S3Error: InvalidArgument for text that is not UTF-8, MetadataTooLarge beyond 2 KiB of metadata.
ObjectFacts facts_from(const net::Headers& headers);

/// Among an object's headers: the parts it was uploaded in, for ourselves.
inline constexpr std::string_view kPartSizes = "x-arkitekt-parts";
/// As that header has them (`5242880*19,1000*1`); empty if they vary so much that they would not fit.
std::string part_sizes_text(const std::vector<std::uint64_t>& sizes);
/// Of an object; its own if it came whole. Throws S3Error(NotImplemented) if they are not known.
std::vector<std::uint64_t> part_sizes(const ObjectFacts& facts);

/// `If-Match` and `If-None-Match` of a write. Throws S3Error(NotImplemented) for what S3 does not know.
WriteCondition condition_from(const net::Headers& headers);

/// Of a delete, in the words of a request's headers or of a list's elements; nothing where one is not there.
/// Throws S3Error(InvalidArgument) for what cannot be read.
RemoveCondition remove_condition(std::optional<std::string_view> etag, std::optional<std::string_view> size,
                                 std::optional<std::string_view> modified_at);

std::string_view unquoted_etag(std::string_view etag);

/// The checksum of a body as an object keeps it and answers tell it; nothing if it has none.
std::vector<std::pair<std::string, std::string>> checksum_headers(const Payload& payload);

}  // namespace objects
