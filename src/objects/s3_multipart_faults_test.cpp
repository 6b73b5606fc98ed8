// Uploads in parts over restarts, broken connections and crowds.
#include <thread>

#include "objects/s3_error.h"
#include "objects/s3_multipart_fixture.h"

namespace objects {
namespace {

TEST_F(S3Multipart, APartThatBreaksOffLeavesWhatWasThere) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  for (const int number : {1, 2}) {
    const std::string half =
        signed_bytes({.method = "PUT",
                      .path = "/zarr/big",
                      .query = "partNumber=" + std::to_string(number) + "&uploadId=" + id,
                      .body = second_,
                      .payload_hash = "UNSIGNED-PAYLOAD"},
                     writer());
    net::testing::RawClient client(server_->port());
    client.send(half.substr(0, half.size() - 10));
    client.close();
  }
  EXPECT_EQ(code(put_part(id, 1, "x", "/zarr/big", {{"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="}})),
            "400 BadDigest");
  const std::string last = etag_of(put_part(id, 2, last_));
  EXPECT_EQ(complete(id, {{1, first}, {2, last}}).status, 200);
  EXPECT_TRUE(whole() == first_ + last_);
}

TEST_F(S3Multipart, APartThatWasOnItsWayWhenItWasAbortedComesToNothing) {
  const std::string id = create();
  const std::string part = signed_bytes({.method = "PUT",
                                         .path = "/zarr/big",
                                         .query = "partNumber=1&uploadId=" + id,
                                         .body = first_,
                                         .payload_hash = "UNSIGNED-PAYLOAD"},
                                        writer());
  net::testing::RawClient client(server_->port());
  client.send(part.substr(0, part.size() - 10));
  EXPECT_TRUE(
      net::testing::TestServer::eventually([&] { return inode("/objects/.uploads/" + id + "/data") != 0; }));
  EXPECT_EQ(ask({.method = "DELETE", .path = "/zarr/big", .query = "uploadId=" + id}).status, 204);
  client.send(part.substr(part.size() - 10));
  EXPECT_EQ(code(client.read_response()), "404 NoSuchUpload");
  EXPECT_EQ(files_on_disk(), 0U);
}

TEST_F(S3Multipart, OutlivesTheProcess) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  restart();
  const std::string last = etag_of(put_part(id, 2, last_));
  restart();
  EXPECT_EQ(complete(id, {{1, first}, {2, last}}).status, 200);
  EXPECT_TRUE(whole() == first_ + last_);
  EXPECT_EQ(inode("/objects/.uploads/" + id), 0U);
}

TEST_F(S3Multipart, ForgetsALineThatWasCutOff) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  std::ofstream(folder_ + "/objects/.uploads/" + id + "/log", std::ios::app) << R"({"part":2,"si)";
  restart();
  const std::string last = etag_of(put_part(id, 2, last_));
  restart();
  EXPECT_EQ(complete(id, {{1, first}, {2, last}}).status, 200);
  EXPECT_TRUE(whole() == first_ + last_);
}

// Killed between the rename, which made the object, and the removal of the rest.
TEST_F(S3Multipart, ThatWasCompletedWhenTheProcessDiedIsComplete) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  std::filesystem::copy(folder_ + "/objects/.uploads/" + id + "/log", folder_ + "/log");
  EXPECT_EQ(complete(id, {{1, first}}).status, 200);
  std::filesystem::create_directory(folder_ + "/objects/.uploads/" + id);
  std::filesystem::rename(folder_ + "/log", folder_ + "/objects/.uploads/" + id + "/log");
  restart();
  EXPECT_EQ(complete(id, {{1, first}}).status, 200);
  EXPECT_TRUE(whole() == first_);
  EXPECT_EQ(inode("/objects/.uploads/" + id), 0U);
}

// The disk may fail after the rename, when the object's folder is to be made durable.
TEST_F(S3Multipart, WhoseCommitFailedOnceTheObjectWasThereIsComplete) {
  const std::string id = create();
  const std::string first = etag_of(put_part(id, 1, first_));
  ObjectFacts facts;
  facts.etag = joined_etag({first_});
  const auto upload = store_->uploads().find(id, "zarr", "big");
  const auto commit = [&](std::unique_ptr<IncomingObject> object) {
    store_->files().commit(std::move(object), "zarr", "big", facts, {});
    throw S3Error(500, "InternalError", "The folder cannot be synced.");
  };
  EXPECT_THROW(upload->complete({1}, store_->files(), commit), S3Error);
  EXPECT_TRUE(upload->has_ended());
  EXPECT_EQ(complete(id, {{1, first}}).status, 200) << "asked again, it is there";
  EXPECT_TRUE(whole() == first_);
}

TEST_F(S3Multipart, ToWhichNothingComesIsRemoved) {
  const std::string old = create();
  const std::string young = create();
  put_part(old, 1, "x");
  constexpr std::time_t kWeek = 7 * 24 * 3600;
  const timespec then{std::time(nullptr) - kWeek - 10, 0};
  const timespec times[] = {then, then};
  ::utimensat(AT_FDCWD, (folder_ + "/objects/.uploads/" + old + "/log").c_str(), times, 0);
  store_->uploads().remove_older(base::now_micros() - kWeek * 1'000'000);
  EXPECT_EQ(code(put_part(old, 1, "x")), "404 NoSuchUpload");
  EXPECT_EQ(put_part(young, 1, "x").status, 200);
}

// Many at once, as the official client sends them.
TEST_F(S3Multipart, TakesPartsConcurrently) {
  const std::string id = create();
  std::vector<std::string> parts;
  std::vector<std::unique_ptr<net::testing::RawClient>> clients;
  std::vector<std::thread> senders;
  for (int number = 1; number <= 6; ++number)
    parts.push_back(bytes(number == 6 ? 123 : kPart, static_cast<char>('0' + number)));
  std::vector<std::string> etags(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    senders.emplace_back([&, i] {
      net::testing::RawClient client(server_->port());
      client.send(signed_bytes({.method = "PUT",
                                .path = "/zarr/big",
                                .query = "partNumber=" + std::to_string(i + 1) + "&uploadId=" + id,
                                .body = parts[i],
                                .payload_hash = "UNSIGNED-PAYLOAD"},
                               writer()));
      etags[i] = header(client.read_response(), "ETag");
    });
  }
  for (std::thread& sender : senders) sender.join();
  std::vector<std::pair<int, std::string>> named;
  std::string all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    named.emplace_back(static_cast<int>(i) + 1, etags[i]);
    all += parts[i];
  }
  EXPECT_EQ(complete(id, named).status, 200);
  EXPECT_TRUE(whole() == all);
}

}  // namespace
}  // namespace objects
