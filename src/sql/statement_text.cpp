#include "sql/statement_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace sql {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

class Translation {
 public:
  Translation(Dialect dialect, std::string_view sql) : dialect_(dialect), rest_(sql) {}

  std::string run() {
    while (!rest_.empty()) step();
    return std::move(out_);
  }
  std::size_t parameters() const { return parameters_; }

 private:
  void step() {
    const char c = rest_.front();
    if (c == '\'' || c == '"') return copy(quoted_length(c));
    if (rest_.starts_with("--")) return copy(through(rest_.find('\n'), 1));
    if (rest_.starts_with("/*")) return copy(through(rest_.find("*/", 2), 2));
    if (c == '$' && rest_.size() > 1 && is_digit(rest_[1])) return parameter();
    if (is_word(c)) return word();
    copy(1);
  }

  void copy(std::size_t length) {
    out_ += rest_.substr(0, length);
    rest_.remove_prefix(length);
  }

  std::size_t through(std::size_t found, std::size_t length) const {
    return found == std::string_view::npos ? rest_.size() : found + length;
  }

  /// A doubled quote inside looks like two neighbours, which copies the same.
  std::size_t quoted_length(char quote) const { return through(rest_.find(quote, 1), 1); }

  static std::size_t word_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_word(text[length])) ++length;
    return length;
  }

  void parameter() {
    out_ += dialect_ == Dialect::kSqlite ? '?' : '$';
    rest_.remove_prefix(1);
    const std::size_t length = word_length(rest_);
    count(rest_.substr(0, length));
    copy(length);
  }

  void count(std::string_view digits) {
    std::size_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    parameters_ = std::max(parameters_, number);
  }

  void word() {
    const std::string_view name = rest_.substr(0, word_length(rest_));
    if (name == "not") {
      std::string_view next = rest_.substr(name.size());
      while (!next.empty() && is_space(next.front())) next.remove_prefix(1);
      if (membership(next, "in_ids", "bigint", true) || membership(next, "in_texts", "text", true)) return;
    } else if (membership(rest_, "in_ids", "bigint", false) || membership(rest_, "in_texts", "text", false)) {
      return;
    }
    copy(name.size());
  }

  /// If `text` starts with `name($n)`, writes the database's form of it.
  bool membership(std::string_view text, std::string_view name, std::string_view type, bool negated) {
    if (!text.starts_with(name)) return false;
    text.remove_prefix(name.size());
    if (!text.starts_with("($")) return false;
    text.remove_prefix(2);
    const std::string_view number = text.substr(0, word_length(text));
    text.remove_prefix(number.size());
    if (number.empty() || !text.starts_with(')')) return false;
    text.remove_prefix(1);
    count(number);

    if (dialect_ == Dialect::kSqlite) {
      out_.append(negated ? "not in" : "in").append(" (select value from json_each(?").append(number);
      out_ += "))";
    } else {
      out_.append(negated ? "<> all($" : "= any($").append(number).append("::").append(type).append("[])");
    }
    rest_ = text;
    return true;
  }

  Dialect dialect_;
  std::string_view rest_;
  std::string out_;
  std::size_t parameters_ = 0;
};

}  // namespace

std::string statement_text(Dialect dialect, std::string_view sql) { return Translation(dialect, sql).run(); }

std::size_t parameter_count(std::string_view sql) {
  Translation translation(Dialect::kPostgres, sql);
  translation.run();
  return translation.parameters();
}

}  // namespace sql
