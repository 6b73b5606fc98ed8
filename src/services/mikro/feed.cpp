#include "services/mikro/feed.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"

namespace mikro {
namespace {

constexpr std::string_view kChannel = "mikro_changes";

}  // namespace

void Feed::listen() {
  listener_ = database_.listen(
      kChannel,
      [this](std::string_view payload, bool is_own) {
        if (is_own) return;
        try {
          const base::Json told = base::Json::parse(payload);
          bus_.publish(told["topic"].as_string(), std::make_shared<const base::Json>(told["event"]));
        } catch (const std::exception& error) {
          base::log::warning("mikro.strange_notification", {{"error", error.what()}});
        }
      },
      // Events carry no state that would have to be caught up with: who was away asks again.
      [] {});
}

void Feed::publish(sql::Writer& writer, const std::string& topic, base::Json event) {
  writer.notify(kChannel, base::Json::object({{"topic", topic}, {"event", event}}).dump());
  writer.after_commit([this, topic, event = std::make_shared<const base::Json>(std::move(event))] {
    bus_.publish(topic, event);
  });
}

std::shared_ptr<void> Feed::follow(std::string topic, entity::Emit emit) {
  return std::make_shared<bus::Bus::Subscription>(bus_.subscribe(
      std::move(topic), [emit = std::move(emit)](const bus::Change& change) { emit(*change); }));
}

std::string topic_of(std::string_view things, std::int64_t organization) {
  return fmt::format("{}/{}", things, organization);
}

std::string topic_of(std::string_view things, std::int64_t organization, std::int64_t folder) {
  return fmt::format("{}/{}/{}", things, organization, folder);
}

}  // namespace mikro
