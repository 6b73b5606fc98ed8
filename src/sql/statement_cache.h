// The prepared statements of one connection, by statement text; the least
// recently used goes when a new one would be too many.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace sql {

inline constexpr std::size_t kPreparedStatements = 256;

/// Owns the entries. References stay valid until the entry is erased or
/// evicted. Not thread-safe: belongs to a connection.
template <class Prepared>
class StatementCache {
 public:
  explicit StatementCache(std::size_t capacity = kPreparedStatements) : capacity_(capacity) {}

  /// The statement, now the most recently used, or nullptr.
  Prepared* find(std::string_view sql) {
    const auto found = index_.find(sql);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->prepared;
  }

  /// Adds a statement that is not there; `evicted` is told what had to go.
  template <class Evicted>
  Prepared& add(std::string_view sql, Prepared prepared, Evicted&& evicted) {
    if (entries_.size() >= capacity_) {
      evicted(entries_.back().prepared);
      index_.erase(entries_.back().sql);
      entries_.pop_back();
    }
    entries_.push_front(Entry{std::string(sql), std::move(prepared)});
    index_.emplace(entries_.front().sql, entries_.begin());
    return entries_.front().prepared;
  }

  void erase(std::string_view sql) {
    const auto found = index_.find(sql);
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);
    entries_.erase(entry);
  }

  void clear() {
    index_.clear();
    entries_.clear();
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string sql;
    Prepared prepared;
  };
  std::size_t capacity_;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace sql
