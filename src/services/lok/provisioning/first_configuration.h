// A fresh data directory's `lok.yaml`, and the access document that tells a
// person and the test tools how to get in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "jose/jose.h"
#include "services/lok/configuration.h"

namespace lok {

struct FirstOptions {
  std::string deployment = "Arkitekt";
  std::string hub = "labhub";
  std::string organization = "demo";
  std::string user = "demo";
  std::vector<service::Description> services = {};  ///< behind the gateway, each below its prefix
  /// By service, how it proves who it is; those of `up` have theirs in the data directory.
  std::map<std::string, jose::Key> instance_keys = {};
  std::uint16_t object_store_port = 8001;  ///< on the host of the request
  /// Instead: where clients ask whether an object store elsewhere is there,
  /// `https://s3.lab.org/minio/health/live`.
  std::string object_store_health = "";
  base::Json datalayer = {};         ///< where pictures are kept, as lok.yaml has it; null: nowhere
  std::string database_uri = "";     ///< PostgreSQL; empty: the file is for `up`, which has its own
  std::int64_t trusted_proxies = 0;  ///< whose forwarded headers count
  bool allow_insecure_transport = true;
  std::size_t mandate_keys = 32;
};

/// The text of a `lok.yaml` in Konstruktor's format, with fresh passwords,
/// keys and an RSA key. Everything in it is read by Configuration::read.
std::string make_first_configuration(const FirstOptions& options);

/// Writes the text to a file that did not exist, mode 0600, whole or not at
/// all. Throws Error(kConflict) if it exists, Error(kUnavailable) if it cannot
/// be written.
void write_private_file(const std::string& path, const std::string& text);
/// The same for a file that may exist and is replaced.
void replace_private_file(const std::string& path, const std::string& text);

/// Hubs offer every one of the services, also where the file is of a program that had fewer.
void follow_services(Configuration& configuration, const std::vector<service::Description>& services);

/// Relative aliases of the object store follow the port it listens on now.
void follow_object_store(Configuration& configuration, std::uint16_t port);

/// How to get in, as Konstruktor's access document: administrator, users,
/// unpinned mandate keys and the services of the first hub. `gateway` is an
/// address without path: `http://localhost:8000`.
base::Json access_document(const Configuration& configuration, const std::string& gateway);

}  // namespace lok
