// What must not change any more: keys that were sealed, with everything below them.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sql/database.h"

namespace objects {

/// Rows of a small database of its own: one wait for the disk a seal, and a million of them cost no memory
/// and no start. All functions block on the disk. Thread-safe.
///
/// A write holds a `Writing` around its commit; `seal` returns when no commit of its keys is under way and
/// none can begin.
class Seals {
 public:
  /// Makes the file, in a folder that is there. Throws base::Error(kUnavailable), as all functions do if the
  /// disk is full or fails.
  explicit Seals(const std::string& file);

  class Writing {
   public:
    Writing(Writing&& other) noexcept;
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;

   private:
    friend class Seals;
    Writing(Seals& seals, std::multiset<std::string>::iterator place) : seals_(&seals), place_(place) {}
    Seals* seals_;
    std::multiset<std::string>::iterator place_;
  };
  /// Throws S3Error(AccessDenied) if the key or a part of its path is sealed.
  [[nodiscard]] Writing write(std::string_view bucket, std::string_view key);
  /// The same, only to know early.
  void check(std::string_view bucket, std::string_view key);

  /// An empty key is the whole bucket. Durable when they return.
  void seal(std::string_view bucket, std::string_view key);
  void unseal(std::string_view bucket, std::string_view key);

 private:
  bool has_any(std::vector<std::string> names);
  bool is_being_written(const std::string& name) const;

  const std::unique_ptr<sql::Database> database_;
  std::mutex changing_;  ///< one seal or unseal at a time; before `mutex_`
  std::mutex mutex_;     ///< never held during disk access
  std::condition_variable written_;
  std::multiset<std::string> writing_;  ///< names with a commit under way
  std::set<std::string> closing_;       ///< being sealed: no commit begins, the row may not be there yet
};

}  // namespace objects
