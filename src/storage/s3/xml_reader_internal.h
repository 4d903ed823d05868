// Walks through an XML text and tells each element with text of its own, by its path from the root.
// Private to storage/s3.
//
// Thread-safety: pure.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"

namespace firn::storage::s3 {

struct XmlVisitor {
  /// A leaf or not: called at its end, with the names from the root joined by slashes
  /// (`ListBucketResult/Contents/Key`, prefixes and namespaces taken off) and its own text.
  std::function<void(std::string_view path, std::string_view text)> element;
};

/// Longest text of one element, in bytes.
inline constexpr size_t kMaxXmlTextBytes = 64 * 1024;

/// Errors: kIoError where the text is no well-formed document, has a document type or goes beyond
/// kMaxXmlDepth or kMaxXmlTextBytes.
Status WalkXml(std::string_view xml, const XmlVisitor& visitor);

}  // namespace firn::storage::s3
