// The pages about other programs that people sign in to: HTML as text.
#pragma once

#include <string>
#include <vector>

#include "services/lok/pages/pages.h"

namespace lok::pages {

/// HTML that says which program asks, for whoever has yet to sign in.
std::string who_signs_in(const std::string& program);

/// What a person is asked before a program is told who they are.
struct SignInConsent {
  std::string program;
  std::string leads_to;  ///< the place the browser goes on to
  std::string request;   ///< the parameters, as the form brings them back
  std::vector<Place> places;
  std::vector<OfferedScope> scopes;
};
std::string sign_in_consent(const Frame& frame, const SignInConsent& view);

/// Whether to sign out here, too.
struct EndSession {
  std::string program;  ///< empty: not known
  std::string request;
};
std::string end_session(const Frame& frame, const EndSession& view);

}  // namespace lok::pages
