// Listing keys in their order, which is not that of a directory tree: `a-b` stands before `a/b`.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "objects/disk.h"
#include "objects/key_path.h"
#include "objects/object_files.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

/// Parts of keys, in their order; those of folders end with a slash.
std::vector<std::string> parts_in(const std::string& folder) {
  std::vector<std::string> parts;
  DIR* directory = ::opendir(folder.c_str());
  if (directory == nullptr) {
    // Gone because it became empty, or never there. Anything else must not look like that: who lists to clear
    // a prefix would leave what is in it.
    if (errno == ENOENT || errno == ENOTDIR) return parts;
    disk::fail("A folder of objects cannot be read", folder);
  }
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const bool is_folder = entry->d_type == DT_DIR;
    if (is_folder || entry->d_type == DT_REG) parts.push_back(part_of_name(name) + (is_folder ? "/" : ""));
  }
  ::closedir(directory);
  std::ranges::sort(parts);
  return parts;
}

std::string below(const std::string& folder, std::string_view part) {
  return folder + "/" + name_of_part(part.substr(0, part.size() - 1));
}

/// Goes through the tree in the order of the keys until the list is full.
class Walk {
 public:
  Walk(const ObjectFiles& files, std::string_view bucket, const ListRequest& request, ObjectList& out)
      : files_(files), bucket_(bucket), request_(request), out_(out) {}

  /// False once the list is full.
  bool enter(const std::string& folder, const std::string& key) {
    return visit(folder, key, parts_in(folder));
  }
  /// The same of these parts of a folder only, which need not be there.
  bool visit(const std::string& folder, const std::string& key, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
      const std::string full = key + part;
      if (!(part.ends_with('/') ? visit_folder(folder, part, full) : visit_file(full))) return false;
    }
    return true;
  }

 private:
  bool visit_file(const std::string& key) {
    if (key <= request_.after || !key.starts_with(request_.prefix) || !is_within(key)) return true;
    if (is_full()) return false;
    // Removed since its name was read: then it is not there.
    if (const auto object = files_.open(bucket_, key)) out_.entries.push_back({key, object->facts()});
    return true;
  }

  bool visit_folder(const std::string& parent, const std::string& part, const std::string& key) {
    const bool is_below = key.starts_with(request_.prefix);
    if (!is_below && !std::string_view(request_.prefix).starts_with(key)) return true;
    if (!is_within(key) && !(request_.within + "/").starts_with(key)) return true;
    // Everything in it begins with its key, so it stands before `after` as a whole or is a part of its way.
    if (key <= request_.after && !std::string_view(request_.after).starts_with(key)) return true;
    const std::string folder = below(parent, part);
    if (!request_.by_folder || key.size() <= request_.prefix.size()) return enter(folder, key);
    if (key == request_.after || std::string_view(request_.after).starts_with(key))
      return true;  // told before
    if (!has_objects(folder)) return true;
    if (is_full()) return false;
    out_.entries.push_back({key, std::nullopt});
    return true;
  }

  bool is_within(std::string_view key) const {
    const std::string& within = request_.within;
    return within.empty() || key == within ||
           (key.size() > within.size() && key.starts_with(within) && key[within.size()] == '/');
  }

  // A folder may have become empty a moment ago.
  static bool has_objects(const std::string& folder) {
    for (const std::string& part : parts_in(folder)) {
      if (!part.ends_with('/') || has_objects(below(folder, part))) return true;
    }
    return false;
  }

  bool is_full() {
    if (out_.entries.size() < request_.limit) return false;
    out_.is_truncated = true;
    return true;
  }

  const ObjectFiles& files_;
  const std::string_view bucket_;
  const ListRequest& request_;
  ObjectList& out_;
};

// The folder that all keys with this beginning are in, by its key: empty or with a slash at its end.
std::string folder_of(std::string_view beginning) {
  return std::string(beginning.substr(0, beginning.rfind('/') + 1));
}

}  // namespace

// Begins at the deepest folder that has all of it: the folders beside it may have very many entries.
ObjectList ObjectFiles::list(std::string_view bucket, const ListRequest& request) const {
  check_bucket(bucket);
  ObjectList out;
  const bool is_one = !request.by_folder && !request.within.empty() &&
                      std::string_view(request.within).starts_with(request.prefix);
  const std::string key = folder_of(is_one ? request.within : request.prefix);
  std::string folder = fmt::format("{}/{}", root_, bucket);
  try {
    folder += "/" + path_of_key(key + "x");
    folder.resize(folder.rfind('/'));
  } catch (const S3Error&) {
    return out;  // no key is like that
  }
  Walk walk(*this, bucket, request, out);
  if (is_one) {
    const std::string last = request.within.substr(key.size());
    walk.visit(folder, key, {last, last + "/"});
  } else {
    walk.enter(folder, key);
  }
  return out;
}

std::vector<std::string> ObjectFiles::buckets() const {
  std::vector<std::string> names;
  for (std::string& part : parts_in(root_)) {
    // What begins with a dot is our own and no bucket's name.
    if (!part.ends_with('/') || part.starts_with('.')) continue;
    part.pop_back();
    names.push_back(std::move(part));
  }
  return names;
}

}  // namespace objects
