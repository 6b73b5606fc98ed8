#include "services/lok/people/password_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace lok {
namespace {

using base::Error;
namespace code = base::code;

constexpr std::size_t kFewest = 8;
constexpr std::size_t kMostBytes = 1'024;
constexpr std::size_t kFewestDifferent = 4;
constexpr std::string_view kDigits = "0123456789";

// The words that lists of leaked passwords are made of, as they are left when the decoration is off.
constexpr std::array<std::string_view, 56> kCommon{
    "password",   "passwort",      "passwords", "passwd",     "motdepasse", "contrasena", "parola",
    "qwerty",     "qwertyuiop",    "qwertz",    "qwertzuiop", "azerty",     "azertyuiop", "asdfghjk",
    "asdfghjkl",  "asdfasdf",      "zxcvbnm",   "yxcvbnm",    "qazwsx",     "qazwsxedc",  "letmein",
    "welcome",    "willkommen",    "iloveyou",  "princess",   "sunshine",   "football",   "baseball",
    "basketball", "superman",      "batman",    "starwars",   "dragon",     "monkey",     "master",
    "shadow",     "trustno",       "whatever",  "computer",   "internet",   "changeme",   "changeit",
    "secret",     "administrator", "admin",     "root",       "guest",      "default",    "microscope",
    "laboratory", "arkitekt",      "abcdefgh",  "abcdefghi",  "abcd",       "test",       "hallo"};

std::size_t length(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

// `P@ssw0rd123!` is `password`: what stands before and after the letters counts for nothing, nor do
// digits and signs that look like letters.
std::string undecorated(const std::string& folded) {
  constexpr std::string_view kDecoration = "0123456789!?.,;:-_+*#$%&/()=<>@'\" ";
  const std::size_t first = folded.find_first_not_of(kDecoration);
  if (first == std::string::npos) return "";
  std::string word = folded.substr(first, folded.find_last_not_of(kDecoration) - first + 1);
  constexpr std::string_view kSigns = "0134578@$!";
  constexpr std::string_view kLetters = "oleastbasi";
  for (char& c : word) {
    if (const std::size_t sign = kSigns.find(c); sign != std::string_view::npos) c = kLetters[sign];
  }
  return word;
}

bool is_common(const std::string& folded) {
  const std::string word = undecorated(folded);
  return std::ranges::any_of(kCommon, [&](std::string_view common) {
    return word == common || word == std::string(common) + std::string(common);
  });
}

// So that `ada` forbids `ada-1234`, but not every word with these letters in it.
bool is_mostly(const std::string& folded, const std::string& name) {
  if (name.empty()) return false;
  for (const std::string& part : {name, std::string(name.rbegin(), name.rend())}) {
    std::string rest = folded;
    for (std::size_t at = rest.find(part); at != std::string::npos; at = rest.find(part)) {
      rest.erase(at, part.size());
    }
    if (rest.size() != folded.size() && length(rest) < kFewest) return true;
  }
  return false;
}

}  // namespace

void check_password(std::string_view password, std::string_view username) {
  const auto refuse = [](std::string_view why) { throw Error(code::kValidation, std::string(why)); };
  if (password.size() > kMostBytes || !base::is_valid_utf8(password) || base::contains_nul(password)) {
    refuse("The password cannot be used. Choose one of at most 1,024 ordinary characters.");
  }
  if (length(password) < kFewest) refuse("The password is too short. Choose one of at least 8 characters.");
  if (password.find_first_not_of(kDigits) == std::string_view::npos) {
    refuse("The password has only digits. Choose one with other characters, too.");
  }
  const std::string folded = base::fold_case(password);
  const bool repeats = std::set<char>(folded.begin(), folded.end()).size() < kFewestDifferent;
  if (repeats || is_common(folded)) {
    refuse(
        "Many people use this password, so it is tried first. Choose another, such as four words in a row.");
  }
  if (base::is_valid_utf8(username) && is_mostly(folded, base::fold_case(username))) {
    refuse("The password is too much like the user name. Choose another.");
  }
}

}  // namespace lok
