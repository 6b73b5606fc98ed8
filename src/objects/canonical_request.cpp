#include "objects/canonical_request.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace objects {
namespace {

// All but the slashes.
std::string encoded_path(std::string_view path) {
  std::string out;
  for (const std::string_view part : base::split(path, '/')) {
    if (part.data() != path.data()) out += '/';
    out += net::percent_encode(part);
  }
  return out;
}

// A plus is a plus here: S3's clients write spaces as %20.
std::string decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string canonical_query(std::string_view query, std::string_view without) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string_view part : base::split(query, '&')) {
    if (part.empty()) continue;
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string name = decoded(part.substr(0, equals));
    if (!without.empty() && name == without) continue;
    parameters.emplace_back(net::percent_encode(name),
                            net::percent_encode(decoded(part.substr(std::min(equals + 1, part.size())))));
  }
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& [name, value] : parameters) out += (out.empty() ? "" : "&") + name + "=" + value;
  return out;
}

// Several fields of one name are one, joined by commas; runs of spaces are one space.
std::string header_value(const net::Headers& headers, std::string_view name) {
  std::string out;
  bool is_first = true;
  for (const auto& [field, value] : headers.fields()) {
    if (base::fold_case(field) != name) continue;
    if (!std::exchange(is_first, false)) out += ',';
    bool after_space = false;
    for (const char c : base::trim(value)) {
      if (c == ' ' && after_space) continue;
      after_space = c == ' ';
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string canonical_request(const net::HttpRequest& request, const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash, std::string_view without) {
  std::string out = request.method;
  out += '\n';
  out += encoded_path(request.path);
  out += '\n';
  out += canonical_query(request.query, without);
  out += '\n';
  for (const std::string& name : signed_headers) {
    out += name;
    out += ':';
    out += header_value(request.headers, name);
    out += '\n';
  }
  out += '\n';
  out += base::join(signed_headers, ";");
  out += '\n';
  out += payload_hash;
  return out;
}

}  // namespace objects
