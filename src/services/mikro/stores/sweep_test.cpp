// What becomes of bytes: kept while anything refers to them, deleted when the days of grace are over.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "objects/s3_error.h"
#include "service/store_sweeper.h"
#include "services/mikro/stores/store.h"
#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kDay = 24 * kHour;

// An object store with something in its way.
class Between : public objects::ObjectStore {
 public:
  explicit Between(objects::ObjectStore& store) : store_(store) {}
  objects::Credentials grant(const objects::Grant& grant) override { return store_.grant(grant); }
  std::string region() const override { return store_.region(); }
  std::string presigned_get(std::string_view bucket, std::string_view key, std::string_view host,
                            std::chrono::seconds lifetime) override {
    return store_.presigned_get(bucket, key, host, lifetime);
  }
  objects::PostForm presigned_post(const objects::PostRequest& request) override {
    return store_.presigned_post(request);
  }
  std::optional<objects::ObjectFacts> head(std::string_view bucket, std::string_view key) override {
    return store_.head(bucket, key);
  }
  std::string read(std::string_view bucket, std::string_view key, std::uint64_t offset,
                   std::size_t size) override {
    return store_.read(bucket, key, offset, size);
  }
  objects::ObjectList list(std::string_view bucket, const objects::ListRequest& request) override {
    if (on_list) on_list();
    return store_.list(bucket, request);
  }
  bool remove(std::string_view bucket, std::string_view key) override {
    if (on_remove) on_remove(key);
    return store_.remove(bucket, key);
  }
  void hold(std::string_view bucket, std::string_view key) override { store_.hold(bucket, key); }
  void release(std::string_view bucket, std::string_view key) noexcept override {
    store_.release(bucket, key);
  }
  bool refuse_writes_to(objects::IsFinished is_finished) override {
    return store_.refuse_writes_to(std::move(is_finished));
  }

  std::function<void()> on_list;
  std::function<void(std::string_view)> on_remove;

 private:
  objects::ObjectStore& store_;
};

class Sweeps : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  Sweeps() : Drawing(GetParam()) {}

  std::string file(const std::string& store) {
    return lab_
        .data("mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }",
              input({{"file", store}, {"fileName", "a.bin"}}))["it"]["id"]
        .as_string();
  }
  std::string try_file(const std::string& store) {
    return lab_.error("mutation ($input: FromFileLike!) { fromFileLike(input: $input) { id } }",
                      input({{"file", store}, {"fileName", "a.bin"}}));
  }
  void remove_file(const std::string& id) {
    lab_.data(fmt::format("mutation {{ deleteFile(input: {{id: {}}}) }}", id));
  }
  std::string refresh(const std::string& store) {
    return lab_.error(
        fmt::format("mutation {{ refreshZarrUpload(input: {{storeId: \"{}\"}}) {{ store }} }}", store));
  }
  /// As if it had been granted, and refreshed, so much earlier.
  void age(const std::string& table, std::int64_t by) {
    execute(fmt::format("update {} set created_at = created_at - {}, refreshed_at = refreshed_at - {}", table,
                        by, by));
  }
  service::StoreRow row_of(std::string_view table, const std::string& store) {
    service::StoreRow row;
    row.id = std::stoll(store);
    lab_.database().read(sql::Database::Snapshot::kSingle, [&](sql::Reader& reader) {
      const sql::Rows rows =
          reader.query(fmt::format("select bucket, key from {} where id = $1", table), {row.id});
      row.bucket = rows.text(0, 0);
      row.key = rows.text(0, 1);
    });
    return row;
  }
  void finish(const std::string& kind, const std::string& store) {
    lab_.data(fmt::format("mutation {{ finish{}Upload(input: {{storeId: \"{}\"}}) {{ id }} }}", kind, store));
  }
  std::string bytes() { return lab_.upload("Bigfile", {{"", "bytes"}}); }
  service::SweptStores sweep(std::int64_t later) {
    service::StoreSweeper sweeper(lab_.stores());
    return sweeper.sweep(base::now_micros() + later);
  }
  /// How many objects there are of all stores that were ever granted.
  std::size_t objects(std::string_view bucket) { return lab_.objects().list(bucket, {}).entries.size(); }
};

