#include "services/mikro/description.h"

namespace mikro {

const service::Description& description() {
  static const service::Description kDescription{
      .name = "mikro",
      .summary = "Images, tables and what was measured on them, in the spaces they belong to",
      .scopes = {{"read", "See data"}, {"write", "Add and change data"}},
      .buckets = {"media", "bigfile", "zarr", "parquet", "fabriks", "konnektion", "kulisse"},
  };
  return kDescription;
}

}  // namespace mikro
