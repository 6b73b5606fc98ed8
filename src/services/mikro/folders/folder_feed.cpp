#include "services/mikro/folders/folder_feed.h"

#include <string>
#include <utility>

#include "base/json.h"
#include "services/mikro/ownership.h"

namespace mikro {

void tell_in_folder(sql::Writer& writer, Feed& feed, std::int64_t organization, std::string_view topic,
                    std::optional<std::int64_t> folder, std::string_view what, std::int64_t row,
                    std::optional<std::int64_t> left) {
  const base::Json event = base::Json::object({{std::string(what), row}});
  feed.publish(writer, topic_of(topic, organization), event);
  if (left) feed.publish(writer, topic_of(topic, organization, *left), event);
  if (folder) feed.publish(writer, topic_of(topic, organization, *folder), event);
}

std::shared_ptr<void> follow_in_folder(entity::Call& call, Feed& feed, std::string_view topic,
                                       const std::optional<entity::Id>& folder, entity::Emit emit) {
  if (!folder) return feed.follow(topic_of(topic, call.organization), std::move(emit));
  const std::int64_t row = folder->row("folder");
  call.read([&](sql::Reader& reader) { expect_row(reader, call, "folder", row, "folder"); });
  return feed.follow(topic_of(topic, call.organization, row), std::move(emit));
}

}  // namespace mikro
