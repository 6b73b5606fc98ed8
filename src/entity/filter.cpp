#include "entity/filter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "entity/lookup.h"
#include "sql/expressions.h"

namespace entity {
namespace {

std::string column_text(const std::string& alias, const Column& column) {
  return alias + "." + quoted(column.name);
}

// Ids of any text: what is no number matches nothing.
std::string id_condition(SqlText& sql, const std::string& expression, const base::Json& value) {
  sql::Ids ids;
  const auto add = [&](const base::Json& item) {
    if (const auto id = row_id(item.as_string())) ids.values.push_back(*id);
  };
  if (value.is_array()) {
    for (const base::Json& item : value.items()) add(item);
  } else {
    add(value);
  }
  return sql.is_among(expression, std::move(ids));
}

std::string among_texts(SqlText& sql, const std::string& expression, const base::Json& list) {
  sql::Texts texts;
  for (const base::Json& item : list.items()) texts.values.push_back(item.as_string());
  return fmt::format("{} in_texts({})", expression, sql.bind(std::move(texts)));
}

std::string both(const std::string& left, const std::string& right, std::string_view word) {
  if (left.empty()) return right;
  if (right.empty()) return left;
  return fmt::format("({} {} {})", left, word, right);
}

bool is_lookup(const graphql::NamedType& type) { return type.name.ends_with("FilterLookup"); }

}  // namespace

std::string Filter::where(SqlText& sql, const std::string& alias, const base::Json& value,
                          const Call& call) const {
  if (value.is_null()) return "";
  // AND and NOT narrow what the other fields leave, OR adds to it last; alone
  // it stands for itself.
  std::string narrowed;
  std::string widened;
  bool has_or = false;
  if (together_ != nullptr) narrowed = together_->condition(sql, alias, value, call);
  for (const Term& one : terms_) {
    const base::Json* given = value.find(one.name);
    if (given == nullptr || given->is_null()) continue;
    if (one.kind == Kind::kOr) {
      has_or = true;
      widened = one.nested->where(sql, alias, *given, call);
      if (widened.empty()) widened = "1 = 1";
      continue;
    }
    narrowed = both(narrowed, term(one, sql, alias, *given, call), "and");
  }
  return has_or ? both(narrowed, widened, "or") : narrowed;
}

void Filter::check(const Call& call, const base::Json& value, const graphql::FieldDef& field,
                   std::span<const std::int64_t> parents) const {
  if (check_ == nullptr || !value.is_object()) return;
  (*check_)(call, value, field.owner->name + "." + field.name, parents);
}

std::string Filter::term(const Term& one, SqlText& sql, const std::string& alias, const base::Json& value,
                         const Call& call) const {
  switch (one.kind) {
    case Kind::kDistinct:
    case Kind::kOr:
      return "";
    case Kind::kIds:
      if (one.column != nullptr) return among_texts(sql, column_text(alias, *one.column), value);
      return id_condition(sql, alias + ".\"id\"", value);
    case Kind::kAnd:
      return one.nested->where(sql, alias, value, call);
    case Kind::kNot: {
      const std::string inner = one.nested->where(sql, alias, value, call);
      return inner.empty() ? "1 = 0" : sql::negated(inner);
    }
    case Kind::kLookup: {
      const std::string inner =
          lookup_condition(sql, column_text(alias, *one.column), one.column->storage, value);
      return inner.empty() ? "" : "(" + inner + ")";
    }
    case Kind::kEquals: {
      const std::string column = column_text(alias, *one.column);
      if (one.column->storage == Storage::kInteger && (value.is_array() || value.is_string())) {
        return id_condition(sql, column, value);
      }
      if (!value.is_array())
        return fmt::format("{} = {}", column, sql.bind(column_value(one.column->storage, value)));
      return among_texts(sql, column, value);
    }
    case Kind::kRelation: {
      const std::string inner_alias = alias + "_" + one.name;
      const std::string inner = one.nested->where(sql, inner_alias, value, call);
      if (inner.empty()) return "";
      return fmt::format("exists (select 1 from {} {} where {}.\"id\" = {} and {})",
                         quoted(one.column->references->name), inner_alias, inner_alias,
                         column_text(alias, *one.column), inner);
    }
    case Kind::kPredicate: {
      const std::string inner = (*one.predicate)(sql, alias, value, call);
      return inner.empty() ? "" : "(" + inner + ")";
    }
  }
  return "";
}

std::string Ordering::order_by(SqlText& sql, const std::string& alias, const base::Json& value,
                               const Call& call) const {
  std::string text;
  if (value.is_array()) {
    for (const base::Json& element : value.items()) {
      for (const auto& [name, direction] : element.members()) {
        const auto term =
            std::find_if(terms_.begin(), terms_.end(), [&](const Term& t) { return t.name == name; });
        if (term == terms_.end() || direction.is_null()) continue;
        const std::string expression = term->column != nullptr ? column_text(alias, *term->column)
                                                               : (*term->expression)(sql, alias, call);
        text += sql::ordered(expression, direction.as_string()) + ", ";
      }
    }
  }
  return fmt::format("order by {}{}.\"id\"", text, alias);
}

const Filter* FilterFactory::filter(const graphql::NamedType& input, const Table& table) {
  const auto [it, fresh] = filters_.try_emplace({&input, &table});
  if (!fresh) return &it->second;
  Filter& filter = it->second;
  const auto together = registry_.together.find(input.name);
  if (together != registry_.together.end()) filter.together_ = &together->second;
  std::vector<Filter::Term> terms;
  for (const graphql::InputValue& field : input.input_fields) {
    terms.push_back(filter_term(input, field, table, filter));
  }
  filter.terms_ = std::move(terms);
  const auto check = registry_.checks.find(input.name);
  if (check != registry_.checks.end()) filter.check_ = &check->second;
  return &filter;
}

Filter::Term FilterFactory::filter_term(const graphql::NamedType& input, const graphql::InputValue& field,
                                        const Table& table, const Filter& self) {
  using Kind = Filter::Kind;
  Filter::Term term;
  term.name = field.name;
  const auto predicate = registry_.predicates.find(input.name + "." + field.name);
  if (predicate != registry_.predicates.end()) {
    term.kind = Kind::kPredicate;
    term.predicate = &predicate->second;
    return term;
  }
  if (self.together_ != nullptr && std::find(self.together_->fields.begin(), self.together_->fields.end(),
                                             field.name) != self.together_->fields.end()) {
    term.kind = Kind::kDistinct;  // the condition they are in together has them
    return term;
  }
  if (field.name == "DISTINCT") {
    term.kind = Kind::kDistinct;  // no row is ever listed twice
    return term;
  }
  if (field.name == "AND" || field.name == "OR" || field.name == "NOT") {
    term.kind = field.name == "AND" ? Kind::kAnd : field.name == "OR" ? Kind::kOr : Kind::kNot;
    term.nested = &self;
    return term;
  }
  if (field.name == "ids") {
    term.kind = Kind::kIds;
    term.column = table.public_id;
    return term;
  }
  term.column = table.column_of_field(field.name);
  const graphql::NamedType& type = *field.type->named;
  if (term.column != nullptr && is_lookup(type)) {
    term.kind = Kind::kLookup;
    return term;
  }
  if (term.column != nullptr && type.is_leaf()) {
    term.kind = Kind::kEquals;
    return term;
  }
  if (term.column != nullptr && term.column->references != nullptr) {
    term.kind = Kind::kRelation;
    term.nested = filter(type, *term.column->references);
    return term;
  }
  problems_.push_back(fmt::format("{}.{}: no column of {} has that name and no predicate is registered",
                                  input.name, field.name, table.name));
  term.kind = Kind::kDistinct;
  return term;
}

const Ordering* FilterFactory::ordering(const graphql::NamedType& input, const Table& table) {
  const auto [it, fresh] = orderings_.try_emplace({&input, &table});
  if (!fresh) return &it->second;
  for (const graphql::InputValue& field : input.input_fields) {
    Ordering::Term term;
    term.name = field.name;
    const auto expression = registry_.orderings.find(input.name + "." + field.name);
    if (expression != registry_.orderings.end()) {
      term.expression = &expression->second;
    } else {
      term.column = table.column_of_field(field.name);
    }
    if (term.column == nullptr && term.expression == nullptr) {
      problems_.push_back(fmt::format("{}.{}: no column of {} has that name and no ordering is registered",
                                      input.name, field.name, table.name));
      continue;
    }
    it->second.terms_.push_back(std::move(term));
  }
  return &it->second;
}

std::optional<Page> page_of(const base::Json& arguments, std::size_t max_page) {
  const base::Json& pagination = arguments["pagination"];
  if (!pagination.is_object()) return std::nullopt;
  return page_of(pagination["offset"].as_int64().value_or(0), pagination["limit"].as_int64(), max_page);
}

Page page_of(std::int64_t offset, std::optional<std::int64_t> limit, std::size_t max_page) {
  if (offset < 0)
    throw base::Error(base::code::kValidation, std::string("Negative indexing is not supported."));
  const auto most = static_cast<std::int64_t>(max_page);
  return {offset, !limit || *limit < 0 ? most : std::min(*limit, most)};
}

std::string scope_condition(const Table& table, SqlText& sql, const std::string& alias, const Call& call) {
  if (table.visible) return table.visible(sql, alias, call);
  if (table.scope == Table::Scope::kGlobal) return "";
  if (table.scope == Table::Scope::kOwn)
    return fmt::format("{}.\"organization_id\" = {}", alias, sql.bind(call.organization));
  std::string text;
  std::string close;
  std::string at = alias;
  const Table* here = &table;
  for (const std::string& step : table.via) {
    const Column* column = here->column_of_field(step);
    if (column == nullptr || column->references == nullptr) {
      throw base::Error(base::code::kInternal, "{}: the scope path names {}, which is no reference.",
                        table.name, step);
    }
    const std::string next = at + "_" + step;
    text += fmt::format("exists (select 1 from {} {} where {}.\"id\" = {} and ",
                        quoted(column->references->name), next, next, column_text(at, *column));
    close += ")";
    at = next;
    here = column->references;
  }
  const std::string inner = scope_condition(*here, sql, at, call);
  return text + (inner.empty() ? "1 = 1" : inner) + close;
}

}  // namespace entity
