#include "services/lok/graph/messages.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "entity/lookup.h"
#include "services/lok/schema/message.h"

namespace lok {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::string_view kTopic = "lok_communications";
constexpr std::size_t kLongestToken = 4096;
constexpr std::size_t kLongestMessage = 10'000;

std::vector<std::int64_t> ids_of(const sql::Rows& rows) {
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) ids.push_back(rows.integer(row, 0));
  return ids;
}

std::vector<std::int64_t> active_messages(Call& call) {
  return ids_of(call.reader->query(
      "select id from system_message where user_id = $1 and acknowledged = 0 order by id", {call.user}));
}

std::int64_t acknowledge(Call& call, const schema::AcknowledgeMessageInput& in) {
  const std::int64_t id = in.id.row("message");
  call.database->write([&](sql::Writer& writer) {
    const std::int64_t changed =
        writer.execute("update system_message set acknowledged = $3 where id = $1 and user_id = $2",
                       {id, call.user, std::int64_t{in.acknowledged}});
    if (changed == 0) throw Error(code::kNotFound, "No message with the id {}.", in.id.text);
  });
  return id;
}

// The token names a program on a machine: whoever uses it now hears.
std::int64_t register_channel(Call& call, const schema::RegisterComChannelInput& in) {
  if (in.token.empty() || in.token.size() > kLongestToken) {
    throw Error(code::kValidation, "`token` has 1 to {} characters.", kLongestToken);
  }
  std::int64_t id = 0;
  call.database->write([&](sql::Writer& writer) {
    id = writer.insert(
        "insert into com_channel (user_id, token) values ($1, $2)"
        " on conflict (token) do update set user_id = excluded.user_id returning id",
        {call.user, in.token});
  });
  return id;
}

Json notify(Communications& communications, Call& call, const schema::NotifyUserInput& in) {
  if (in.user.row() != std::optional(call.user)) {
    throw Error(code::kPermissionDenied, std::string("An app can notify only the person it acts for."));
  }
  if (in.message.size() > kLongestMessage) {
    throw Error(code::kValidation, "`message` is longer than {} characters.", kLongestMessage);
  }
  call.database->write([&](sql::Writer& writer) {
    writer.execute(
        "insert into system_message (user_id, title, message, action, created_at)"
        " values ($1, $2, $3, 'notification', $4)",
        {call.user, in.title.value_or(""), in.message, call.now});
    for (const std::int64_t channel :
         ids_of(writer.query("select id from com_channel where user_id = $1 order by id", {call.user}))) {
      communications.tell(writer, channel);
    }
  });
  return true;
}

std::shared_ptr<void> subscribe(Communications& communications, Call& call,
                                const schema::SubscriptionCommunicationsArguments& in,
                                const entity::Emit& emit) {
  sql::Ids wanted;
  for (const entity::Id& id : in.channels) wanted.values.push_back(id.row("channel"));
  std::vector<std::int64_t> own;
  call.read([&](sql::Reader& reader) {
    own = ids_of(
        reader.query("select id from com_channel where user_id = $1 and id in_ids($2)", {call.user, wanted}));
  });
  for (const std::int64_t id : wanted.values) {
    if (std::find(own.begin(), own.end(), id) == own.end()) {
      throw Error(code::kNotFound, "No channel with the id {}.", id);
    }
  }
  auto all = std::make_shared<std::vector<std::shared_ptr<void>>>();
  for (const std::int64_t id : own) all->push_back(communications.follow(id, emit));
  return all;
}

}  // namespace

Communications::Communications(sql::Database& database) : database_(database) {}
Communications::~Communications() = default;

void Communications::start() {
  if (database_.dialect() == sql::Dialect::kSqlite) return;
  listener_ = database_.listen(
      kTopic, [this](std::string_view channel, bool) { publish(std::string(channel)); }, [] {});
}

void Communications::tell(sql::Writer& writer, std::int64_t channel) {
  const std::string id = std::to_string(channel);
  // Where others listen, our own listener hears it, too.
  if (listener_) {
    writer.notify(kTopic, id);
  } else {
    writer.after_commit([this, id] { publish(id); });
  }
}

void Communications::publish(const std::string& channel) {
  bus_.publish(channel, std::make_shared<const Json>(Json::object({{"channel", channel}})));
}

std::shared_ptr<void> Communications::follow(std::int64_t channel, const entity::Emit& emit) {
  return std::make_shared<bus::Bus::Subscription>(
      bus_.subscribe(std::to_string(channel), [emit](const bus::Change& change) { emit(*change); }));
}

void add_messages(entity::Registry& registry, Communications& communications) {
  namespace mutation = schema::mutation;
  registry.on(schema::query::kMyActiveMessages, active_messages);
  registry.on(mutation::kAcknowledgeMessage, acknowledge);
  registry.on(mutation::kRegisterComChannel, register_channel);
  registry.on(mutation::kNotifyUser, [&communications](Call& call, const schema::NotifyUserInput& in) {
    return notify(communications, call, in);
  });
  registry.on(
      schema::subscription::kCommunications,
      [&communications](Call& call, const schema::SubscriptionCommunicationsArguments& in,
                        const entity::Emit& emit) { return subscribe(communications, call, in, emit); });
  registry.on(schema::ComChannelFilter::kSearch,
              [](entity::SqlText& sql, const std::string& alias, const std::string& search, const Call&) {
                return entity::contains_folded(sql, alias + ".token", search);
              });
  registry.on(schema::ComChannelOrdering::kName,
              [](entity::SqlText&, const std::string& alias, const Call&) { return alias + ".token"; });
}

}  // namespace lok
