// PostObject: a page's form puts one object, as its signed policy permits.
#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/error.h"
#include "base/markup.h"
#include "net/fetch_url.h"
#include "objects/form_reader.h"
#include "objects/held_bytes.h"
#include "objects/hmac.h"
#include "objects/post_policy.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"

namespace objects {
namespace {

constexpr std::uint64_t kLargestPost = 5ULL << 30U;
constexpr std::uint64_t kFormAround = 1ULL << 20U;  ///< what surrounds the file

std::string value_of(const std::vector<FormReader::Field>& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &FormReader::Field::name);
  return found == fields.end() ? std::string() : found->value;
}

std::string with_file_name(std::string key, const std::string& file_name) {
  constexpr std::string_view kPlaceholder = "${filename}";
  if (const std::size_t at = key.find(kPlaceholder); at != std::string::npos)
    key.replace(at, kPlaceholder.size(), file_name);
  return key;
}

/// Fields that say of the object what headers say in other requests.
ObjectFacts facts_in(const std::vector<FormReader::Field>& fields, const FormReader::File& file) {
  net::Headers headers;
  if (value_of(fields, "content-type").empty() && !file.content_type.empty())
    headers.add("content-type", file.content_type);
  for (const FormReader::Field& field : fields) headers.add(field.name, field.value);
  return facts_from(headers);
}

/// Where the page goes then. The policy names it, as every field, so nobody but its signer chooses. What is
/// no address of the web counts as not said, as S3 has it.
std::string redirect_in(const std::vector<FormReader::Field>& fields) {
  std::string url = value_of(fields, "success_action_redirect");
  try {
    net::parse_fetch_url(url);
  } catch (const base::Error&) {
    return "";
  }
  return url.substr(0, url.find('#'));
}

class FormUpload final : public Operation {
 public:
  explicit FormUpload(const S3Context& context)
      : context_(context),
        reader_(context.request->header("Content-Type"),
                {[this](const auto& fields, const auto& file) { begin_file(fields, file); },
                 [this](std::string_view bytes) { take_file(bytes); }}) {}

  void take(std::string_view bytes) override {
    // Until the fields are known nobody has said who sends this.
    if (!permission_) held_.add(bytes.size());
    reader_.take(bytes);
    if (permission_) held_.release();
  }

  net::HttpResponse finish(const Payload&) override {
    reader_.finish();
    if (size_ < permission_->min_bytes)
      throw S3Error(400, "EntityTooSmall", "The file has fewer than the {} bytes that the policy asks for.",
                    permission_->min_bytes);
    facts_.etag = hex(md5_.finish());
    const std::string& bucket = context_.request->bucket;
    context_.store.commit(std::move(incoming_), bucket, key_, facts_, {});
    net::HttpResponse response;
    if (!redirect_.empty()) {
      response.status = 303;
      response.headers.add("Location", fmt::format("{}{}bucket={}&key={}&etag={}", redirect_,
                                                   redirect_.find('?') == std::string::npos ? '?' : '&',
                                                   net::percent_encode(bucket), net::percent_encode(key_),
                                                   net::percent_encode('"' + facts_.etag + '"')));
      return response;
    }
    if (status_ == 201) {
      response =
          xml_answer(201, fmt::format("<PostResponse><Location>{}</Location><Bucket>{}</Bucket><Key>{}</Key>"
                                      "<ETag>&quot;{}&quot;</ETag></PostResponse>",
                                      base::escaped(address_of(bucket, key_)), base::escaped(bucket),
                                      base::escaped(key_), facts_.etag));
    }
    response.status = status_;
    response.headers.add("ETag", fmt::format("\"{}\"", facts_.etag));
    response.headers.add("Location", address_of(bucket, key_));
    return response;
  }

  Payload::Wants wants() const override { return {.max_bytes = kLargestPost + kFormAround}; }

 private:
  void begin_file(const std::vector<FormReader::Field>& fields, const FormReader::File& file) {
    const std::string& bucket = context_.request->bucket;
    key_ = with_file_name(value_of(fields, "key"), file.name);
    check_key(key_);
    permission_.emplace(check_post(fields, bucket, key_, context_.store.key(), base::now_micros()));
    redirect_ = redirect_in(fields);
    const std::string status = value_of(fields, "success_action_status");
    status_ = status == "200" ? 200 : status == "201" ? 201 : 204;
    facts_ = facts_in(fields, file);
    max_bytes_ = std::min(
        {kLargestPost, permission_->max_bytes, permission_->caller.grant().max_bytes.value_or(kLargestPost)});
    context_.store.seals().check(bucket, key_);
    incoming_ = context_.store.files().begin();
  }

  void take_file(std::string_view bytes) {
    size_ += bytes.size();
    if (size_ > max_bytes_)
      throw S3Error(400, "EntityTooLarge", "The file is longer than the {} bytes that are permitted here.",
                    max_bytes_);
    md5_.update(bytes);
    incoming_->write(bytes);
  }

  const S3Context context_;
  FormReader reader_;
  std::optional<PostPermission> permission_;
  HeldBytes held_{HeldBytes::Of::kForms};
  std::string key_;
  ObjectFacts facts_;
  int status_ = 204;
  std::string redirect_;  ///< empty: nowhere
  std::uint64_t max_bytes_ = 0;
  std::uint64_t size_ = 0;
  Digest md5_{Digest::Kind::kMd5};
  std::unique_ptr<IncomingObject> incoming_;
};

}  // namespace

std::unique_ptr<Operation> post_form(const S3Context& context) {
  return std::make_unique<FormUpload>(context);
}

}  // namespace objects
