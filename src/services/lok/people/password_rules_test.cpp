#include "services/lok/people/password_rules.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lok {
namespace {

bool may_be_chosen(const std::string& password, const std::string& username = "ada") {
  try {
    check_password(password, username);
    return true;
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::code::kValidation);
    return false;
  }
}

TEST(PasswordRules, TakeWhatIsHardToGuess) {
  for (const char* password :
       {"four words in a row", "k7#vQp2x", "Übergrößen", "correcthorse", "Canadaisbig"}) {
    EXPECT_TRUE(may_be_chosen(password)) << password;
  }
}

TEST(PasswordRules, CountCharactersNotBytes) {
  EXPECT_FALSE(may_be_chosen("äöüßéèñ"));
  EXPECT_TRUE(may_be_chosen("äöüßéèñç"));
}

TEST(PasswordRules, RefuseWhatIsTooShortOrTooLongOrNoText) {
  for (const std::string& password : {std::string(), std::string("k7#vQp2"), std::string(1025, 'x') + "abc1",
                                      std::string("k7#vQp2\xff"), std::string("k7#vQp2\0x", 9)}) {
    EXPECT_FALSE(may_be_chosen(password));
  }
}

TEST(PasswordRules, RefuseDigitsAndRepetitions) {
  for (const char* password : {"4711081519", "aaaaaaaaaa", "abababababab", "        "}) {
    EXPECT_FALSE(may_be_chosen(password)) << password;
  }
}

TEST(PasswordRules, RefuseCommonPasswordsHoweverDecorated) {
  for (const char* password : {"password", "Password123!", "P@ssw0rd", "p455w0rt", "2026Welcome",
                               "qwertzuiop", "!!letmein!!", "Admin-2026", "secretsecret", "Tr0ub4dor"}) {
    EXPECT_EQ(may_be_chosen(password), std::string(password) == "Tr0ub4dor") << password;
  }
}

TEST(PasswordRules, RefuseTheUserNameWithLittleElse) {
  for (const char* password : {"ada-1234", "ADA12345", "adaadaada1", "adaadaadx"}) {
    EXPECT_FALSE(may_be_chosen(password)) << password;
  }
  EXPECT_FALSE(may_be_chosen("ecalevol-1", "lovelace")) << "backwards";
  EXPECT_TRUE(may_be_chosen("ada likes engines"));
}

}  // namespace
}  // namespace lok
