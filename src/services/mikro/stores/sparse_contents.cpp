#include "services/mikro/stores/sparse_contents.h"

#include <array>
#include <string>

#include "services/mikro/stores/column_text.h"
#include "services/mikro/stores/store.h"

namespace mikro {
namespace {

using base::Json;

formats::SparseLayout read_layout(service::Stores& stores, const service::StoreRow& row,
                                  const formats::SparseRoot& root, const formats::AnnouncedLayout& layout) {
  std::array<std::string, 4> documents;
  formats::SparseDocuments views;
  const std::array<std::string, 4> names = formats::sparse_documents(layout);
  for (std::size_t i = 0; i < names.size(); ++i) {
    documents[i] = stores.read_whole(row, names[i], kMostMetadata);
    views[i] = documents[i];
  }
  return formats::read_sparse_layout(root, layout, views);
}

// As members of the schema's SparseLayout.
Json layout_json(const formats::SparseLayout& layout) {
  return Json::object(
      {{"path", layout.path},
       {"encoding", layout.encoding},
       {"encoding_version", layout.encoding_version ? Json(*layout.encoding_version) : Json()},
       {"indexed_axis", layout.indexed_axis},
       {"index_order", Json(Json::Array(layout.index_order.begin(), layout.index_order.end()))},
       {"nnz", layout.nnz},
       {"dtype", layout.dtype},
       {"chunks", Json::object({{"data", layout.data_chunk},
                                {"indices", layout.indices_chunk},
                                {"indptr", layout.indptr_chunk}})},
       {"range_readable", layout.range_readable}});
}

}  // namespace

ReadSparse read_sparse(service::Stores& stores, service::SealedStore& sealed) {
  const service::StoreRow& row = sealed.row();
  ReadSparse sparse{
      sealed, formats::read_sparse_root(stores.read_whole(row, "zarr.json", kMostMetadata)), {}, 0};
  for (const formats::AnnouncedLayout& layout : sparse.root.layouts) {
    sparse.layouts.push_back(read_layout(stores, row, sparse.root, layout));
  }
  sparse.bytes = stores.measure(sealed.kind(), row);
  return sparse;
}

void write_sparse(sql::Writer& writer, const ReadSparse& sparse) {
  Json layouts = Json::array();
  for (const formats::SparseLayout& layout : sparse.layouts) layouts.push_back(layout_json(layout));
  sparse.sealed.write_down(writer, sparse.bytes, "spec = $3, shape = $4, layouts = $5",
                           {sparse.root.spec, column_text(sparse.root.shape), layouts.dump()});
}

}  // namespace mikro
