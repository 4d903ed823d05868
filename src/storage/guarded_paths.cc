#include "storage/guarded_paths.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace firn::storage {
namespace {

namespace fs = std::filesystem;

/// `path` without trailing slashes.
std::string Trimmed(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

std::string RealPath(const fs::path& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(path, error);
  return Trimmed(error ? path.string() : real.string());
}

}  // namespace

bool IsAtOrBelow(std::string_view path, std::string_view folder) {
  return folder == "/" || path == folder ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

GuardedPaths::GuardedPaths(std::span<const GuardedPath> paths) {
  for (const GuardedPath& guarded : paths) {
    fs::path written = Trimmed(fs::path(guarded.path).lexically_normal().string());
    Add(written.string(), guarded.open_below);
    // Twice: what a link at the end leads to, and the link itself.
    std::string open = guarded.open_below.empty() ? std::string() : RealPath(guarded.open_below);
    Add(RealPath(written), open);
    Add(RealPath(written.parent_path()) + "/" + written.filename().string(), open);
  }
}

void GuardedPaths::Add(std::string path, std::string open_below) {
  if (!IsAtOrBelow(open_below, path)) {
    open_below.clear();  // leads elsewhere, and must not open what holds `path`
  }
  paths_.push_back({std::move(path), std::move(open_below)});
}

bool GuardedPaths::Holds(std::string_view path) const {
  return std::ranges::any_of(paths_, [&](const GuardedPath& guarded) {
    bool open = !guarded.open_below.empty() && IsAtOrBelow(path, guarded.open_below);
    return IsAtOrBelow(path, guarded.path) && !open;
  });
}

bool GuardedPaths::AnyBelow(std::string_view folder) const {
  return std::ranges::any_of(
      paths_, [&](const GuardedPath& guarded) { return IsAtOrBelow(guarded.path, folder); });
}

}  // namespace firn::storage
