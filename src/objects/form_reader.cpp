#include "objects/form_reader.h"

#include <algorithm>

#include "base/text.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

constexpr std::size_t kMostBeforeFile = 64 * 1024;
constexpr std::size_t kLongestBoundary = 200;

[[noreturn]] void malformed(std::string_view why) {
  throw S3Error(400, "MalformedPOSTRequest", "The form cannot be read: {}.", why);
}

/// `name` of `form-data; name="a"; filename="b"`.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  while (true) {
    const std::size_t semicolon = header.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    header = base::trim(header.substr(semicolon + 1));
    const std::size_t equals = header.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string key = base::fold_case(base::trim(header.substr(0, equals)));
    header = base::trim(header.substr(equals + 1));
    std::string value;
    if (header.starts_with('"')) {
      const std::size_t end = header.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      value = header.substr(1, end - 1);
      header.remove_prefix(end + 1);
    } else {
      value = base::trim(header.substr(0, header.find(';')));
      header.remove_prefix(std::min(header.find(';'), header.size()));
    }
    if (key == name) return value;
  }
}

}  // namespace

FormReader::FormReader(std::string_view content_type, Events events) : events_(std::move(events)) {
  if (!base::is_valid_utf8(content_type) || !base::fold_case(content_type).starts_with("multipart/form-data"))
    malformed("its type must be multipart/form-data");
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) malformed("it has no boundary");
  mark_ = "\r\n--" + *boundary;
  buffer_ = "\r\n";  // as if a line had ended before the first boundary
}

void FormReader::take(std::string_view bytes) {
  if (state_ == State::kEnded) return;
  buffer_ += bytes;
  while (step()) {
  }
  if (state_ != State::kFile && state_ != State::kEnded && before_file_ + buffer_.size() > kMostBeforeFile) {
    throw S3Error(400, "MaxPostPreDataLengthExceeded", "More than {} bytes come before the file.",
                  kMostBeforeFile);
  }
}

/// False if more bytes are needed.
bool FormReader::step() {
  if (state_ == State::kEnded) {
    buffer_.clear();
    return false;
  }
  if (state_ == State::kHead) {
    // After a boundary: `--` at the form's end, else headers up to an empty line.
    if (buffer_.starts_with("--")) malformed("it has no field `file`");
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::string head = buffer_.substr(0, end);
    buffer_.erase(0, end + 4);
    before_file_ += end + 4;
    read_head(head);
    return true;
  }
  const std::size_t end = buffer_.find(mark_);
  const std::size_t sure =
      end != std::string::npos ? end : buffer_.size() - std::min(buffer_.size(), mark_.size() - 1);
  if (state_ == State::kFile && sure > 0) {
    events_.on_bytes(std::string_view(buffer_).substr(0, sure));
    buffer_.erase(0, sure);
    return true;
  }
  if (end == std::string::npos) return false;
  if (state_ == State::kValue) fields_.push_back({name_, buffer_.substr(0, end)});
  before_file_ += end + mark_.size();
  buffer_.erase(0, end + mark_.size());
  state_ = state_ == State::kFile ? State::kEnded : State::kHead;
  return true;
}

void FormReader::read_head(std::string_view head) {
  std::optional<std::string> name;
  File file;
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    if (!base::is_valid_utf8(line)) malformed("a header is not UTF-8");
    const std::string field = base::fold_case(base::trim(line.substr(0, colon)));
    const std::string_view value = base::trim(line.substr(colon + 1));
    if (field == "content-type") file.content_type = value;
    if (field != "content-disposition") continue;
    name = parameter(value, "name");
    file.name = parameter(value, "filename").value_or("");
  }
  if (!name) malformed("a field has no name");
  name_ = base::fold_case(*name);
  if (name_ != "file") {
    state_ = State::kValue;
    return;
  }
  file_ = std::move(file);
  state_ = State::kFile;
  events_.on_file(fields_, file_);
}

void FormReader::finish() const {
  if (state_ != State::kEnded) throw S3Error(400, "IncompleteBody", "The form ended before its file did.");
}

}  // namespace objects
