#include "schemac/sources.h"

#include <fmt/format.h>

#include <cctype>
#include <sstream>

#include "base/error.h"
#include "graphql/error.h"
#include "graphql/language/parser.h"

namespace schemac {
namespace {

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

}  // namespace

Sources::Sources(const std::vector<SourceText>& texts) {
  std::vector<std::string_view> documents;
  for (const SourceText& source : texts) {
    try {
      nouns_.push_back({source.name, graphql::parse_schema(source.text)});
    } catch (const graphql::SyntaxError& error) {
      throw base::Error(base::code::kValidation, "{}:{}:{}: {}", source.name, error.location.line,
                        error.location.column, error.message());
    }
    documents.push_back(source.text);
  }
  remember_places();
  try {
    schema_ = graphql::Schema::from_sdl(documents);
  } catch (const base::Error& error) {
    throw base::Error(base::code::kValidation, placed(error.message()));
  }
}

void Sources::remember_places() {
  for (const Noun& noun : nouns_) {
    const auto at = [&](const graphql::ast::Location& location) {
      return fmt::format("{}:{}:{}", noun.file, location.line, location.column);
    };
    for (const graphql::ast::TypeDefinition& type : noun.document.types) {
      if (!type.extension) {
        places_.emplace(type.name, at(type.location));
        homes_.emplace(type.name, &noun);
      }
      for (const auto& field : type.fields) places_[type.name + "." + field.name] = at(field.location);
      for (const auto& field : type.input_fields) places_[type.name + "." + field.name] = at(field.location);
      for (const auto& value : type.values) places_[type.name + "." + value.name] = at(value.location);
    }
  }
}

const Noun* Sources::noun_of(const graphql::NamedType& type) const {
  const auto home = homes_.find(type.name);
  return home == homes_.end() ? nullptr : home->second;
}

std::string Sources::place_of(const std::string& name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? "the schema" : place->second;
}

// Puts before each line the place of the most exact name in it.
std::string Sources::placed(const std::string& problems) const {
  std::string text;
  std::istringstream lines(problems);
  for (std::string line; std::getline(lines, line);) {
    std::string best;
    for (std::size_t begin = 0; begin < line.size();) {
      std::size_t end = begin;
      while (end < line.size() && in_name(line[end])) ++end;
      std::string name = line.substr(begin, end - begin);
      while (!name.empty() && name.back() == '.') name.pop_back();
      const bool member = name.find('.') != std::string::npos;
      if (places_.contains(name) && (best.empty() || (member && best.find('.') == std::string::npos))) {
        best = name;
      }
      begin = end + 1;
    }
    text += (text.empty() ? "" : "\n") + (best.empty() ? "" : place_of(best) + ": ") + line;
  }
  return text;
}

}  // namespace schemac
