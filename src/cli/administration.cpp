// `user`, `organization`, `membership`, `invite`, `mandate`, `client` and
// `device`: what each takes is a table, what it does is the running platform's.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <vector>

#include "cli/administration_output.h"
#include "cli/commands.h"
#include "cli/foreground.h"
#include "platform/admin_socket.h"
#include "platform/start_error.h"

namespace cli {
namespace {

using base::Json;

/// An option or, without dashes, what stands after the verb.
struct Argument {
  enum class Kind { kText, kTexts, kFlag };
  const char* flag;
  const char* name;  ///< of the argument as the platform knows it
  const char* help;
  bool is_required = false;
  Kind kind = Kind::kText;
};

struct Verb {
  const char* name;
  const char* help;
  std::vector<Argument> arguments;
  const char* example;
};

struct Noun {
  const char* name;
  const char* help;
  std::vector<Verb> verbs;
};

using Kind = Argument::Kind;
const Argument kUser{"--user", "user", "A username", true};
const Argument kOrganization{"--organization", "organization", "An organization's slug, or its name", true};
const Argument kOfOrganization{"--organization", "organization", "Only those of this organization"};

const std::vector<Noun>& nouns() {
  static const std::vector<Noun> all{
      {"user",
       "The people of this platform",
       {{"add",
         "Make an account. Without --password-stdin a password is made up and printed once",
         {{"username", "username", "How the person signs in", true},
          {"--email", "email", "Their e-mail address"},
          {"--name", "name", "How others see them (the username)"},
          {"--group", "group", "A group to put them in, made if there is none; repeatable", false,
           Kind::kTexts},
          {"--superuser", "superuser", "They may administer everything", false, Kind::kFlag},
          {"--password-stdin", "password", "Read the password from standard input", false, Kind::kFlag}},
         "user add ada --email ada@lab.org"},
        {"list", "Show who there is", {}, "user list"},
        {"show", "Show one person", {{"username", "username", "Whom", true}}, "user show ada"},
        {"remove",
         "Delete an account with its memberships, clients and mandates",
         {{"username", "username", "Whom", true}},
         "user remove ada"}}},
      {"organization",
       "The organizations, each with people, apps and data of its own",
       {{"add",
         "Make an organization with the services that run here",
         {{"name", "name", "What it is called", true},
          {"--owner", "owner", "Who owns it: a username", true},
          {"--description", "description", "A sentence about it"},
          {"--slug", "slug", "Its short name (made of the name)"}},
         "organization add \"Bench Lab\" --owner ada --slug bench"},
        {"list", "Show which there are", {}, "organization list"},
        {"show",
         "Show one with its roles and hubs",
         {{"organization", "organization", "Its slug, or its name", true}},
         "organization show bench"},
        {"remove",
         "Delete an organization with everything of it in Lok",
         {{"organization", "organization", "Its slug, or its name", true}},
         "organization remove bench"}}},
      {"membership",
       "Who belongs to which organization, with which roles",
       {{"add",
         "Make somebody a member, or give a member other roles",
         {kUser, kOrganization, {"--role", "role", "A role (guest); repeatable", false, Kind::kTexts}},
         "membership add --user bob --organization bench --role editor"},
        {"list",
         "Show who belongs where",
         {{"--user", "user", "Only of this person"}, kOfOrganization},
         "membership list --organization bench"},
        {"show",
         "Show one with its roles",
         {kUser, kOrganization},
         "membership show --user bob --organization bench"},
        {"remove",
         "End a membership; the member's clients and mandates go with it",
         {kUser, kOrganization},
         "membership remove --user bob --organization bench"}}},
      {"invite",
       "Links by which people join an organization, with an account or without",
       {{"add",
         "Make one and print its link. Whoever has it may join",
         {kOrganization,
          {"--role", "role", "A role of whoever joins (guest); repeatable", false, Kind::kTexts},
          {"--expires", "expires", "When it ends from now: 30d, 12h or 45m (7d)"},
          {"--uses", "uses", "For how many people (1)"},
          {"--by", "by", "Who invites: a username (the organization's owner)"}},
         "invite add --organization bench --role editor --expires 7d"},
        {"list", "Show which there are, without their links", {kOfOrganization}, "invite list"},
        {"remove",
         "Withdraw one that nobody has used up",
         {{"id", "id", "Its id as `list` shows it", true}},
         "invite remove 4"}}},
      {"mandate",
       "The keys that let apps log in without a person at hand",
       {{"add",
         "Make a key and print it, this once",
         {kUser,
          kOrganization,
          {"--hub", "hub", "The hub whose services the app gets (the first)"},
          {"--app", "app", "Only this app (the first one that uses the key)"},
          {"--version", "version", "Only this version of it"},
          {"--any-app", "any_app", "Every app may use it", false, Kind::kFlag},
          {"--devices", "devices", "On how many devices at most"},
          {"--expires", "expires", "When it ends from now: 30d, 12h or 45m (never)"},
          {"--label", "label", "What it is for"}},
         "mandate add --user ada --organization bench --app live.lab.counter --expires 30d"},
        {"list", "Show which there are, without their keys", {kOfOrganization}, "mandate list"},
        {"show", "Show one", {{"id", "id", "Its id", true}}, "mandate show 7"},
        {"remove",
         "Revoke it, and all that was issued under it; its clients are logged out",
         {{"id", "id", "Its id", true}},
         "mandate remove 7"}}},
      {"client",
       "The apps that are logged in",
       {{"list", "Show which there are", {kOfOrganization}, "client list"},
        {"show", "Show one", {{"client", "client", "Its client id", true}}, "client show CLIENT_ID"},
        {"remove", "Log it out", {{"client", "client", "Its client id", true}}, "client remove CLIENT_ID"}}},
      {"device",
       "The machines apps run on",
       {{"add",
         "Name a machine before or after its first login",
         {{"device", "device", "The id its apps report (ARKITEKT_DEVICE_ID)", true},
          kOrganization,
          {"--name", "name", "What it is called"},
          {"--group", "group", "A group to put it in, made if there is none; repeatable", false,
           Kind::kTexts}},
         "device add bench-pc-17 --organization bench --name \"Bench PC\""},
        {"list", "Show which there are", {kOfOrganization}, "device list"},
        {"show", "Show one", {{"id", "id", "Its id as `list` shows it", true}}, "device show 3"},
        {"remove",
         "Forget it; its apps log in again",
         {{"id", "id", "Its id as `list` shows it", true}},
         "device remove 3"},
        {"approve",
         "Approve a login that waits for a person, as that person would on the page",
         {{"code", "code", "The code the app shows", true},
          kUser,
          kOrganization,
          {"--hub", "hub", "The hub whose services the app gets (the first)"},
          {"--without", "without", "An optional requirement the app does not get; repeatable", false,
           Kind::kTexts}},
         "device approve WDJB-MJHT --user ada --organization bench"}}},
  };
  return all;
}

/// What was given for one command.
struct Given {
  std::string data = "./data";
  bool json = false;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<std::string>> lists;
  std::map<std::string, bool> flags;
};

Json arguments_of(const Given& given) {
  Json arguments = Json::object();
  for (const auto& [name, value] : given.texts) {
    if (!value.empty()) arguments.set(name, value);
  }
  for (const auto& [name, values] : given.lists) {
    arguments.set(name, Json::Array(values.begin(), values.end()));
  }
  for (const auto& [name, value] : given.flags) {
    if (value && name == "password") {
      std::string password;
      std::getline(std::cin, password);
      arguments.set(name, password);
    } else if (value) {
      arguments.set(name, true);
    }
  }
  return arguments;
}

int run(const std::string& command, const Given& given) {
  try {
    const Json result = platform::ask_admin(given.data, command, arguments_of(given));
    if (given.json) {
      fmt::print("{}\n", result.dump());
    } else {
      print_result(result);
    }
    return 0;
  } catch (const base::Error& error) {
    fmt::print(stderr, "arkitektd: {}\n", error.message());
    const bool away = error.code() == base::code::kUnavailable;
    return static_cast<int>(away ? platform::Exit::kUnavailable : platform::Exit::kInternal);
  } catch (...) {
    return explain_failure();
  }
}

void add_verb(CLI::App& group, const std::string& noun, const Verb& verb, int& exit_code) {
  auto given = std::make_shared<Given>();
  CLI::App* command = group.add_subcommand(verb.name, verb.help);
  for (const Argument& each : verb.arguments) {
    CLI::Option* option = nullptr;
    switch (each.kind) {
      case Kind::kText:
        option = command->add_option(each.flag, given->texts[each.name], each.help);
        break;
      case Kind::kTexts:
        option = command->add_option(each.flag, given->lists[each.name], each.help);
        break;
      case Kind::kFlag:
        option = command->add_flag(each.flag, given->flags[each.name], each.help);
        break;
    }
    if (each.is_required) option->required();
  }
  command->add_option("--data", given->data, "The data directory of the running `arkitektd up`")
      ->capture_default_str();
  command->add_flag("--json", given->json, "Print the answer as one line of JSON");
  command->footer(fmt::format("Example: arkitektd {}\n", verb.example));
  command->callback([given, name = noun + " " + verb.name, &exit_code] { exit_code = run(name, *given); });
}

}  // namespace

void add_administration(CLI::App& app, int& exit_code) {
  for (const Noun& noun : nouns()) {
    CLI::App* group = app.add_subcommand(noun.name, noun.help);
    group->require_subcommand(1);
    for (const Verb& verb : noun.verbs) add_verb(*group, noun.name, verb, exit_code);
    group->footer(
        "They work on the platform that runs here: start it with `arkitektd up`. Whoever owns its data\n"
        "directory may.\n\n"
        "Exit codes: 0 done, 1 refused, 2 wrong arguments, 7 no platform is running there.");
  }
}

}  // namespace cli
