// DeleteObjects: each key is answered for itself.
#include <fmt/format.h>

#include "base/markup.h"
#include "objects/s3_error.h"
#include "objects/s3_headers.h"
#include "objects/s3_operation.h"
#include "objects/xml_document.h"

namespace objects {
namespace {

constexpr std::size_t kMostKeys = 1000;

RemoveCondition condition_of(const XmlElement& object) {
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const std::vector<XmlElement> found = object.children(name);
    return found.empty() ? std::nullopt : std::optional(found.front().text());
  };
  return remove_condition(text("ETag"), text("Size"), text("LastModifiedTime"));
}

/// Empty if it is gone, or never was.
std::string delete_one(const S3Context& context, const XmlElement& object, const std::string& key) {
  try {
    check_key(key);
    const std::string version = object.text_of("VersionId");
    if (!version.empty() && version != "null")
      throw S3Error(404, "NoSuchVersion", "There are no versions here but the latest.");
    context.caller->must_delete(context.request->bucket, key);
    context.store.erase(context.request->bucket, key, condition_of(object));
    return "";
  } catch (const S3Error& error) {
    return fmt::format("<Error><Key>{}</Key><Code>{}</Code><Message>{}</Message></Error>", base::escaped(key),
                       error.code(), base::escaped(error.what()));
  }
}

net::HttpResponse delete_all(const S3Context& context, const std::string& body) {
  const XmlDocument document(body, "Delete");
  const std::vector<XmlElement> wanted = document.root().children("Object");
  if (wanted.empty() || wanted.size() > kMostKeys) {
    throw S3Error(400, "MalformedXML", "Between one and {} objects can be deleted at once.", kMostKeys);
  }
  const bool is_quiet = document.root().text_of("Quiet") == "true";
  std::string rows;
  for (const XmlElement& object : wanted) {
    const std::string key = object.text_of("Key");
    const std::string refusal = delete_one(context, object, key);
    rows += refusal;
    if (refusal.empty() && !is_quiet)
      rows += fmt::format("<Deleted><Key>{}</Key></Deleted>", base::escaped(key));
  }
  return xml_answer(200, fmt::format("<DeleteResult xmlns=\"{}\">{}</DeleteResult>", kNamespace, rows));
}

}  // namespace

std::unique_ptr<Operation> delete_objects(const S3Context& context) {
  context.caller->must_know(context.request->bucket);
  return with_document([context](const std::string& body) { return delete_all(context, body); });
}

}  // namespace objects
