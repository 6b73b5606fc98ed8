#include "services/mikro/annotations/batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "services/mikro/annotations/follow.h"

namespace mikro {
namespace {

// What a transaction takes: others wait for the writer meanwhile.
constexpr std::size_t kPiece = 2'000;

void expect_collection(sql::Reader& reader, std::int64_t collection) {
  if (!reader.query("select 1 from annotation_collection where id = $1", {collection}).empty()) return;
  throw base::Error(base::code::kNotFound, "No annotation collection with the id {}.", collection);
}

// Holds the batch's row until the commit, so that nobody gives the batch up meanwhile.
void expect_open(sql::Writer& writer, std::int64_t batch) {
  const auto held =
      writer.execute("update annotation_batch set is_lost = 0 where id = $1 and is_lost = 0", {batch});
  if (held == 0) {
    throw base::Error(
        base::code::kUnavailable,
        std::string("Writing the annotations took too long and was given up. Draw fewer at once."));
  }
}

// Piece by piece, like the writing. Once it is marked nobody adds to it or publishes it.
void remove_batch(sql::Database& database, std::int64_t batch) {
  database.write([&](sql::Writer& writer) {
    writer.execute("update annotation_batch set is_lost = 1 where id = $1", {batch});
  });
  bool is_more = true;
  while (is_more) {
    database.write([&](sql::Writer& writer) {
      const sql::Rows rows = writer.query(
          "select a.id from annotation_batch b join annotation a on a.collection_id = b.collection_id"
          " and a.batch = b.id where b.id = $1 limit $2",
          {batch, std::int64_t{kPiece}});
      sql::Ids ids;
      for (std::size_t row = 0; row < rows.size(); ++row) ids.values.push_back(rows.integer(row, 0));
      is_more = !ids.values.empty();
      if (!is_more) {
        writer.execute("delete from annotation_batch where id = $1", {batch});
        return;
      }
      writer.execute("delete from provenance_entry where subject_type = 'Annotation' and subject in_ids($1)",
                     {ids});
      writer.execute("delete from annotation where id in_ids($1)", {ids});
    });
  }
}

}  // namespace

std::vector<std::int64_t> write_shapes(sql::Database& database, Feed& feed, const Maker& maker,
                                       std::int64_t collection, std::span<const NewShape> shapes) {
  std::vector<std::int64_t> ids;
  if (shapes.size() <= kPiece) {
    database.write([&](sql::Writer& writer) {
      expect_collection(writer, collection);
      ids = insert_shapes(writer, {maker, collection, {}}, shapes);
      tell_of_shapes(writer, feed, maker.organization, collection, ids);
    });
    return ids;
  }
  std::int64_t batch = 0;
  database.write([&](sql::Writer& writer) {
    expect_collection(writer, collection);
    batch =
        writer.insert("insert into annotation_batch (collection_id, began_at) values ($1, $2) returning id",
                      {collection, maker.now});
  });
  try {
    for (std::size_t from = 0; from < shapes.size(); from += kPiece) {
      std::vector<std::int64_t> piece;
      database.write([&](sql::Writer& writer) {
        expect_collection(writer, collection);
        expect_open(writer, batch);
        piece = insert_shapes(writer, {maker, collection, batch},
                              shapes.subspan(from, std::min(kPiece, shapes.size() - from)));
      });
      ids.insert(ids.end(), piece.begin(), piece.end());
    }
    database.write([&](sql::Writer& writer) {
      expect_collection(writer, collection);
      // Whoever takes away lost batches may have been faster.
      expect_open(writer, batch);
      writer.execute("delete from annotation_batch where id = $1", {batch});
      tell_of_shapes(writer, feed, maker.organization, collection, ids);
    });
  } catch (...) {
    remove_batch(database, batch);
    throw;
  }
  return ids;
}

void remove_lost_batches(sql::Database& database, std::int64_t until) {
  sql::Rows lost;
  database.read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
    lost = reader.query("select id from annotation_batch where began_at < $1", {until});
  });
  for (std::size_t row = 0; row < lost.size(); ++row) {
    base::log::warning("mikro.lost_batch", {{"batch", std::to_string(lost.integer(row, 0))}});
    remove_batch(database, lost.integer(row, 0));
  }
}

std::string is_published(std::string_view alias) {
  return fmt::format("({0}.batch is null or {0}.batch not in (select id from annotation_batch))", alias);
}

std::string visible_shape(entity::SqlText& sql, const std::string& alias, const entity::Call& call) {
  return fmt::format("{}.organization_id = {} and {}", alias, sql.bind(call.organization),
                     is_published(alias));
}

}  // namespace mikro
