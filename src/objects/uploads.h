// Uploads in parts, until they are completed: their files on the disk.
//
// `<root>/.uploads/<id>/log` says in its first line what is being uploaded and in each further line which
// part has come; `data` has parts at their places in the object that will be, as long as all have one size,
// which clients' do: completing is then a rename. A part that does not fit (sent again, or of another size)
// has a file of its own, and completing copies.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "objects/checksum.h"
#include "objects/object_files.h"

namespace objects {

/// What is being uploaded.
struct UploadPlan {
  std::string bucket;
  std::string key;
  ObjectFacts facts;  ///< type and headers
  std::optional<ChecksumKind> checksum;
  ChecksumScope scope = ChecksumScope::kComposite;
  std::int64_t begun_at = 0;  ///< microseconds UTC
};

struct UploadedPart {
  std::uint64_t size = 0;
  std::string etag;      ///< hex MD5
  std::string checksum;  ///< raw, of the plan's kind; empty if it has none
  std::int64_t modified_at = 0;
  std::string file;          ///< in the upload's folder
  std::uint64_t offset = 0;  ///< there
};

inline constexpr int kMostParts = 10'000;

/// One upload. Thread-safe; all functions block on the disk.
class Upload : public std::enable_shared_from_this<Upload> {
 public:
  /// Reads what is there; null if it has ended.
  static std::shared_ptr<Upload> open(std::string folder);
  static std::shared_ptr<Upload> create(std::string folder, UploadPlan plan);

  const UploadPlan& plan() const { return plan_; }
  std::map<int, UploadedPart> parts() const;
  bool has_ended() const;

  /// A part that is being written; nothing of it stays if it is dropped.
  class Part {
   public:
    ~Part();
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;
    /// At most as many bytes as were announced. Throws S3Error.
    void write(std::string_view bytes);

   private:
    friend class Upload;
    Part(std::shared_ptr<Upload> upload, int number, std::uint64_t size)
        : upload_(std::move(upload)), number_(number), size_(size) {}
    const std::shared_ptr<Upload> upload_;
    const int number_;
    const std::uint64_t size_;
    std::uint64_t written_ = 0;
    int descriptor_ = -1;
    UploadedPart record_;
    bool is_committed_ = false;
  };
  /// `max_bytes`: of the whole. Throws S3Error: EntityTooLarge, NoSuchUpload if it has ended.
  std::unique_ptr<Part> begin_part(int number, std::uint64_t size, std::optional<std::uint64_t> max_bytes);
  /// Durable when it returns; replaces a part of this number. Throws S3Error(NoSuchUpload).
  UploadedPart commit(std::unique_ptr<Part> part, std::string etag, std::string checksum);

  /// The object of these parts, ascending, and nothing else: hands it to `commit` and ends the upload if that
  /// did not throw. Throws S3Error: NoSuchUpload; SlowDown while another completes or aborts it.
  template <class Commit>
  void complete(const std::vector<int>& numbers, const ObjectFiles& files, const Commit& commit) {
    const std::unique_lock alone = finish_alone();
    begin_finishing();
    try {
      commit(join(numbers, files));
    } catch (...) {
      keep_going();
      throw;
    }
    end();
  }
  /// False if it had ended. Throws S3Error(SlowDown) while another completes or aborts it.
  bool abort();

 private:
  explicit Upload(std::string folder) : folder_(std::move(folder)) {}
  std::unique_lock<std::mutex> finish_alone();
  std::string file(std::string_view name) const { return folder_ + "/" + std::string(name); }
  void read_log(const std::string& text);
  void append_line(const std::string& line);
  bool take_place(Part& part);
  /// Of the whole, with a part of this number and size that is about to come.
  std::uint64_t size_with(int number, std::uint64_t size) const;
  void begin_finishing();
  void keep_going();
  /// Its bytes have become the object. Holds `mutex_`.
  bool has_lost_its_data() const;
  void end();
  bool are_the_object(const std::vector<int>& numbers) const;
  std::unique_ptr<IncomingObject> join(const std::vector<int>& numbers, const ObjectFiles& files);

  enum class State { kOpen, kFinishing, kEnded };

  const std::string folder_;
  UploadPlan plan_;
  std::mutex finishing_;      ///< who completes or aborts; before `mutex_`
  mutable std::mutex mutex_;  ///< guards what follows
  State state_ = State::kOpen;
  std::map<int, UploadedPart> parts_;
  std::uint64_t place_size_ = 0;                        ///< of each part in `data`; 0: not known yet
  std::set<int> writing_;                               ///< numbers of parts being written in `data`
  std::map<int, std::multiset<std::uint64_t>> coming_;  ///< sizes of parts being written
};

/// All of a store. Thread-safe; all functions block on the disk.
class Uploads {
 public:
  /// `root` is that of the objects, on one file system with them.
  explicit Uploads(const std::string& root);

  /// Its id.
  std::string create(UploadPlan plan);
  /// Throws S3Error(NoSuchUpload) if there is none of this id for this key.
  std::shared_ptr<Upload> find(const std::string& id, std::string_view bucket, std::string_view key);
  struct Listed {
    std::string id;
    UploadPlan plan;
  };
  /// Of a bucket, by key and beginning.
  std::vector<Listed> list(std::string_view bucket);
  /// Ends those to which nothing was added since `before`.
  void remove_older(std::int64_t before);

 private:
  std::shared_ptr<Upload> open(const std::string& id);

  const std::string folder_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Upload>> open_;  ///< never two of one id
  std::vector<std::shared_ptr<Upload>> recent_;        ///< kept open for their next part
  std::size_t next_recent_ = 0;
};

}  // namespace objects
