// What printing executable documents and SDL have in common.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graphql/language/ast.h"

namespace graphql {

/// Appends syntax to a text. Whatever it writes, the parser reads back as the
/// same syntax tree.
class SyntaxWriter {
 public:
  void value(const ast::Value& value);
  void type(const ast::TypeReference& type);
  SyntaxWriter& text(std::string_view piece);
  std::string take() { return std::move(out_); }

 protected:
  /// The current indentation, or that of a level further out.
  void indent(std::size_t less = 0);
  /// An empty line between definitions.
  void separate();
  void arguments(const std::vector<ast::Argument>& arguments);
  void directives(const ast::Directives& directives);
  void quoted(std::string_view contents);
  /// As """block string""" at the current indentation; the caller has indented
  /// the first line.
  void block_string(std::string_view contents);
  /// Would a block string read back as this text?
  static bool fits_block_string(std::string_view contents);

  template <class Range, class Item>
  void list(const Range& range, std::string_view between, Item&& item) {
    bool first = true;
    for (const auto& each : range) {
      if (!first) text(between);
      first = false;
      item(each);
    }
  }

  /// Held while writing one level deeper.
  class Indented {
   public:
    explicit Indented(SyntaxWriter& writer) : writer_(writer) { ++writer_.depth_; }
    ~Indented() { --writer_.depth_; }
    Indented(const Indented&) = delete;
    Indented& operator=(const Indented&) = delete;

   private:
    SyntaxWriter& writer_;
  };

 private:
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace graphql
