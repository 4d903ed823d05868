#include "server/store/sql/session/namespace_key.h"

namespace firn::store::sql {

std::string NamespaceKey(const NamespacePath& path) {
  std::string key;
  for (const std::string& level : path.levels) {
    for (char c : level) {
      if (c == '\\' || c == '/') {
        key += '\\';
        key += c;
      } else if (c == '\0') {
        key += "\\0";
      } else {
        key += c;
      }
    }
    key += '/';
  }
  return key;
}

NamespacePath ParseNamespaceKey(std::string_view key) {
  NamespacePath path;
  std::string level;
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '/') {
      path.levels.push_back(std::move(level));
      level.clear();
    } else if (key[i] == '\\' && i + 1 < key.size()) {
      ++i;
      level += key[i] == '0' ? '\0' : key[i];
    } else {
      level += key[i];
    }
  }
  return path;
}

std::string ParentKey(const NamespacePath& path) {
  return path.levels.size() <= 1 ? std::string(kTopKey) : NamespaceKey(path.Parent());
}

}  // namespace firn::store::sql
