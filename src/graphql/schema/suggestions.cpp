#include "graphql/schema/suggestions.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "base/text.h"

namespace graphql {
namespace {

constexpr std::size_t kMaxSuggestions = 5;
/// Nobody mistypes a longer name, and comparing takes time by its square.
constexpr std::size_t kMaxNameLength = 128;

std::string lower_case(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

std::string suggest(std::string_view wrong, const std::vector<std::string_view>& known,
                    std::string_view what) {
  if (wrong.size() > kMaxNameLength) return {};
  const std::string lower = lower_case(wrong);
  const std::size_t tolerance = wrong.size() * 2 / 5 + 1;
  std::vector<std::pair<std::size_t, std::string_view>> similar;
  for (const std::string_view candidate : known) {
    if (candidate.size() > wrong.size() + tolerance) continue;
    // Another case is one mistake, whatever the number of letters.
    const std::size_t other_case = candidate == wrong ? 0 : 1;
    const std::size_t letters = base::edit_distance(lower, lower_case(candidate));
    const std::size_t distance = letters == 0 ? other_case : letters;
    if (distance <= tolerance) similar.emplace_back(distance, candidate);
  }
  if (similar.empty()) return {};
  std::ranges::sort(similar);
  const std::size_t count = std::min(similar.size(), kMaxSuggestions);
  std::string text = " Did you mean ";
  if (!what.empty()) text.append(what).append(" ");
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += i + 1 < count ? ", " : (count == 2 ? " or " : ", or ");
    text.append("'").append(similar[i].second).append("'");
  }
  return text + "?";
}

}  // namespace graphql
