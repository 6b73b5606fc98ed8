// Small XML documents that clients send. On pugixml, which only this file's .cpp knows.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace objects {

/// An element of a document that lives longer. Names are local: a prefix before a colon does not count.
class XmlElement {
 public:
  explicit XmlElement(void* node) : node_(node) {}
  std::string_view name() const;
  /// Its text; empty if it has none.
  std::string text() const;
  /// The text of its first child of that name; empty if there is none.
  std::string text_of(std::string_view child) const;
  std::vector<XmlElement> children(std::string_view name) const;

 private:
  void* node_;
};

/// Immutable.
class XmlDocument {
 public:
  /// Throws S3Error(MalformedXML) for what is no XML in UTF-8, has a document type (and so could have
  /// entities), or another root element than `root`.
  XmlDocument(std::string_view text, std::string_view root);
  ~XmlDocument();
  XmlDocument(const XmlDocument&) = delete;
  XmlDocument& operator=(const XmlDocument&) = delete;

  XmlElement root() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace objects
