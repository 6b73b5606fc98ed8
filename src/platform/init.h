// `init`: the files with which the services run as processes of their own.
#pragma once

#include <string>
#include <vector>

namespace platform {

/// An S3 that is there already.
struct InitStorage {
  std::string endpoint;    ///< as the services and the clients reach it; empty: none
  std::string access_key;  ///< keys that may read and write the buckets, and assume the role
  std::string secret_key;
  std::string role_arn =
      "arn:aws:iam::000000000000:role/arkitektd";  ///< any such text where there are no roles
  std::string sts_endpoint = "";                   ///< where roles are assumed; empty: at the endpoint
  std::string external_id = "";                    ///< what the role asks for; empty: nothing
  bool hands_out_keys = false;  ///< for stores that issue none for a while: clients get the keys above
};

struct InitOptions {
  std::string directory;
  std::string origin;               ///< where clients find everything: `https://arkitekt.lab.org`
  std::string postgres;             ///< connection URI; each service gets a schema of its own
  std::string object_store_health;  ///< empty: `rustfs/health` at the storage, or at the origin
  InitStorage storage;              ///< without one nothing keeps bytes, and there is no Mikro
};

/// What was written.
struct FirstFiles {
  std::vector<std::string> services;  ///< each has a file, `NAME.yaml`
  std::vector<std::string> buckets;   ///< that must be in the storage before the services start
};
/// Writes `lok.yaml`, `rekuest.yaml`, with a storage `mikro.yaml`, and `access.json`, mode 0600. Throws
/// StartError, also if one of them exists: nothing is replaced.
FirstFiles write_first_files(const InitOptions& options);

}  // namespace platform
