// Things put into folders: what the history and who follows hear of it, and folders that never lie in
// themselves.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/mikro/folders/folder.h"
#include "services/mikro/folders/folder_rows.h"
#include "services/mikro/testing/drawing.h"

namespace mikro {
namespace {

using base::Json;
using mikro_testing::Drawing;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class FolderContents : public testing::TestWithParam<sql::Dialect>, public Drawing {
 protected:
  FolderContents() : Drawing(GetParam()) {}

  std::string folder(const std::string& name, const Json& parent = Json()) {
    return lab_
        .data("mutation ($input: CreateFolderInput!) { it: createFolder(input: $input) { id } }",
              input({{"name", name}, {"parent", parent}}))["it"]["id"]
        .as_string();
  }
  std::string file(const std::string& folder) {
    return lab_
        .data("mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }",
              input({{"file", lab_.upload("Bigfile", {{"", "bytes"}})},
                     {"fileName", "a.txt"},
                     {"folder", folder}}))["it"]["id"]
        .as_string();
  }
  /// The id of what is made in a folder, of two axes and 2 by 2 pixels.
  std::string image(const std::string& folder) {
    return lab_
        .data("mutation ($input: CreateArrayDatasetInput!) { it: createArrayDataset(input: $input) { id } }",
              input({{"name", "cells"},
                     {"data", lab_.array({2, 2})},
                     {"scales", Json::array()},
                     {"axes", yx()},
                     {"folder", folder}}))["it"]["id"]
        .as_string();
  }
  /// As many copies of the file, where it is.
  void copy(const std::string& file, int times) {
    execute(
        fmt::format("insert into file (organization_id, name, store_id, folder_id, creator_id, created_at)"
                    " with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) select"
                    " organization_id, name, store_id, folder_id, creator_id, created_at from file, n"
                    " where id = {}",
                    times, file));
  }
  /// Their ids, as lists have them.
  std::string files() {
    std::string text;
    const Json data = lab_.data("{ it: files { id } }");
    for (const Json& one : data["it"].items()) text += one["id"].as_string() + " ";
    return text;
  }
  /// The error of `putFilesInFolder` and the like; empty if there is none. Things are ids with spaces
  /// between.
  std::string move(const std::string& field, const std::string& thing, const std::string& folder) {
    return lab_.error(
        fmt::format("mutation {{ {}(input: {{selfs: [{}], other: {}}}) {{ id }} }}", field, thing, folder));
  }
  void remove(const std::string& folder) {
    lab_.data(fmt::format("mutation {{ deleteFolder(input: {{id: {}}}) }}", folder));
  }
  std::string parent(const std::string& folder) {
    return lab_.data(fmt::format("{{ it: folder(id: {}) {{ parent {{ id }} }} }}", folder))["it"]["parent"]
        .dump();
  }
  /// The newest first: `folder: 1 -> 2`.
  std::vector<std::string> changes(const std::string& query) {
    std::vector<std::string> list;
    const Json data =
        lab_.data(fmt::format("{{ it: {} {{ provenanceEntries {{ kind effectiveChanges {{ field oldValue"
                              " newValue }} }} }} }}",
                              query));
    for (const Json& entry : data["it"]["provenanceEntries"].items()) {
      if (entry["kind"] == Json("CREATE")) continue;
      for (const Json& change : entry["effectiveChanges"].items()) {
        list.push_back(fmt::format("{}: {} -> {}", change["field"].as_string(), change["oldValue"].dump(),
                                   change["newValue"].dump()));
      }
    }
    return list;
  }
  std::shared_ptr<void> follow(const std::string& topic, std::vector<std::string>& heard) {
    return lab_.feed().follow(
        topic, [&heard, topic](const Json& event) { heard.push_back(topic + " " + event.dump()); });
  }
};

INSTANTIATE_TEST_SUITE_P(Both, FolderContents, sql_testing::kBothDatabases, sql_testing::dialect_name);

TEST_P(FolderContents, MoveWithAnEntryInTheHistory) {
  const std::string here = folder("here");
  const std::string there = folder("there");
  const std::string thing = file(here);
  EXPECT_EQ(move("putFilesInFolder", thing, there), "");
  EXPECT_EQ(move("putFilesInFolder", thing, there), "");
  EXPECT_EQ(move("releaseFilesFromFolder", thing, here), "");
  EXPECT_EQ(lab_.data(fmt::format("{{ it: file(id: {}) {{ folder {{ name }} }} }}", thing))["it"].dump(),
            R"({"folder":{"name":"there"}})");
  EXPECT_EQ(move("releaseFilesFromFolder", thing, there), "");
  EXPECT_THAT(changes(fmt::format("file(id: {})", thing)),
              ElementsAre(fmt::format("folder: \"{}\" -> null", there),
                          fmt::format("folder: \"{}\" -> \"{}\"", here, there)));
  const std::string inner = folder("inner", here);
  EXPECT_EQ(move("putFoldersInFolder", inner, there), "");
  EXPECT_THAT(changes(fmt::format("folder(id: {})", inner)),
              ElementsAre(fmt::format("parent: \"{}\" -> \"{}\"", here, there)));
}

TEST_P(FolderContents, TellWhoFollowsEitherFolder) {
  const std::string here = folder("here");
  const std::string there = folder("there");
  const std::string thing = file(here);
  const Json image = dataset({2, 2, 2});
  std::vector<std::string> heard;
  std::vector<std::shared_ptr<void>> followed;
  for (const std::string& topic : {std::string("files/1"), "files/1/" + here, "files/1/" + there,
                                   std::string("array-datasets/1"), "array-datasets/1/" + there}) {
    followed.push_back(follow(topic, heard));
  }
  move("putFilesInFolder", thing, there);
  move("putFilesInFolder", thing, there);
  move("putArrayDatasetsInFolder", image["id"].as_string(), there);
  const std::string moved = fmt::format(R"({{"moved":{}}})", thing);
  const std::string updated = fmt::format(R"({{"update":{}}})", image["id"].as_string());
  EXPECT_THAT(heard, ElementsAre("files/1 " + moved, "files/1/" + here + " " + moved,
                                 "files/1/" + there + " " + moved, "array-datasets/1 " + updated,
                                 "array-datasets/1/" + there + " " + updated));
}

TEST_P(FolderContents, AreTakenBackByAnEntryOfTheHistory) {
  const std::string first = folder("first");
  const std::string second = folder("second");
  const std::string inner = folder("inner", first);
  lab_.data(fmt::format("mutation {{ updateFolder(input: {{id: {}, name: \"renamed\"}}) {{ id }} }}", inner));
  const Json renamed = lab_.data(fmt::format("{{ it: folder(id: {}) {{ provenanceEntries {{ id }} }} }}",
                                             inner))["it"]["provenanceEntries"]
                           .items()[0]["id"];
  move("putFoldersInFolder", inner, second);
  move("releaseFoldersFromFolder", inner, second);
  EXPECT_EQ(parent(inner), "null");
  const Json reverted = lab_.data(fmt::format(
      "mutation {{ it: revertFolder(input: {{id: {}, historyId: {}}}) {{ name parent {{ name }} }} }}", inner,
      renamed.as_string()));
  EXPECT_EQ(reverted["it"].dump(), R"({"name":"inner","parent":{"name":"first"}})");
}

TEST_P(FolderContents, OfADeletedFolderRememberWhereTheyWere) {
  const std::string outer = folder("outer");
  const std::string inner = folder("inner", outer);
  const std::string thing = file(outer);
  const std::string other = file(inner);
  const std::string cells = image(outer);
  const std::string rois = collection("rois", yx());
  move("putAnnotationCollectionsInFolder", rois, outer);
  const std::string table =
      lab_.data(
              "mutation ($input: CreateTableDatasetInput!) { it: createTableDataset(input: $input) { id } }",
              input({{"name", "sizes"},
                     {"data", lab_.table({{"size", "DOUBLE"}})},
                     {"columns", Json::array({Json::object({{"name", "size"}})})},
                     {"folder", outer}}))["it"]["id"]
          .as_string();
  remove(outer);
  EXPECT_EQ(parent(inner), "null");
  EXPECT_THAT(changes(fmt::format("folder(id: {})", inner)),
              ElementsAre(fmt::format("parent: \"{}\" -> null", outer)));
  const std::string left = fmt::format("folder: \"{}\" -> null", outer);
  EXPECT_THAT(changes(fmt::format("file(id: {})", thing)), ElementsAre(left));
  EXPECT_THAT(changes(fmt::format("arrayDataset(id: {})", cells)), ElementsAre(left));
  EXPECT_THAT(changes(fmt::format("tableDataset(id: {})", table)), ElementsAre(left));
  EXPECT_EQ(changes(fmt::format("annotationCollection(id: {})", rois)).front(), left);
  EXPECT_THAT(changes(fmt::format("file(id: {})", other)), ElementsAre());
  EXPECT_EQ(count("file where folder_id is null"), 1);
}

TEST_P(FolderContents, OfADeletedFolderAreToldToWhoFollowsThem) {
  const std::string here = folder("here");
  const std::string thing = file(here);
  const std::string cells = image(here);
  std::vector<std::string> heard;
  std::vector<std::shared_ptr<void>> followed;
  for (const std::string& topic : {std::string("files/1"), "files/1/" + here, std::string("array-datasets/1"),
                                   "array-datasets/1/" + here}) {
    followed.push_back(follow(topic, heard));
  }
  remove(here);
  const std::string moved = fmt::format(R"({{"moved":{}}})", thing);
  const std::string updated = fmt::format(R"({{"update":{}}})", cells);
  EXPECT_THAT(heard, ElementsAre("files/1 " + moved, "files/1/" + here + " " + moved,
                                 "array-datasets/1 " + updated, "array-datasets/1/" + here + " " + updated));
}

TEST_P(FolderContents, OfADeletedFolderAreOnlyRememberedWhereTheyAreTooManyToTell) {
  const std::string here = folder("here");
  copy(file(here), 1'000);
  std::vector<std::string> heard;
  const std::shared_ptr<void> followed = follow("files/1", heard);
  remove(here);
  EXPECT_EQ(count("file where folder_id is null"), 1'001);
  EXPECT_EQ(count("provenance_entry where subject_type = 'File' and kind = 'UPDATE'"), 1'001);
  EXPECT_THAT(heard, ElementsAre());
}

TEST_P(FolderContents, AreMovedInTheSameNumberOfRoundTripsWhateverTheirNumber) {
  const std::string here = folder("here");
  const std::string there = folder("there");
  const auto cost = [&](const std::string& things, const std::string& folder) {
    const std::uint64_t before = lab_.round_trips();
    EXPECT_EQ(move("putFilesInFolder", things, folder), "");
    return lab_.round_trips() - before;
  };
  const std::uint64_t of_one = cost(file(here), there);
  copy(file(there), 20);
  EXPECT_EQ(cost(files(), here), of_one);
  EXPECT_EQ(count("provenance_entry where subject_type = 'File' and kind = 'UPDATE'"), 23);

  std::string folders;
  const auto cost_of_folders = [&](const std::string& things) {
    const std::uint64_t before = lab_.round_trips();
    EXPECT_EQ(move("putFoldersInFolder", things, there), "");
    return lab_.round_trips() - before;
  };
  const std::uint64_t of_one_folder = cost_of_folders(folder("inner"));
  for (int i = 0; i < 10; ++i) folders += folder("inner") + " ";
  EXPECT_EQ(cost_of_folders(folders), of_one_folder);
}

TEST_P(FolderContents, AreAThousandOfACallAtMost) {
  const std::string here = folder("here");
  const std::string there = folder("there");
  const std::string thing = file(here);
  copy(thing, 999);
  EXPECT_THAT(move("putFilesInFolder", files() + thing, there),
              AllOf(StartsWith("VALIDATION_ERROR"), HasSubstr("1000"), HasSubstr("1001")));
  EXPECT_EQ(move("putFilesInFolder", files(), there), "");
  EXPECT_EQ(count("file where folder_id = " + there), 1'000);
}

TEST_P(FolderContents, BelongToTheirOrganization) {
  const std::string here = folder("here");
  const std::string thing = file(here);
  lab_.become("eve", "elsewhere");
  const std::string own = folder("mine");
  EXPECT_THAT(move("putFilesInFolder", thing, own), StartsWith("NOT_FOUND"));
  EXPECT_THAT(move("putFoldersInFolder", own, here), StartsWith("NOT_FOUND"));
  EXPECT_THAT(move("releaseFilesFromFolder", thing, here), StartsWith("NOT_FOUND"));
}

TEST_P(FolderContents, AreNeverFoldersAboveThem) {
  const std::string top = folder("top");
  const std::string middle = folder("middle", top);
  const std::string bottom = folder("bottom", middle);
  EXPECT_THAT(move("putFoldersInFolder", top, bottom), HasSubstr("itself"));
  EXPECT_THAT(move("putFoldersInFolder", top, top), HasSubstr("itself"));
  EXPECT_EQ(parent(top), "null");
}

// On PostgreSQL transactions run beside each other, and neither sees what the other is about to write.
class FolderContentsOnPostgres : public FolderContents {};
INSTANTIATE_TEST_SUITE_P(Alone, FolderContentsOnPostgres, testing::Values(sql::Dialect::kPostgres),
                         sql_testing::dialect_name);

TEST_P(FolderContentsOnPostgres, CloseNoCircleWhenTwoAreMovedAtOnce) {
  const std::string first = folder("first");
  const std::string second = folder("second");
  std::string refused;
  lab_.overlap(
      [&](sql::Writer& writer) {
        lock_folders(writer, 1);
        writer.execute("update folder set parent_id = $1 where id = $2",
                       {std::stoll(second), std::stoll(first)});
      },
      [&] { refused = move("putFoldersInFolder", second, first); });
  EXPECT_THAT(refused, HasSubstr("itself"));
  EXPECT_EQ(parent(second), "null");
}

TEST_P(FolderContentsOnPostgres, GoToOneDefaultFolderWhenTheFirstTwoComeAtOnce) {
  const std::string store = lab_.upload("Bigfile", {{"", "bytes"}});
  Maker ada;
  ada.organization = 1;
  ada.user = 1;
  lab_.overlap([&](sql::Writer& writer) { folder_for(writer, ada, std::nullopt); },
               [&] {
                 lab_.data("mutation ($input: FromFileLike!) { it: fromFileLike(input: $input) { id } }",
                           input({{"file", store}, {"fileName", "a.txt"}}));
               });
  EXPECT_EQ(count("folder"), 1);
  EXPECT_EQ(count("file where folder_id is not null"), 1);
  EXPECT_EQ(count("provenance_entry where subject_type = 'Folder' and kind = 'CREATE'"), 1);
}

}  // namespace
}  // namespace mikro
