#include "graphql/validation/suggestions.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <tuple>
#include <utility>

namespace graphql::validation {
namespace {

constexpr std::size_t kMaxSuggestions = 5;
/// Nobody mistypes a longer name, and comparing takes time by its square.
constexpr std::size_t kMaxNameLength = 128;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// Insertions, deletions, replacements and swaps of neighbours that make one
/// word of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::vector<std::string> similar_names(std::string_view name, std::vector<std::string_view> known) {
  if (name.size() > kMaxNameLength) return {};
  const std::size_t threshold = name.size() * 2 / 5 + 1;
  const std::string wanted = lower_case(name);
  std::vector<std::pair<std::size_t, std::string_view>> similar;
  for (const std::string_view candidate : known) {
    const std::size_t longer = std::max(candidate.size(), name.size());
    const std::size_t shorter = std::min(candidate.size(), name.size());
    if (longer - shorter > threshold) continue;
    const std::string lower = lower_case(candidate);
    // Another capitalization is one mistake, however many letters it changes.
    const std::size_t distance = lower == wanted ? 1 : edit_distance(wanted, lower);
    if (distance <= threshold) similar.emplace_back(distance, candidate);
  }
  std::sort(similar.begin(), similar.end());
  if (similar.size() > kMaxSuggestions) similar.resize(kMaxSuggestions);
  std::vector<std::string> names;
  names.reserve(similar.size());
  for (const auto& [distance, candidate] : similar) names.emplace_back(candidate);
  return names;
}

std::string did_you_mean(const std::vector<std::string>& names, std::string_view what) {
  if (names.empty()) return {};
  const std::size_t count = std::min(names.size(), kMaxSuggestions);
  std::string text = " Did you mean ";
  if (!what.empty()) {
    text += what;
    text += ' ';
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 < count ? ", " : (count > 2 ? ", or " : " or ");
    text += '\'';
    text += names[i];
    text += '\'';
  }
  text += '?';
  return text;
}

void report_unknown_type(Context& context, std::string_view name, ast::Location location) {
  if (context.full()) return;
  std::vector<std::string_view> known;
  for (const NamedType* type : context.schema().types()) {
    if (!type->internal) known.emplace_back(type->name);
  }
  context.report({location}, "Unknown type '{}'.{}", name,
                 did_you_mean(similar_names(name, std::move(known))));
}

}  // namespace graphql::validation
