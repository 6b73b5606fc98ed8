// Where somebody goes on after signing in: one of our own pages, and nothing
// else. The one place that decides it.
#pragma once

#include <string>
#include <string_view>

namespace lok {

/// A page below the prefix that may be returned to.
struct ReturnTarget {
  std::string path;   ///< `/device`; one of a fixed list
  std::string query;  ///< as it stands in an address, without `?`; only characters that may stand there

  /// `/device?code=WDJB-MJHT`, as forms and links carry it.
  std::string text() const;
};

/// What a form or link asks for as `next`. Whatever is not the path of a page
/// that may be returned to, or has a character that no address has, or is
/// longer than 4 KiB, means the account page: whose hand it is from is unknown.
ReturnTarget read_return_target(std::string_view next);

}  // namespace lok
