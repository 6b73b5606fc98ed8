#include "services/mikro/space/unit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "base/text.h"
#include "services/mikro/space/unit_table.h"

namespace mikro::space {
namespace {

constexpr std::size_t kLongestUnit = 200;
constexpr int kDeepestParentheses = 16;
constexpr double kLargestExponent = 100;

/// Powers of names, in the order they were first met.
using Powers = std::vector<std::pair<std::string, double>>;

void multiply(Powers& powers, std::string_view name, double exponent) {
  const auto known =
      std::find_if(powers.begin(), powers.end(), [&](const auto& p) { return p.first == name; });
  if (known == powers.end()) {
    powers.emplace_back(name, exponent);
  } else {
    known->second += exponent;
  }
  std::erase_if(powers, [](const auto& power) { return power.second == 0; });
}

bool is_arbitrary(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kSpellings{
      "a.u.", "a.u", "arb", "arbitrary unit", "arbitrary units", "arbitrary_unit"};
  std::string lower(base::trim(text));
  for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return std::find(kSpellings.begin(), kSpellings.end(), lower) != kSpellings.end();
}

/// `product := power (('*' | '/' | '·' | ' ') power)*`, `power := atom ('**' | '^') number`,
/// `atom := '1' | name | '(' product ')'`; `name2` and `name²` are powers too. `done()` is false
/// after anything else.
class Expression {
 public:
  explicit Expression(std::string_view text) : text_(text) {}

  Powers parse() {
    Powers result = product(0);
    if (at_ != text_.size()) failed_ = true;
    return result;
  }
  bool failed() const { return failed_; }

 private:
  Powers product(int depth) {
    Powers result;
    if (depth > kDeepestParentheses) failed_ = true;
    double sign = 1;
    while (!failed_) {
      for (const auto& [name, exponent] : power(depth)) multiply(result, name, sign * exponent);
      skip_spaces();
      if (at_ == text_.size() || text_[at_] == ')') break;
      sign = take("/") ? -1 : 1;
      if (sign > 0 && !take("*")) take("·");
    }
    return result;
  }

  Powers power(int depth) {
    Powers result = atom(depth);
    skip_spaces();
    double exponent = 1;
    if (take("**") || take("^")) {
      skip_spaces();
      const bool grouped = take("(");
      exponent = number();
      if (grouped && !take(")")) failed_ = true;
    } else if (at_ < text_.size() && is_digit(text_[at_]) && at_ > 0 && is_letter(text_[at_ - 1])) {
      exponent = number();  // `cm2`
    } else {
      const bool negative = take("⁻");
      if (take("¹"))
        exponent = 1;
      else if (take("²"))
        exponent = 2;
      else if (take("³"))
        exponent = 3;
      else if (negative)
        failed_ = true;
      if (negative) exponent = -exponent;
    }
    for (auto& [name, value] : result) value *= exponent;
    return result;
  }

  Powers atom(int depth) {
    skip_spaces();
    if (take("(")) {
      Powers inner = product(depth + 1);
      if (!take(")")) failed_ = true;
      return inner;
    }
    if (at_ < text_.size() && is_digit(text_[at_])) {
      // Only `1 / second`: any other number is a quantity, not a unit.
      if (number() != 1) failed_ = true;
      return {};
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_name()) ++at_;
    const std::string_view spelling = text_.substr(start, at_ - start);
    if (spelling == "dimensionless") return {};
    const std::optional<FoundUnit> found = find_unit(spelling);
    if (!found) {
      failed_ = true;
      return {};
    }
    return {{found->name(), 1.0}};
  }

  double number() {
    const std::string rest(text_.substr(at_, 32));
    char* end = nullptr;
    const double value = std::strtod(rest.c_str(), &end);
    if (end == rest.c_str() || !(std::abs(value) <= kLargestExponent)) {
      failed_ = true;
      return 0;
    }
    at_ += static_cast<std::size_t>(end - rest.c_str());
    return value;
  }

