// What a file is, told by the ending of its name.
#pragma once

#include <string>
#include <string_view>

namespace lok {

/// As Python's `mimetypes` says it, which clients ask for the same file; `application/octet-stream` where the
/// ending says nothing.
std::string content_type_of(std::string_view file_name);

/// Whether this can stand in a header and a form: `type/subtype`, with parameters or without, at most 255
/// characters.
bool is_content_type(std::string_view text);

}  // namespace lok