INSTANTIATE_TEST_SUITE_P(Both, Sweeps, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(Sweeps, DeleteTheBytesOfWhatWasDeletedAfterTheDaysOfGrace) {
  const std::string deleted = lab_.array({2, 2});
  const std::string kept = lab_.array({2, 2});
  const auto make = [&](const std::string& store) {
    return lab_
        .data(
            "mutation ($input: CreateArrayDatasetInput!) { it: createArrayDataset(input: $input) { id } }",
            input(
                {{"name", "image"}, {"data", store}, {"scales", Json::array()}, {"axes", yx()}}))["it"]["id"]
        .as_string();
  };
  const std::string dataset = make(deleted);
  make(kept);
  lab_.data(fmt::format("mutation {{ deleteArrayDataset(input: {{id: {}}}) }}", dataset));
  EXPECT_EQ(sweep(7 * kDay - kHour).deleted, 0);
  EXPECT_EQ(objects("zarr"), 4U);
  const service::SweptStores swept = sweep(7 * kDay + kHour);
  EXPECT_EQ(swept.deleted, 1);
  EXPECT_EQ(swept.objects, 2);
  EXPECT_EQ(objects("zarr"), 2U);
  EXPECT_EQ(count("zarr_store"), 1);
  EXPECT_EQ(count("zarr_store where id = " + kept), 1);
  EXPECT_EQ(sweep(100 * kDay).deleted, 0);
}

TEST_P(Sweeps, KeepWhatSomethingElseRefersTo) {
  const std::string store = bytes();
  const std::string first = file(store);
  const std::string second = file(store);
  remove_file(first);
  EXPECT_EQ(count("big_file_store where orphaned_at is not null"), 0);
  EXPECT_EQ(sweep(100 * kDay).deleted, 0);
  remove_file(second);
  EXPECT_EQ(count("big_file_store where orphaned_at is not null"), 1);
  EXPECT_THAT(try_file(store), StartsWith("NOT_FOUND"));
  EXPECT_EQ(sweep(8 * kDay).deleted, 1);
  EXPECT_EQ(objects("bigfile"), 0U);
}

TEST_P(Sweeps, LookOnceMoreWhetherAnOrphanIsReferredTo) {
  const std::string store = bytes();
  file(store);
  execute("update big_file_store set orphaned_at = 1");
  const service::SweptStores swept = sweep(0);
  EXPECT_EQ(swept.kept, 1);
  EXPECT_EQ(swept.deleted, 0);
  EXPECT_EQ(count("big_file_store where orphaned_at is null"), 1);
  EXPECT_EQ(objects("bigfile"), 1U);
}

TEST_P(Sweeps, GiveUpUploadsThatNobodyFinished) {
  const std::string lost = bytes();
  const std::string finished = bytes();
  finish("Bigfile", finished);
  EXPECT_EQ(sweep(7 * kDay + 11 * kHour).given_up, 0);
  EXPECT_EQ(sweep(7 * kDay + 13 * kHour).given_up, 1);
  EXPECT_TRUE(lab_.is_sealed("big_file_store", lost));
  EXPECT_THAT(try_file(lost), StartsWith("NOT_FOUND"));
  EXPECT_EQ(objects("bigfile"), 2U);
  EXPECT_EQ(sweep(14 * kDay).deleted, 0);
  EXPECT_EQ(sweep(15 * kDay).deleted, 1);
  EXPECT_EQ(objects("bigfile"), 1U);
  // What is finished may be waiting for what is made of it.
  EXPECT_EQ(try_file(finished), "");
}

TEST_P(Sweeps, GiveUpFinishedUploadsThatNothingWasMadeOf) {
  const std::string unused = bytes();
  const std::string used = bytes();
  finish("Bigfile", unused);
  file(used);
  EXPECT_EQ(sweep(37 * kDay + 11 * kHour).given_up, 0);
  EXPECT_EQ(sweep(37 * kDay + 13 * kHour).given_up, 1);
  EXPECT_THAT(try_file(unused), AllOf(StartsWith("NOT_FOUND"), HasSubstr("request an upload")));
  EXPECT_EQ(try_file(used), "");
  EXPECT_EQ(sweep(46 * kDay).deleted, 1);
  EXPECT_EQ(count("big_file_store"), 1);
}

// Nothing refers to a picture; its address may be in use all the same.
TEST_P(Sweeps, KeepFinishedUploadsThatNothingCanBeMadeOf) {
  const std::string picture = lab_.upload("Media", {{"", "pixels"}});
  finish("Media", picture);
  EXPECT_EQ(sweep(900 * kDay).given_up, 0);
  EXPECT_EQ(count("media_store where orphaned_at is null"), 1);
}

TEST_P(Sweeps, NeverGiveUpWhatIsUsedInTheSameMoment) {
  for (int round = 0; round < 25; ++round) {
    const std::string store = bytes();
    finish("Bigfile", store);
    age("big_file_store", 60 * kDay);
    std::thread beside([&] { sweep(0); });
    const std::string refused = try_file(store);
    beside.join();
    const std::int64_t orphaned = count("big_file_store where orphaned_at is not null and id = " + store);
    EXPECT_EQ(orphaned, refused.empty() ? 0 : 1) << refused;
  }
}

TEST_P(Sweeps, KeepUploadsWhoseKeysAreRefreshed) {
  const std::string store = lab_.array({2, 2});
  age("zarr_store", 30 * kDay);
  EXPECT_EQ(refresh(store), "");
  EXPECT_EQ(sweep(7 * kDay + 11 * kHour).given_up, 0);
  EXPECT_EQ(refresh(store), "");
  EXPECT_EQ(sweep(7 * kDay + 13 * kHour).given_up, 1);
  EXPECT_THAT(refresh(store), StartsWith("NOT_FOUND"));
}

// Whoever asks for new keys while the upload is given up has a store to write to, or no keys.
TEST_P(Sweeps, GiveNoNewKeysToWhatIsGivenUpInTheSameMoment) {
  for (int round = 0; round < 25; ++round) {
    const std::string store = lab_.array({2, 2});
    age("zarr_store", 30 * kDay);
    std::thread beside([&] { sweep(0); });
    const std::string refused = refresh(store);
    beside.join();
    const std::int64_t orphaned = count("zarr_store where orphaned_at is not null and id = " + store);
    EXPECT_EQ(orphaned, refused.empty() ? 0 : 1) << refused;
    EXPECT_EQ(lab_.is_sealed("zarr_store", store), orphaned == 1);
  }
}

TEST_P(Sweeps, TryAgainWhatTheObjectStoreDidNotDelete) {
  for (int i = 0; i < 5; ++i) remove_file(file(bytes()));
  int asked = 0;
  Between stubborn(lab_.objects());
  stubborn.on_remove = [&](std::string_view) {
    ++asked;
    throw base::Error(base::code::kUnavailable, "The object store at {} does not answer.", "nowhere");
  };
  service::Stores stores(lab_.database(), stubborn, {});
  stores.know(std::make_shared<const service::StoreTables>(lab_.stores().tables()));
  service::StoreSweeper sweeper(stores);
  const service::SweptStores swept = sweeper.sweep(base::now_micros() + 8 * kDay);
  EXPECT_EQ(swept.deleted, 0);
  EXPECT_EQ(swept.failed, asked);
  EXPECT_LT(asked, 5);
  EXPECT_EQ(count("big_file_store"), 5);
  EXPECT_EQ(sweep(8 * kDay).deleted, 5);
}

TEST_P(Sweeps, PassByWhatCannotBeDeleted) {
  for (int i = 0; i < 6; ++i) remove_file(file(bytes()));
  Between store(lab_.objects());
  store.on_remove = [&](std::string_view key) {
    if (count(fmt::format("big_file_store where id <= 3 and key = '{}'", key)) == 1) {
      throw objects::S3Error(403, "AccessDenied", "no");
    }
  };
  service::Stores stores(lab_.database(), store, {});
  stores.know(std::make_shared<const service::StoreTables>(lab_.stores().tables()));
  service::StoreSweeper sweeper(stores);
  const std::int64_t now = base::now_micros() + 8 * kDay;
  EXPECT_EQ(sweeper.sweep(now).deleted, 0);
  const service::SweptStores second = sweeper.sweep(now);
  EXPECT_EQ(second.deleted, 3);
  EXPECT_EQ(second.failed, 3);
  EXPECT_EQ(count("big_file_store"), 3);
  store.on_remove = nullptr;
  EXPECT_EQ(sweeper.sweep(now).deleted, 3);
}

TEST_P(Sweeps, ForgetStoresWhoseBucketIsGone) {
  const std::string lost = lab_.array({2, 2});
  Between store(lab_.objects());
  store.on_list = [] { throw objects::S3Error(404, "NoSuchBucket", "no such bucket"); };
  service::Stores stores(lab_.database(), store, {});
  stores.know(std::make_shared<const service::StoreTables>(lab_.stores().tables()));
  execute("update zarr_store set orphaned_at = 1");
  EXPECT_EQ(service::StoreSweeper(stores).sweep(base::now_micros()).deleted, 1);
  EXPECT_EQ(count("zarr_store"), 0);
}

TEST_P(Sweeps, AreNotUndoneByAFinishThatFails) {
  const std::string store = lab_.array({2, 2});
  {
    const service::SealedStore sealed(lab_.stores(), kZarr, row_of("zarr_store", store));
    age("zarr_store", 30 * kDay);
    // Another process's: it does not know who holds the store here.
    service::Stores others(lab_.database(), lab_.objects(), {});
    others.know(std::make_shared<const service::StoreTables>(lab_.stores().tables()));
    EXPECT_EQ(service::StoreSweeper(others).sweep(base::now_micros()).given_up, 1);
  }
  EXPECT_TRUE(lab_.is_sealed("zarr_store", store));
}

TEST_P(Sweeps, MayBeDoneByTwoProcessesAtOnce) {
  constexpr int kStores = 30;
  for (int i = 0; i < kStores; ++i) remove_file(file(bytes()));
  const std::int64_t now = base::now_micros() + 8 * kDay;
  service::SweptStores other;
  std::thread beside([&] { other = service::StoreSweeper(lab_.stores()).sweep(now); });
  const service::SweptStores own = service::StoreSweeper(lab_.stores()).sweep(now);
  beside.join();
  EXPECT_EQ(own.deleted + other.deleted, kStores);
  EXPECT_EQ(own.failed + other.failed, 0);
  EXPECT_EQ(count("big_file_store"), 0);
  EXPECT_EQ(objects("bigfile"), 0U);
}

class SweepsOnPostgres : public Sweeps {};
INSTANTIATE_TEST_SUITE_P(Alone, SweepsOnPostgres, testing::Values(sql::Dialect::kPostgres),
                         sql_testing::dialect_name);

TEST_P(SweepsOnPostgres, DoNotTakeWhatSomethingWasMadeOfWhileTheRestWasDeleted) {
  for (const bool is_settled : {false, true}) {
    const std::string store = bytes();
    const std::string old = file(store);
    service::StoreRow row = row_of("big_file_store", store);
    row.populated = is_settled;
    const service::SealedStore sealed(lab_.stores(), kBigFile, row);
    lab_.overlap(
        [&](sql::Writer& writer) {
          sealed.write_down(writer, 5);
          writer.execute(
              "insert into file (organization_id, name, store_id, creator_id, created_at)"
              " select organization_id, 'new', store_id, creator_id, created_at from file where id = $1",
              {std::stoll(old)});
        },
        [&] { remove_file(old); });
    EXPECT_EQ(count("file where name = 'new' and store_id = " + store), 1);
    EXPECT_EQ(count("big_file_store where orphaned_at is null and id = " + store), 1);
  }
}

TEST_P(SweepsOnPostgres, KeepAnUploadThatIsRefreshedWhileTheyGoOn) {
  const std::string store = lab_.array({2, 2});
  age("zarr_store", 30 * kDay);
  service::SweptStores swept;
  lab_.overlap(
      [&](sql::Writer& writer) {
        writer.execute("update zarr_store set refreshed_at = $1", {base::now_micros()});
      },
      [&] { swept = sweep(0); });
  EXPECT_EQ(swept.given_up, 0);
  EXPECT_FALSE(lab_.is_sealed("zarr_store", store));
  EXPECT_EQ(refresh(store), "");
}

TEST_P(SweepsOnPostgres, TakeWhatWasDeletedBeforeSomethingCouldBeMadeOfIt) {
  const std::string store = bytes();
  const std::string old = file(store);
  std::string refused;
  lab_.overlap(
      [&](sql::Writer& writer) {
        writer.execute("delete from file where id = $1", {std::stoll(old)});
        lab_.stores().tables().orphan(writer, kBigFile, {{std::stoll(store)}}, 1);
      },
      [&] { refused = try_file(store); });
  EXPECT_THAT(refused, StartsWith("NOT_FOUND"));
  EXPECT_EQ(count("file") + count("big_file_store where orphaned_at is null"), 0);
}

}  // namespace
}  // namespace mikro