  bool ends_name() const {
    if (is_digit(text_[at_])) return true;
    static constexpr std::array<std::string_view, 11> kEnds{" ", "*", "/", "^", "(", ")",
                                                            "·", "¹", "²", "³", "⁻"};
    const std::string_view rest = text_.substr(at_);
    return std::any_of(kEnds.begin(), kEnds.end(),
                       [&](std::string_view end) { return rest.starts_with(end); });
  }
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void skip_spaces() {
    while (take(" ")) {
    }
  }
  static bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
  static bool is_letter(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter & 0x80) != 0;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string print(Powers powers, std::string_view nothing) {
  std::sort(powers.begin(), powers.end());
  std::string above;
  std::string below;
  const auto append = [](std::string& text, std::string_view separator, std::string_view name,
                         double exponent) {
    text += separator;
    text += exponent == 1 ? std::string(name) : fmt::format("{} ** {:g}", name, exponent);
  };
  for (const auto& [name, exponent] : powers) {
    if (exponent > 0) append(above, above.empty() ? "" : " * ", name, exponent);
    if (exponent < 0) append(below, " / ", name, -exponent);
  }
  if (above.empty() && below.empty()) return std::string(nothing);
  return (above.empty() ? "1" : above) + below;
}

/// Collects, below one unit, the scales that are multiplied and the base dimensions that are left.
struct Roots {
  std::vector<std::pair<double, double>> above;  ///< scale, exponent
  std::vector<std::pair<double, double>> below;
  Powers bases;
  bool offset = false;

  void add_scale(double scale, double exponent) {
    auto& side = exponent < 0 ? below : above;
    const double size = std::abs(exponent);
    for (auto& [known, total] : side) {
      if (known != scale) continue;
      total += size;
      return;
    }
    side.emplace_back(scale, size);
  }

  void add(std::string_view name, double exponent) {
    const FoundUnit found = *find_unit(name);
    if (!found.prefix.empty()) add_scale(found.prefix_scale, exponent);
    offset = offset || found.unit->offset;
    if (found.unit->made_of.starts_with("[")) return multiply(bases, found.unit->made_of, exponent);
    add_scale(found.unit->scale, exponent);
    for (const auto& [part, power] : Expression(found.unit->made_of).parse()) add(part, power * exponent);
  }

  /// Equal scales above and below cancel before anything is multiplied, as pint does it: the order
  /// of these products decides the last digit.
  double factor() {
    for (auto& [scale, exponent] : above) {
      for (auto& [other, size] : below) {
        if (other != scale) continue;
        const double common = std::min(exponent, size);
        exponent -= common;
        size -= common;
      }
    }
    double result = 1;
    for (const auto& [scale, exponent] : above) result *= exponent == 0 ? 1 : std::pow(scale, exponent);
    for (const auto& [scale, exponent] : below) result *= exponent == 0 ? 1 : std::pow(scale, -exponent);
    return result;
  }
};

}  // namespace

std::optional<Unit> Unit::parse(std::string_view text) {
  text = base::trim(text);
  if (text.empty() || text.size() > kLongestUnit) return std::nullopt;
  Unit unit;
  if (is_arbitrary(text)) {
    unit.name_ = kArbitrary;
    return unit;
  }
  Expression expression(text);
  const Powers powers = expression.parse();
  if (expression.failed()) return std::nullopt;
  Roots roots;
  for (const auto& [name, exponent] : powers) {
    roots.add(name, exponent);
    unit.terms_.push_back({name, exponent});
  }
  unit.name_ = print(powers, "dimensionless");
  unit.dimension_ = std::move(roots.bases);
  std::sort(unit.dimension_.begin(), unit.dimension_.end());
  return unit;
}

std::string Unit::dimension() const {
  return arbitrary() ? "[arbitrary]" : print(dimension_, "dimensionless");
}

bool Unit::measures(std::string_view base) const {
  return dimension_.size() == 1 && dimension_[0].second == 1 &&
         dimension_[0].first == fmt::format("[{}]", base);
}

std::optional<double> conversion_factor(const Unit& from, const Unit& to) {
  if (from.name_ == to.name_) return 1.0;
  if (from.arbitrary() || to.arbitrary() || from.dimension_ != to.dimension_) return std::nullopt;
  Powers quotient;
  for (const Unit::Term& term : from.terms_) multiply(quotient, term.name, term.exponent);
  for (const Unit::Term& term : to.terms_) multiply(quotient, term.name, -term.exponent);
  Roots roots;
  for (const auto& [name, exponent] : quotient) roots.add(name, exponent);
  if (roots.offset) return std::nullopt;
  const double factor = roots.factor();
  if (!std::isfinite(factor) || factor == 0) return std::nullopt;
  return factor;
}

std::optional<double> pass_through_factor(const std::optional<std::string>& from,
                                          const std::optional<std::string>& to) {
  if (!from || !to || from->empty() || to->empty() || *from == *to) return 1.0;
  const std::optional<Unit> source = Unit::parse(*from);
  const std::optional<Unit> target = Unit::parse(*to);
  if ((source && source->arbitrary()) || (target && target->arbitrary())) return 1.0;
  if (!source || !target) return std::nullopt;
  return conversion_factor(*source, *target);
}

}  // namespace mikro::space
