// Errors of the OAuth endpoints: a word for programs, a sentence for people.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "net/http.h"

namespace lok {

/// To be thrown; `word` is `invalid_grant`, `invalid_request`, ...
inline base::Error oauth_error(std::string_view word, std::string description) {
  return base::Error(base::code::kValidation, std::move(description)).with_reason(std::string(word));
}

/// The JSON answer for anything thrown while a credential was handled. What is
/// no fault of the caller is 503 or 500, which clients try again.
net::HttpResponse oauth_failure(const std::exception& error);

/// A JSON answer that nobody may keep.
net::HttpResponse uncached_json(int status, const base::Json& body);

}  // namespace lok
