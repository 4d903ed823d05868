// GuardedPaths: paths on local disk that no location may lead to, whatever the roots allow: the
// server's database, its locks and its log. LocalObjectStore asks with the real path of what it is
// about to use, so neither a symbolic link nor a root above them is a way in.
//
// Sits below LocalRoots; the server fills it (server/app). Thread-safety: immutable once made.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace firn::storage {

/// A file, or a folder with all below it.
struct GuardedPath {
  /// Absolute; need not be there.
  std::string path;
  /// Folders below `path`, as it is written there, that are not guarded. Each is open by this name,
  /// by the same name below what `path` leads to, and where it leads itself, if that is below
  /// `path` too.
  std::vector<std::string> open_below;
};

class GuardedPaths {
 public:
  GuardedPaths() = default;
  /// Links in the paths are followed now.
  explicit GuardedPaths(std::span<const GuardedPath> paths);

  /// True where `path` is guarded.
  bool Holds(std::string_view path) const;
  /// True where something guarded lies at or below `folder`.
  bool AnyBelow(std::string_view folder) const;
  /// True where an open folder lies below `folder`: that may be made on the way to it.
  bool LeadsToOpen(std::string_view folder) const;

 private:
  void Add(std::string path, const GuardedPath& written);

  std::vector<GuardedPath> paths_;
};

/// True where `path` is `folder` or lies below it. Both absolute, without trailing slashes.
bool IsAtOrBelow(std::string_view path, std::string_view folder);

}  // namespace firn::storage
