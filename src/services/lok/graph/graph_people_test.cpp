#include <chrono>
#include <mutex>
#include <thread>

#include "services/lok/graph/graph_fixture.h"

namespace lok {
namespace {

class GraphPeople : public Graph {
 protected:
  std::string id(const std::string& sql) { return std::to_string(number(sql)); }
  std::string id_of_user(const std::string& name) {
    return id("select id from user_account where username = '" + name + "'");
  }
  void add_carol() {
    administration_.run("user add", Json::object({{"username", "carol"},
                                                  {"password", "long-enough"},
                                                  {"group", Json::array({"everybody"})}}));
    administration_.run("organization add",
                        Json::object({{"name", "Far"}, {"slug", "far"}, {"owner", "carol"}}));
  }
  /// Puts a member of the laboratory into a group.
  void join(const std::string& user, const std::string& group) {
    execute("insert into user_group (name) values ('" + group + "') on conflict do nothing");
    execute(
        "insert into user_group_member (group_id, user_id) select user_group.id, user_account.id"
        " from user_group, user_account where name = '" +
        group + "' and username = '" + user + "'");
  }
};

INSTANTIATE_TEST_SUITE_P(Both, GraphPeople, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(GraphPeople, AProfileIsChangedByItsOwnerAndByAdministrators) {
  const std::string profile =
      id("select profile.id from profile join user_account on user_account.id ="
         " profile.user_id where username = 'bob'");
  const auto update = [&](const std::string& name, const std::string& avatar = "") {
    return "mutation { updateProfile(input: {id: \"" + profile + "\", name: \"" + name + "\", avatar: \"" +
           avatar + "\"}) { name avatar { key } } }";
  };
  become("key-two", "d");
  EXPECT_EQ(value(update("Robert"), {"updateProfile"}), R"({"name":"Robert","avatar":null})");
  EXPECT_EQ(error_code(update("")), "VALIDATION_ERROR");
  EXPECT_EQ(error_code(update("Robert", "7")), "NOT_FOUND");
  become("key-one", "d");
  EXPECT_EQ(value(update("Bobby"), {"updateProfile", "name"}), "Bobby");
  EXPECT_EQ(
      value("mutation { createProfile(input: {user: \"" + id_of_user("bob") + "\", name: \"B\"}) { name } }",
            {"createProfile", "name"}),
      "B");
  add_carol();
  become_member("carol", "far");
  EXPECT_EQ(error_code(update("Mine")), "NOT_FOUND");
  EXPECT_EQ(error_code("mutation { createProfile(input: {user: \"" + id_of_user("bob") +
                       "\", name: \"M\"}) { name } }"),
            "NOT_FOUND");
  become("key-two", "d");
  EXPECT_EQ(value("{ me { profile { name } } }", {"me", "profile", "name"}), "B");
  EXPECT_EQ(error_code("mutation { createProfile(input: {user: \"" + id_of_user("ada") +
                       "\", name: \"M\"}) { name } }"),
            "PERMISSION_DENIED");
}

TEST_P(GraphPeople, GroupsShowTheMembersOfTheOrganization) {
  add_carol();
  join("ada", "everybody");
  join("bob", "everybody");
  join("ada", "heads");
  become("key-two", "d");
  EXPECT_EQ(
      ask("{ groups(ordering: [{name: ASC}]) { name users { username } profile { name } } mygroups { name } "
          "}")
          .dump(),
      R"({"data":{"groups":[{"name":"everybody","users":[{"username":"ada"},{"username":"bob"}],"profile":null},)"
      R"({"name":"heads","users":[{"username":"ada"}],"profile":null}],"mygroups":[{"name":"everybody"}]}})");
  EXPECT_EQ(value("{ users(filters: {search: \"ada\"}) { groups(filters: {search: \"HEAD\"}) { name } } }",
                  {"users"}),
            R"([{"groups":[{"name":"heads"}]}])");
  become_member("carol", "far");
  EXPECT_EQ(value("{ groups { name users { username } } }", {"groups"}),
            R"([{"name":"everybody","users":[{"username":"carol"}]}])");
  EXPECT_EQ(
      error_code("{ group(id: " + id("select id from user_group where name = 'heads'") + ") { name } }"),
      "NOT_FOUND");
}

TEST_P(GraphPeople, AGroupsProfileIsChangedWhereAllItsMembersAre) {
  add_carol();
  join("ada", "everybody");
  join("ada", "heads");
  const std::string heads = id("select id from user_group where name = 'heads'");
  const std::string everybody = id("select id from user_group where name = 'everybody'");
  const auto create = [](const std::string& group) {
    return "mutation { createGroupProfile(input: {group: \"" + group +
           "\", name: \"H\", avatar: \"\"}) { name } }";
  };
  become("key-two", "d");
  EXPECT_EQ(error_code(create(heads)), "PERMISSION_DENIED");
  become_member("carol", "far");
  EXPECT_EQ(error_code(create(heads)), "NOT_FOUND");
  EXPECT_EQ(error_code(create(everybody)), "PERMISSION_DENIED");
  become("key-one", "d");
  EXPECT_EQ(error_code(create(everybody)), "PERMISSION_DENIED");
  EXPECT_EQ(value(create(heads), {"createGroupProfile", "name"}), "H");
  const std::string profile = id("select id from group_profile");
  EXPECT_EQ(value("mutation { updateGroupProfile(input: {id: \"" + profile +
                      "\", name: \"Heads\", avatar: \"\"}) { name } }",
                  {"updateGroupProfile", "name"}),
            "Heads");
  EXPECT_EQ(value("{ group(id: " + heads + ") { profile { name avatar { key } } } }", {"group", "profile"}),
            R"({"name":"Heads","avatar":null})");
}

TEST_P(GraphPeople, ADeviceIsNamedByWhoeverUsesIt) {
  become("key-two", "bobs");
  const std::string mine = id("select max(id) from device");
  const auto update = [](const std::string& which, const std::string& name) {
    return "mutation { updateDevice(input: {id: \"" + which + "\", name: " + name + "}) { name } }";
  };
  EXPECT_EQ(value(update(mine, "\"Bench\""), {"updateDevice", "name"}), "Bench");
  EXPECT_EQ(value(update(mine, "null"), {"updateDevice", "name"}), "null");
  become("key-one", "adas");
  const std::string hers = id("select max(id) from device");
  EXPECT_EQ(value(update(mine, "\"Bobs\""), {"updateDevice", "name"}), "Bobs");
  become("key-two", "bobs");
  EXPECT_EQ(error_code(update(hers, "\"Mine\"")), "PERMISSION_DENIED");
  become_member("bob", "other");
  EXPECT_EQ(error_code(update(mine, "\"Away\"")), "NOT_FOUND");
}

TEST_P(GraphPeople, DevicesStandInGroups) {
  administration_.run("device add", Json::object({{"device", "pc"},
                                                  {"organization", "lab"},
                                                  {"name", "Bench"},
                                                  {"group", Json::array({"room-1", "loud"})}}));
  become("key-two", "pc");
  EXPECT_EQ(ask("{ deviceByDeviceId(id: \"pc\") { name deviceGroups(ordering: [{name: ASC}]) { name } }"
                " deviceGroups(filters: {search: \"ROOM\"}) { name devices { name clients { id } } } }")
                ["data"]["deviceGroups"]
                    .items()
                    .front()["devices"]
                    .items()
                    .front()["name"]
                    .as_string(),
            "Bench");
  const std::string group = id("select min(id) from device_group");
  EXPECT_EQ(value("{ deviceGroup(id: " + group + ") { name } }", {"deviceGroup", "name"}), "room-1");
  become_member("bob", "other");
  EXPECT_EQ(value("{ deviceGroups { name } }", {"deviceGroups"}), "[]");
  EXPECT_EQ(error_code("{ deviceGroup(id: " + group + ") { name } }"), "NOT_FOUND");
}

TEST_P(GraphPeople, ANotificationIsAMessageAndWakesTheirChannels) {
  become("key-two", "d");
  const std::string channel = value("mutation { registerComChannel(input: {token: \"phone\"}) { id } }",
                                    {"registerComChannel", "id"});
  EXPECT_EQ(value("mutation { registerComChannel(input: {token: \"phone\"}) { id } }",
                  {"registerComChannel", "id"}),
            channel);
  communications_.start();
  std::vector<std::string> heard;
  std::mutex mutex;
  const auto listening = communications_.follow(number("select id from com_channel"), [&](const Json& event) {
    const std::lock_guard lock(mutex);
    heard.push_back(event.dump());
  });
  const std::string notify = "mutation { notifyUser(input: {user: \"" + id_of_user("bob") +
                             R"(", message: "Done", title: "Run 7"}) })";
  // A listener hears nothing of what was before it was there.
  const auto has_heard = [&] {
    const std::lock_guard lock(mutex);
    return !heard.empty();
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!has_heard() && std::chrono::steady_clock::now() < deadline) {
    EXPECT_EQ(value(notify, {"notifyUser"}), "true");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.front(), R"({"channel":")" + channel + R"("})");

  execute("delete from system_message where id > (select min(id) from system_message)");
  EXPECT_EQ(value("{ myActiveMessages { title message action user { username } } }", {"myActiveMessages"}),
            R"([{"title":"Run 7","message":"Done","action":"notification","user":{"username":"bob"}}])");
  const std::string message = id("select id from system_message");
  const std::string acknowledge =
      "mutation { acknowledgeMessage(input: {id: \"" + message + "\", acknowledged: true}) { id } }";
  become("key-one", "d");
  EXPECT_EQ(error_code(acknowledge), "NOT_FOUND");
  EXPECT_EQ(error_code("{ message(id: " + message + ") { title } }"), "NOT_FOUND");
  EXPECT_EQ(error_code(notify), "PERMISSION_DENIED");
  EXPECT_EQ(value("{ users(filters: {search: \"bob\"}) { comChannels { id } } }", {"users"}),
            R"([{"comChannels":[]}])");
  become("key-two", "d");
  EXPECT_EQ(value(acknowledge, {"acknowledgeMessage", "id"}), message);
  EXPECT_EQ(value("{ myActiveMessages { id } me { comChannels { id } } }", {"myActiveMessages"}), "[]");
  EXPECT_EQ(value("{ message(id: " + message + ") { title } }", {"message", "title"}), "Run 7");
}

}  // namespace
}  // namespace lok
