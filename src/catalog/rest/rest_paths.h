// RestPaths: the URLs of a REST catalog's routes. Levels of a namespace are joined by the separator
// that the catalog names, %1F by default; every level and name is percent-encoded, the prefix goes
// in as the catalog gave it.
//
// Thread-safety: immutable.
#pragma once

#include <string>
#include <string_view>

#include "base/table_identifier.h"

namespace firn::catalog::rest {

inline constexpr std::string_view kDefaultSeparator = "%1F";

/// Whether a catalog means the URL as it is, and not one of its own.
inline bool IsAbsolute(std::string_view uri) {
  return uri.starts_with("http://") || uri.starts_with("https://");
}

class RestPaths {
 public:
  /// `uri` without a trailing slash; `prefix` may be empty; `separator` percent-encoded or plain.
  RestPaths(std::string_view uri, std::string_view prefix, std::string_view separator);

  /// Of the catalog itself, before its prefix is known.
  static std::string Config(std::string_view uri, std::string_view warehouse);

  /// A page of the children of `parent`, of all outermost ones where it is empty.
  std::string Namespaces(const NamespacePath& parent, std::string_view page_token) const;
  std::string NewNamespace() const;
  std::string Namespace(const NamespacePath& path) const;
  std::string NamespaceProperties(const NamespacePath& path) const;
  /// A page.
  std::string Tables(const NamespacePath& path, std::string_view page_token) const;
  std::string NewTable(const NamespacePath& path) const;
  std::string Register(const NamespacePath& path) const;
  std::string Table(const TableIdentifier& identifier) const;
  std::string Credentials(const TableIdentifier& identifier) const;
  std::string Sign(const TableIdentifier& identifier) const;
  std::string Rename() const;
  /// A page.
  std::string Views(const NamespacePath& path, std::string_view page_token) const;
  std::string View(const TableIdentifier& identifier) const;
  std::string RegisterView(const NamespacePath& path) const;
  std::string RenameView() const;

 private:
  std::string Encode(const NamespacePath& path) const;

  /// Up to and with the slash after the prefix.
  std::string base_;
  std::string separator_;
};

}  // namespace firn::catalog::rest
