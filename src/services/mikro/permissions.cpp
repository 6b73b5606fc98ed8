#include "services/mikro/permissions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "services/mikro/annotations/batch.h"
#include "services/mikro/schema/identity.h"

namespace mikro {
namespace {

using base::Error;
using base::Json;
using entity::Call;
namespace code = base::code;

constexpr std::array kStructures{
    Structure{"@mikro/annotation", "annotation", true, true},
    Structure{"@mikro/annotationcollection", "annotation_collection", true, true},
    Structure{"@mikro/annotationlens", "lens", true, true, "ANNOTATION"},
    Structure{"@mikro/arraydataset", "array_dataset", true, true},
    Structure{"@mikro/arraylens", "lens", true, true, "ARRAY"},
    Structure{"@mikro/bigfilestore", "big_file_store"},
    Structure{"@mikro/coordinateanchor", "coordinate_anchor"},
    Structure{"@mikro/coordinatesystem", "coordinate_system", true, true},
    Structure{"@mikro/fabriksstore", "fabriks_store"},
    Structure{"@mikro/file", "file", true, true},
    Structure{"@mikro/filelink", "file_link", false, true},
    Structure{"@mikro/folder", "folder", true, true},
    Structure{"@mikro/konnektionstore", "konnektion_store"},
    Structure{"@mikro/kulissestore", "kulisse_store"},
    Structure{"@mikro/mediastore", "media_store"},
    Structure{"@mikro/metaschema", "meta_schema"},
    Structure{"@mikro/parquetstore", "parquet_store"},
    Structure{"@mikro/sparsestore", "sparse_store"},
    Structure{"@mikro/tabledataset", "table_dataset", true, true},
    Structure{"@mikro/tablelens", "lens", true, true, "TABLE"},
    Structure{"@mikro/transformation", "transformation", true, true},
    Structure{"@mikro/zarrstore", "zarr_store"},
};

const Structure& structure_called(std::string_view identifier) {
  std::string known;
  for (const Structure& one : kStructures) {
    if (one.identifier == identifier) return one;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", one.identifier);
  }
  throw Error(code::kValidation, "No objects are identified by '{}'. Give one of {}.",
              identifier.substr(0, 200), known);
}

struct Permission {
  std::string_view value;
  std::string_view label;
};
constexpr Permission kView{"view", "Can view"};
constexpr Permission kChange{"change", "Can change"};
constexpr Permission kDelete{"delete", "Can delete"};

std::vector<Permission> permissions_for(const Structure& structure) {
  std::vector<Permission> list{kView};
  if (structure.is_changed) list.push_back(kChange);
  if (structure.is_deleted) list.push_back(kDelete);
  return list;
}

/// Whose an object is: who made it, and who assigned the task that did.
struct Owners {
  std::optional<std::int64_t> creator;
  std::optional<std::int64_t> assigner;

  bool include(std::int64_t user) const { return creator == user || assigner == user; }
};

Owners read_owners(Call& call, sql::Reader& reader, const Structure& structure, const entity::Id& object) {
  entity::SqlText sql(reader.dialect());
  std::string text = structure.is_deleted ? "select r.creator_id, task.assigner_id from {0} r"
                                            " left join task on task.id = r.created_through_id where "
                                          : "select null, null from {0} r where ";
  text = fmt::format(fmt::runtime(text), structure.table);
  const bool is_shape = structure.table == "annotation";
  if (is_shape) {
    text += fmt::format("r.uuid = {} and {}", sql.bind(object.text), visible_shape(sql, "r", call));
  } else {
    text += fmt::format("r.id = {} and r.organization_id = {}", sql.bind(object.row().value_or(0)),
                        sql.bind(call.organization));
  }
  if (!structure.only.empty()) text += fmt::format(" and r.kind = '{}'", structure.only);
  const sql::Rows rows = reader.query(text, std::move(sql.parameters));
  if (rows.empty()) {
    throw Error(code::kNotFound, "No {} with the id {}.", structure.identifier, object.text.substr(0, 200));
  }
  Owners owners;
  if (!rows.is_null(0, 0)) owners.creator = rows.integer(0, 0);
  if (!rows.is_null(0, 1)) owners.assigner = rows.integer(0, 1);
  return owners;
}

/// Roles as the member's last token had them.
bool has_role(const Json& roles, std::string_view role) {
  const auto& list = roles.items();
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& one) { return one.is_string() && one.as_string() == role; });
}

Json permissions(Call& call, const schema::PermissionsArguments& in) {
  const Structure& structure = structure_called(in.identifier);
  Json answer = Json::array();
  call.read([&](sql::Reader& reader) {
    const Owners owners = read_owners(call, reader, structure, in.object);
    const sql::Rows members = reader.query(
        "select user_id, roles from membership where organization_id = $1 and blocked = 0 order by id",
        {call.organization});
    for (std::size_t row = 0; row < members.size(); ++row) {
      const std::int64_t user = members.integer(row, 0);
      const Json roles = Json::parse(members.text(row, 1));
      const auto grant = [&](const Permission& permission) {
        answer.push_back(Json::object({{"user", user}, {"permission", permission.value}}));
      };
      grant(kView);
      const bool may_write = std::any_of(std::begin(kWritingRoles), std::end(kWritingRoles),
                                         [&](std::string_view role) { return has_role(roles, role); });
      if (!may_write) continue;
      if (structure.is_changed) grant(kChange);
      if (structure.is_deleted && (owners.include(user) || has_role(roles, "admin"))) grant(kDelete);
    }
  });
  return answer;
}

Json available_permissions(Call&, const schema::AvailablePermissionsArguments& in) {
  Json options = Json::array();
  for (const Permission& permission : permissions_for(structure_called(in.identifier))) {
    const auto is_this = [&](const entity::Id& id) { return id.text == permission.value; };
    if (in.values && std::none_of(in.values->begin(), in.values->end(), is_this)) continue;
    if (in.search && base::fold_case(permission.label).find(base::fold_case(*in.search)) == std::string::npos)
      continue;
    options.push_back(Json::object({{"value", permission.value}, {"label", permission.label}}));
  }
  return options;
}

}  // namespace

std::span<const Structure> structures() { return kStructures; }

void add_permissions(entity::Registry& registry) {
  registry.on(schema::query::kPermissions, permissions);
  registry.on(schema::query::kAvailablePermissions, available_permissions);
}

}  // namespace mikro
