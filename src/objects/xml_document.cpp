#include "objects/xml_document.h"

#include <pugixml.hpp>

#include "base/text.h"
#include "objects/s3_error.h"

namespace objects {
namespace {

pugi::xml_node node_of(void* node) { return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node)); }

std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

[[noreturn]] void malformed(std::string_view why) {
  throw S3Error(400, "MalformedXML", "The XML of the request's body cannot be used: {}.", why);
}

// A key may be a space, so text of white space alone stays where it is all there is.
constexpr unsigned int kHow = (pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single);

}  // namespace

struct XmlDocument::Tree {
  pugi::xml_document document;
};

XmlDocument::XmlDocument(std::string_view text, std::string_view root) : tree_(std::make_unique<Tree>()) {
  if (!base::is_valid_utf8(text) || base::contains_nul(text)) malformed("it is not UTF-8");
  const pugi::xml_parse_result result =
      tree_->document.load_buffer(text.data(), text.size(), kHow, pugi::encoding_utf8);
  if (!result) malformed(result.description());
  for (const pugi::xml_node& node : tree_->document.children()) {
    if (node.type() == pugi::node_doctype) malformed("it has a document type");
  }
  if (local_name(tree_->document.document_element()) != root)
    malformed(fmt::format("its root must be {}", root));
}

XmlDocument::~XmlDocument() = default;

XmlElement XmlDocument::root() const {
  return XmlElement(tree_->document.document_element().internal_object());
}

std::string_view XmlElement::name() const { return local_name(node_of(node_)); }

std::string XmlElement::text() const { return node_of(node_).text().get(); }

std::string XmlElement::text_of(std::string_view child) const {
  for (const pugi::xml_node& node : node_of(node_).children()) {
    if (local_name(node) == child) return node.text().get();
  }
  return "";
}

std::vector<XmlElement> XmlElement::children(std::string_view name) const {
  std::vector<XmlElement> found;
  for (const pugi::xml_node& node : node_of(node_).children()) {
    if (local_name(node) == name) found.emplace_back(node.internal_object());
  }
  return found;
}

}  // namespace objects
