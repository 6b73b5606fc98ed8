// What must not change: keys that somebody holds still, and keys of what is finished, with everything below.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace objects {

/// Whether one of these keys of a bucket is that of something finished. Blocks on a database; thread-safe.
using IsFinished = std::function<bool(std::string_view bucket, const std::vector<std::string>& keys)>;

/// What is finished is known to whoever finished it, who is asked: there is no second record that could be
/// lost or differ. What is held is in memory alone. Thread-safe.
///
/// A write holds a `Writing` around its commit; `hold` returns when no commit of its keys is under way and
/// none can begin.
class Seals {
 public:
  /// Before anything is written. What it refers to lives as long as requests are served.
  void ask(IsFinished is_finished) { asked_.push_back(std::move(is_finished)); }

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
  /// Throws S3Error: AccessDenied if the key or a part of its path is held or finished, ServiceUnavailable if
  /// that cannot be known now. Blocks.
  [[nodiscard]] Writing write(std::string_view bucket, std::string_view key);
  /// The same, only to know early.
  void check(std::string_view bucket, std::string_view key);

  /// An empty key is the whole bucket. Several may hold the same, each until its own `release`. Waits for
  /// commits that are under way.
  void hold(std::string_view bucket, std::string_view key);
  void release(std::string_view bucket, std::string_view key) noexcept;

 private:
  bool is_being_written(const std::string& name) const;

  std::vector<IsFinished> asked_;
  std::mutex mutex_;  ///< never held while somebody is asked
  std::condition_variable written_;
  std::multiset<std::string> writing_;  ///< names with a commit under way
  std::multiset<std::string> held_;
};

}  // namespace objects
