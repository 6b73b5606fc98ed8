// A service's schema files: their syntax trees, their schema, and where in
// them each name stands.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "graphql/language/ast.h"
#include "graphql/schema/schema.h"

namespace schemac {

struct SourceText {
  std::string name;  ///< as messages name it
  std::string text;
};

/// One file: a domain noun.
struct Noun {
  std::string file;
  graphql::ast::TypeSystemDocument document;
};

class Sources {
 public:
  /// Throws base::Error whose message begins with `file:line:column` of what
  /// is wrong.
  explicit Sources(const std::vector<SourceText>& texts);

  const std::vector<Noun>& nouns() const { return nouns_; }
  const graphql::Schema& schema() const { return *schema_; }
  /// The noun that defines a type; null for built-in ones.
  const Noun* noun_of(const graphql::NamedType& type) const;
  /// `file:line:column` of a type (`Task`) or member (`Task.args`).
  std::string place_of(const std::string& name) const;

 private:
  void remember_places();
  std::string placed(const std::string& problems) const;

  std::vector<Noun> nouns_;
  std::shared_ptr<const graphql::Schema> schema_;
  std::unordered_map<std::string, std::string> places_;
  std::unordered_map<std::string, const Noun*> homes_;
};

}  // namespace schemac
