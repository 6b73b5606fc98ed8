#include "services/mikro/annotations/follow.h"

#include <algorithm>
#include <utility>

#include "services/mikro/ownership.h"

namespace mikro {
namespace {

using base::Json;

// Ids of up to 19 digits then fit into one notification of other processes.
constexpr std::size_t kTold = 350;

std::string topic(std::int64_t organization, std::int64_t collection) {
  return topic_of("annotations", organization, collection);
}

}  // namespace

void tell_of_shapes(sql::Writer& writer, Feed& feed, std::int64_t organization, std::int64_t collection,
                    const std::vector<std::int64_t>& made) {
  for (std::size_t from = 0; from < made.size(); from += kTold) {
    Json ids = Json::array();
    for (std::size_t i = from; i < std::min(from + kTold, made.size()); ++i) ids.push_back(made[i]);
    feed.publish(writer, topic(organization, collection), Json::object({{"created", std::move(ids)}}));
  }
}

void tell_of_change(sql::Writer& writer, Feed& feed, std::int64_t organization, std::int64_t collection,
                    std::int64_t changed) {
  feed.publish(writer, topic(organization, collection), Json::object({{"update", changed}}));
}

void tell_of_removal(sql::Writer& writer, Feed& feed, std::int64_t organization, std::int64_t collection,
                     const std::string& removed) {
  feed.publish(writer, topic(organization, collection), Json::object({{"delete", removed}}));
}

std::shared_ptr<void> follow_shapes(entity::Call& call, Feed& feed, std::int64_t collection,
                                    entity::Emit emit) {
  call.read([&](sql::Reader& reader) {
    expect_row(reader, call, "annotation_collection", collection, "annotation collection");
  });
  return feed.follow(topic(call.organization, collection), [emit = std::move(emit)](const Json& event) {
    const Json* made = event.find("created");
    if (made == nullptr) {
      emit(event);
      return;
    }
    for (const Json& id : made->items()) emit(Json::object({{"create", id}}));
  });
}

}  // namespace mikro
