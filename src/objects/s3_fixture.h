// A store on a folder of its own behind a real server, and a client that signs by itself. For tests only.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "jose/jose.h"
#include "net/testing/raw_client.h"
#include "objects/presign.h"
#include "objects/s3_server.h"

namespace objects {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::int64_t kHour = 3'600'000'000;

/// The store alone: a folder that is gone afterwards.
class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    ::mkdtemp(folder_.data());
    open();
  }
  ~StoreTest() override { std::filesystem::remove_all(folder_); }

  /// As another process would after this one was killed.
  void open() {
    store_.reset();
    store_ = std::make_unique<EmbeddedStore>(folder_ + "/objects", GrantKey(std::string(32, 'k')));
  }
  void put(const std::string& key, const std::string& bytes, const std::string& bucket = "zarr") {
    auto object = store_->files().begin();
    object->write(bytes);
    ObjectFacts facts;
    facts.etag = "etag";
    store_->commit(std::move(object), bucket, key, facts, {});
  }
  std::string get(const std::string& key, const std::string& bucket = "zarr") {
    return store_->head(bucket, key) ? store_->read(bucket, key, 0, 1'000'000) : "nothing";
  }
  std::size_t files_on_disk() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_))
      count += entry.is_regular_file();
    return count;
  }

  std::string folder_ = "/tmp/arkitektd-test-XXXXXX";
  std::unique_ptr<EmbeddedStore> store_;
};

class S3Test : public StoreTest {
 protected:
  struct Ask {
    std::string method = "GET";
    std::string path = "/zarr/a";
    std::string query = "";
    std::string body = "";
    Fields headers = {};
    std::string payload_hash = "";  ///< the body's, if empty
  };
  using Response = net::testing::RawClient::Response;

  S3Test() { serve(); }
  ~S3Test() override {
    client_.reset();
    server_.reset();
    copies_.stop();
    joins_.stop();
    workers_.stop();
  }

  void serve() {
    net::Router router;
    serve_s3(router, *store_, {workers_, copies_, joins_}, metrics_);
    server_ = std::make_unique<net::testing::TestServer>(std::move(router));
    client_ = std::make_unique<net::testing::RawClient>(server_->port());
  }
  /// As if the process had ended and another had come.
  void restart() {
    client_.reset();
    server_.reset();
    open();
    serve();
  }

  static Grant grant_of(std::string bucket, std::string key, Grant::Access access) {
    Grant grant;
    grant.bucket = std::move(bucket);
    grant.key = std::move(key);
    grant.access = access;
    grant.expires_at = base::now_micros() + kHour;
    return grant;
  }
  Credentials writer(std::string bucket = "zarr", std::string key = "") {
    return store_->key().issue(grant_of(std::move(bucket), std::move(key), Grant::Access::kWrite));
  }
  Credentials reader(std::string bucket = "zarr", std::string key = "") {
    return store_->key().issue(grant_of(std::move(bucket), std::move(key), Grant::Access::kRead));
  }

  net::HttpRequest request_of(const Ask& ask) const {
    net::HttpRequest request;
    request.method = ask.method;
    request.path = ask.path;
    request.query = ask.query;
    request.headers.add("Host", "localhost:" + std::to_string(server_->port()));
    for (const auto& [name, value] : ask.headers) request.headers.add(name, value);
    return request;
  }
  static std::string head_of(const net::HttpRequest& request, std::size_t body_size) {
    std::string path;
    for (const char c : request.path) path += c == '/' ? "/" : net::percent_encode(std::string(1, c));
    std::string head = request.method + " " + path;
    if (!request.query.empty()) head += "?" + request.query;
    head += " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.headers.fields()) head += name + ": " + value + "\r\n";
    if (body_size > 0 || request.method == "PUT" || request.method == "POST")
      head += "Content-Length: " + std::to_string(body_size) + "\r\n";
    return head + "\r\n";
  }
  /// The bytes of the signed request.
  std::string signed_bytes(const Ask& ask, const Credentials& by) const {
    net::HttpRequest request = request_of(ask);
    sign_header(request, by, ask.payload_hash.empty() ? jose::sha256_hex(ask.body) : ask.payload_hash,
                base::now_micros());
    return head_of(request, ask.body.size()) + ask.body;
  }
  Response ask(const Ask& what, const Credentials& by) { return raw(signed_bytes(what, by)); }
  Response ask(const Ask& what) { return ask(what, writer()); }
  /// On a connection of its own: refusals may end it.
  Response raw(const std::string& bytes) {
    client_ = std::make_unique<net::testing::RawClient>(server_->port());
    return client_->ask(bytes);
  }
  Response upload(const std::string& key, const std::string& body, Fields headers = {}) {
    return ask({.method = "PUT", .path = "/zarr/" + key, .body = body, .headers = std::move(headers)});
  }
  Response download(const std::string& key, Fields headers = {}) {
    return ask({.path = "/zarr/" + key, .headers = std::move(headers)});
  }

  /// What stands between the first such tags.
  static std::string inside(const std::string& xml, const std::string& name) {
    const std::size_t begin = xml.find("<" + name + ">");
    if (begin == std::string::npos) return "";
    const std::size_t from = begin + name.size() + 2;
    return xml.substr(from, xml.find("</" + name + ">", from) - from);
  }
  static std::vector<std::string> all_inside(std::string xml, const std::string& name) {
    std::vector<std::string> found;
    for (std::size_t at = xml.find("<" + name + ">"); at != std::string::npos;
         at = xml.find("<" + name + ">")) {
      xml.erase(0, at);
      found.push_back(inside(xml, name));
      xml.erase(0, 1);
    }
    return found;
  }
  static std::string code(const Response& response) {
    return std::to_string(response.status) + " " + inside(response.body, "Code");
  }
  static std::string header(const Response& response, const std::string& name) {
    const std::size_t at = response.head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t from = at + name.size() + 4;
    return response.head.substr(from, response.head.find("\r\n", from) - from);
  }

  base::metrics::Registry metrics_;
  net::WorkerPool workers_{"test", 4};
  net::WorkerPool copies_{"test-copies", 2, 1};
  net::WorkerPool joins_{"test-joins", 2, 1};
  std::unique_ptr<net::testing::TestServer> server_;
  std::unique_ptr<net::testing::RawClient> client_;
};

}  // namespace objects
