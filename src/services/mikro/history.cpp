#include "services/mikro/history.h"

#include <fmt/format.h>

namespace mikro {
namespace {

using base::Json;

std::string_view text_of(Change change) {
  switch (change) {
    case Change::kCreate:
      return "CREATE";
    case Change::kUpdate:
      return "UPDATE";
    case Change::kDelete:
      return "DELETE";
  }
  return "";
}

// Values as people read them; what they were exactly stands beside it.
Json as_text(const Json& value) {
  if (value.is_null() || value.is_string()) return value;
  return value.dump();
}

}  // namespace

void Changes::add(std::string_view field, const Json& old_value, const Json& new_value) {
  if (old_value == new_value) return;
  list_.push_back(Json::object({{"field", field},
                                {"old_value", as_text(old_value)},
                                {"new_value", as_text(new_value)},
                                {"old_value_json", old_value},
                                {"new_value_json", new_value}}));
}

void record(sql::Writer& writer, const Maker& maker, std::string_view type, std::int64_t id, Change change,
            const Changes& changes) {
  writer.execute(
      "insert into provenance_entry (organization_id, client_id, task_id, user_id, kind, date, "
      "effective_changes,"
      " subject_type, subject) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
      {maker.organization, maker.client == 0 ? sql::Value(std::monostate()) : sql::Value(maker.client),
       maker.task_value(), maker.user, std::string(text_of(change)), maker.now, changes.json().dump(),
       std::string(type), id});
}

void record_all(sql::Writer& writer, const Maker& maker, std::string_view type, std::string_view table,
                const sql::Ids& ids, Change change, const Changes& changes) {
  writer.execute(
      fmt::format("insert into provenance_entry (organization_id, client_id, task_id, user_id, kind, date,"
                  " effective_changes, subject_type, subject)"
                  " select $1, $2, $3, $4, $5, $6, $7, $8, id from {} where id in_ids($9)",
                  table),
      {maker.organization, maker.client == 0 ? sql::Value(std::monostate()) : sql::Value(maker.client),
       maker.task_value(), maker.user, std::string(text_of(change)), maker.now, changes.json().dump(),
       std::string(type), ids});
}

}  // namespace mikro
