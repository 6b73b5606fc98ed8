#include "services/lok/login/user_code.h"

#include "base/random.h"

namespace lok {
namespace {

constexpr std::string_view kAlphabet = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kLetters = 8;

std::string hyphenated(const std::string& letters) {
  return letters.substr(0, kLetters / 2) + "-" + letters.substr(kLetters / 2);
}

}  // namespace

std::string make_user_code() {
  constexpr unsigned kFair = 256 - 256 % kAlphabet.size();
  std::string letters;
  while (letters.size() < kLetters) {
    for (const char byte : base::random_bytes(kLetters)) {
      const auto value = static_cast<unsigned char>(byte);
      if (value < kFair && letters.size() < kLetters) letters += kAlphabet[value % kAlphabet.size()];
    }
  }
  return hyphenated(letters);
}

std::optional<std::string> read_user_code(std::string_view typed) {
  std::string letters;
  for (char c : typed) {
    if (c == ' ' || c == '-') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (kAlphabet.find(c) == std::string_view::npos || letters.size() == kLetters) return std::nullopt;
    letters += c;
  }
  if (letters.size() < kLetters) return std::nullopt;
  return hyphenated(letters);
}

}  // namespace lok
