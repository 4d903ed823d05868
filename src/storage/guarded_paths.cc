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

std::string Normal(const std::string& path) {
  return Trimmed(fs::path(path).lexically_normal().string());
}

bool IsBelow(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && IsAtOrBelow(path, folder);
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
    fs::path written = Normal(guarded.path);
    Add(written.string(), guarded);
    // Twice: what a link at the end leads to, and the link itself.
    Add(RealPath(written), guarded);
    Add(RealPath(written.parent_path()) + "/" + written.filename().string(), guarded);
  }
}

void GuardedPaths::Add(std::string path, const GuardedPath& written) {
  std::string base = Normal(written.path);
  std::vector<std::string> open;
  for (const std::string& text : written.open_below) {
    std::string below = Normal(text);
    if (IsBelow(below, base)) {
      open.push_back(path + below.substr(base.size()));
    }
    // One that leads elsewhere is not guarded there anyway, and must not open what holds `path`.
    std::string real = RealPath(below);
    if (IsBelow(real, path)) {
      open.push_back(std::move(real));
    }
  }
  paths_.push_back({std::move(path), std::move(open)});
}

bool GuardedPaths::Holds(std::string_view path) const {
  return std::ranges::any_of(paths_, [&](const GuardedPath& guarded) {
    return IsAtOrBelow(path, guarded.path) &&
           std::ranges::none_of(guarded.open_below,
                                [&](const std::string& open) { return IsAtOrBelow(path, open); });
  });
}

bool GuardedPaths::AnyBelow(std::string_view folder) const {
  return std::ranges::any_of(
      paths_, [&](const GuardedPath& guarded) { return IsAtOrBelow(guarded.path, folder); });
}

bool GuardedPaths::LeadsToOpen(std::string_view folder) const {
  return std::ranges::any_of(paths_, [&](const GuardedPath& guarded) {
    return std::ranges::any_of(guarded.open_below, [&](const std::string& open) {
      return IsAtOrBelow(folder, guarded.path) && IsBelow(open, folder);
    });
  });
}

}  // namespace firn::storage
