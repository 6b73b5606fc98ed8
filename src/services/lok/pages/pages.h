// The pages people see: HTML as text. No scripts; every text that comes from
// elsewhere is escaped here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/markup.h"
#include "services/lok/login/manifest.h"

namespace lok::pages {

/// What all pages of one visit have in common.
struct Frame {
  std::string deployment;
  std::string prefix;    ///< `/lok`
  std::string username;  ///< empty: nobody is signed in
  std::string csrf;
  std::string here;  ///< the page's path below the prefix
};

using base::escaped;

/// A whole page; `body` is HTML.
std::string page(const Frame& frame, std::string_view title, std::string_view body);

/// What came of it, and what to do now.
std::string notice(const Frame& frame, std::string_view title, std::string_view text);

/// Asks for the code an app shows. `problem` may be empty.
std::string enter_code(const Frame& frame, std::string_view problem);

/// The request a page is about, as its link named it.
struct Asked {
  std::string code;
  std::string hub;  ///< row; empty: not named
  const Manifest& manifest;
};

/// HTML that says which app asks, for whoever has yet to sign in.
std::string who_asks(const Manifest& manifest);

struct SignIn {
  std::string next;   ///< the target to return to
  std::string about;  ///< HTML that says why; may be empty
  std::string username;
  std::string problem;
  std::string instead;  ///< HTML below the form; may be empty
};
std::string sign_in(const Frame& frame, const SignIn& view);
/// `next` is where to go afterwards; empty: nowhere.
std::string sign_out(const Frame& frame, std::string_view next);

/// A hub a person may let an app into.
struct Place {
  std::int64_t hub = 0;
  std::int64_t membership = 0;
  std::string hub_name;
  std::string organization_name;
};
std::string choose_place(const Frame& frame, const Asked& asked, const std::vector<Place>& places);

struct OfferedScope {
  std::string label;
  std::string description;
};
struct Approval {
  const Asked& asked;
  Place place;
  bool has_other_places = false;
  std::vector<OfferedScope> scopes;
  std::vector<std::string> unavailable;  ///< keys of requirements
};
std::string approve(const Frame& frame, const Approval& view);

/// What a person sees of themselves. Times are microseconds UTC.
struct Member {
  std::string organization;
  std::vector<std::string> roles;
  bool is_blocked = false;
};
struct Program {
  std::int64_t id = 0;
  std::string app, version, organization;
  std::string device;  ///< may be empty
  std::int64_t approved_at = 0;
  std::int64_t renewed_at = 0;
};
struct SignInElsewhere {
  std::int64_t id = 0;
  std::string program, organization;
  std::int64_t agreed_at = 0;
};
struct Session {
  std::int64_t id = 0;
  std::int64_t began_at = 0;
  std::int64_t ends_at = 0;
  bool is_this = false;
};
struct Account {
  std::string username, name, email;
  std::vector<Member> organizations;
  std::vector<Program> programs;
  std::vector<SignInElsewhere> sign_ins;
  std::vector<Session> sessions;
  std::string done;     ///< what has just been done; may be empty
  std::string problem;  ///< may be empty
};
std::string account(const Frame& frame, const Account& account);

struct ChangePassword {
  std::string problem;  ///< may be empty
  bool is_old_wrong = false;
};
std::string change_password(const Frame& frame, const ChangePassword& view);

struct Invitation {
  std::string token;
  std::string organization;
  std::string inviter;
  std::vector<std::string> roles;
  std::int64_t expires_at = 0;  ///< microseconds UTC; 0: never
};
/// HTML around the form for signing in of a person who is invited.
std::string who_invites(const Invitation& invitation);
std::string no_account_yet(const Frame& frame, const Invitation& invitation);
/// Asks a person who is signed in.
std::string answer_invitation(const Frame& frame, const Invitation& invitation);

struct NewAccountForm {
  std::string username;
  std::string problem;  ///< may be empty
  bool is_name_wrong = false;
};
std::string create_account(const Frame& frame, const Invitation& invitation, const NewAccountForm& form);

std::string_view stylesheet();

}  // namespace lok::pages
