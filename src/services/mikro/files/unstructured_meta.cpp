#include "services/mikro/files/unstructured_meta.h"

#include <fmt/format.h>

#include "base/error.h"
#include "services/mikro/history.h"
#include "services/mikro/ownership.h"
#include "services/mikro/schema/anchor.h"
#include "services/mikro/schema/file.h"

namespace mikro {
namespace {

using base::Error;
using entity::Call;

std::int64_t attach(Call& call, const schema::UnstructuredMetaInput& in) {
  if (in.name.empty()) throw Error(base::code::kValidation, std::string("Metadata needs a name."));
  const Maker maker = maker_of(call);
  std::int64_t meta = 0;
  call.database->write([&](sql::Writer& writer) {
    const std::int64_t file = in.file.row("file");
    expect_row(writer, call, "file", file, "file");
    sql::Value schema = std::monostate();
    if (in.schema) {
      schema = in.schema->row("metadata schema");
      expect_row(writer, call, "meta_schema", in.schema->row("metadata schema"), "metadata schema");
    }
    meta = writer.insert(
        "insert into unstructured_meta (organization_id, name, meta, schema_id, file_id, creator_id, "
        "created_through_id,"
        " created_at) values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
        {maker.organization, in.name, in.meta.dump(), schema, file, maker.user, maker.task_value(),
         maker.now});
    record(writer, maker, "UnstructuredMeta", meta, Change::kCreate);
  });
  return meta;
}

}  // namespace

void add_unstructured_meta(entity::Registry& registry) {
  registry.on(schema::mutation::kAttachUnstructuredMeta, attach);
  registry.on(schema::FileFilter::kHasMetadata,
              [](entity::SqlText&, const std::string& alias, bool has_metadata, const Call&) {
                return fmt::format("{}exists (select 1 from unstructured_meta m where m.file_id = {}.id)",
                                   has_metadata ? "" : "not ", alias);
              });
}

}  // namespace mikro
