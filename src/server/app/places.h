// Where a server's things lie, as its settings say it. Shared by the server and by what operates on
// its data folder without one.
//
// Thread-safety: pure but for the working directory, which relative paths start from.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/config/settings.h"
#include "storage/guarded_paths.h"

namespace firn::app {

struct Places {
  /// Absolute.
  std::filesystem::path data_dir;
  std::string database_path;
  /// With a scheme.
  std::string warehouse_location;
};

/// Looks at no file. Errors: kInvalidArgument for a database that is not `sqlite:PATH`.
Result<Places> FindPlaces(const config::Settings& settings);

/// What no table may touch: the data folder but for `warehouse` in it and the default warehouse,
/// if that lies in it too; the locks; the database with the files that SQLite puts beside it; the
/// log. `default_warehouse` is its location.
std::vector<storage::GuardedPath> GuardedPathsOf(const Places& places,
                                                 const config::Settings& settings,
                                                 std::string_view default_warehouse);

}  // namespace firn::app
