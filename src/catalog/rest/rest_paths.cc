#include "catalog/rest/rest_paths.h"

#include <fmt/format.h>

#include "storage/http/uri.h"

namespace firn::catalog::rest {
namespace {

std::string Encoded(std::string_view text) {
  return storage::http::UriEncode(text, storage::http::Slash::kEncode);
}

std::string_view WithoutSlashes(std::string_view text) {
  while (text.starts_with('/')) {
    text.remove_prefix(1);
  }
  while (text.ends_with('/')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

RestPaths::RestPaths(std::string_view uri, std::string_view prefix, std::string_view separator)
    : base_(fmt::format("{}/v1/", uri)),
      separator_(separator.starts_with('%') ? std::string(separator) : Encoded(separator)) {
  prefix = WithoutSlashes(prefix);
  if (!prefix.empty()) {
    base_ += fmt::format("{}/", prefix);
  }
}

std::string RestPaths::Config(std::string_view uri, std::string_view warehouse) {
  return warehouse.empty() ? fmt::format("{}/v1/config", uri)
                           : fmt::format("{}/v1/config?warehouse={}", uri, Encoded(warehouse));
}

std::string RestPaths::Encode(const NamespacePath& path) const {
  std::string joined;
  for (const std::string& level : path.levels) {
    joined += (joined.empty() ? "" : separator_) + Encoded(level);
  }
  return joined;
}

std::string RestPaths::Namespaces(const NamespacePath& parent, std::string_view page_token) const {
  std::string url = fmt::format("{}namespaces?pageToken={}", base_, Encoded(page_token));
  return parent.empty() ? url : fmt::format("{}&parent={}", url, Encode(parent));
}

std::string RestPaths::NewNamespace() const { return base_ + "namespaces"; }

std::string RestPaths::Namespace(const NamespacePath& path) const {
  return fmt::format("{}namespaces/{}", base_, Encode(path));
}

std::string RestPaths::NamespaceProperties(const NamespacePath& path) const {
  return Namespace(path) + "/properties";
}

std::string RestPaths::Tables(const NamespacePath& path, std::string_view page_token) const {
  return fmt::format("{}/tables?pageToken={}", Namespace(path), Encoded(page_token));
}

std::string RestPaths::NewTable(const NamespacePath& path) const {
  return Namespace(path) + "/tables";
}

std::string RestPaths::Register(const NamespacePath& path) const {
  return Namespace(path) + "/register";
}

std::string RestPaths::Table(const TableIdentifier& identifier) const {
  return fmt::format("{}/tables/{}", Namespace(identifier.name_space), Encoded(identifier.name));
}

std::string RestPaths::Credentials(const TableIdentifier& identifier) const {
  return Table(identifier) + "/credentials";
}

std::string RestPaths::Sign(const TableIdentifier& identifier) const {
  return Table(identifier) + "/sign";
}

std::string RestPaths::Rename() const { return base_ + "tables/rename"; }

std::string RestPaths::Views(const NamespacePath& path, std::string_view page_token) const {
  return fmt::format("{}/views?pageToken={}", Namespace(path), Encoded(page_token));
}

std::string RestPaths::View(const TableIdentifier& identifier) const {
  return fmt::format("{}/views/{}", Namespace(identifier.name_space), Encoded(identifier.name));
}

std::string RestPaths::RegisterView(const NamespacePath& path) const {
  return Namespace(path) + "/register-view";
}

std::string RestPaths::RenameView() const { return base_ + "views/rename"; }

}  // namespace firn::catalog::rest
