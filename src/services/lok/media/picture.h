// Pictures of people, groups and organizations: rows about bytes that a browser's form puts into the object
// store. A picture does not change any more once it is somebody's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "entity/call.h"
#include "entity/input.h"
#include "service/stores.h"

namespace lok {

inline constexpr service::StoreKind kMedia{"media", "media_store"};
inline constexpr const service::StoreKind* kStoreKinds[] = {&kMedia};
/// What a form may put.
inline constexpr std::uint64_t kLargestPicture = 20 * 1024 * 1024;

/// The bucket is Lok's own, unless one is given for it alone: other services count organizations in their own
/// way, and keys begin with them.
service::StoreSettings media_settings(const std::string& bucket = "");

/// Lets a picture's bytes be deleted some day, unless somebody has it. In the transaction that takes it away;
/// `now` in microseconds UTC.
void let_go_of_picture(sql::Writer& writer, std::int64_t picture, std::int64_t now);

/// A picture that an input names, for the row whose `avatar` it becomes; an empty id names none, since
/// clients must send one. It is looked at where it lies when this is made, which blocks and must be outside
/// of any transaction; `put_on` is called in one.
class ChosenPicture {
 public:
  /// Throws NOT_FOUND for what the caller's organization does not have, VALIDATION_ERROR if nothing was
  /// uploaded.
  ChosenPicture(entity::Call& call, service::Stores& stores, const entity::Id& id);

  /// The picture of `row` in `table`, instead of the one it had. Throws NOT_FOUND if it is neither the
  /// caller's own nor the one it is already.
  void put_on(sql::Writer& writer, std::string_view table, std::int64_t row) const;

 private:
  const std::int64_t now_;
  std::optional<service::StoreRow> picture_;
  bool is_own_ = false;
  std::uint64_t bytes_ = 0;
  std::optional<service::SealedStore> sealed_;  ///< of one that is nobody's yet
};

}  // namespace lok
