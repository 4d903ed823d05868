#include "server/app/places.h"

#include <string_view>
#include <utility>

#include "storage/location.h"

namespace firn::app {

Result<Places> FindPlaces(const config::Settings& settings) {
  std::error_code error;
  Places places;
  places.data_dir = std::filesystem::absolute(settings.data_dir, error).lexically_normal();
  constexpr std::string_view kSqlite = "sqlite:";
  if (settings.database_url.empty()) {
    places.database_path = (places.data_dir / "firn.db").string();
  } else if (settings.database_url.starts_with(kSqlite) &&
             settings.database_url.size() > kSqlite.size()) {
    places.database_path = settings.database_url.substr(kSqlite.size());
  } else {
    // Not what it is: another database's URL may have a password.
    return Error(ErrorCode::kInvalidArgument, "database.url takes sqlite:PATH and nothing else");
  }
  places.warehouse_location = settings.warehouse_location;
  if (places.warehouse_location.empty()) {
    places.warehouse_location = "file://" + (places.data_dir / "warehouse").string();
  } else if (places.warehouse_location.find(':') == std::string::npos) {
    places.warehouse_location =
        "file://" +
        std::filesystem::absolute(places.warehouse_location).lexically_normal().string();
  }
  return places;
}

std::vector<storage::GuardedPath> GuardedPathsOf(const Places& places,
                                                 const config::Settings& settings,
                                                 std::string_view default_warehouse) {
  auto absolute = [](const std::string& path) {
    std::error_code error;
    return std::filesystem::absolute(path, error).lexically_normal().string();
  };
  storage::GuardedPath data{.path = places.data_dir.string(),
                            .open_below = {(places.data_dir / "warehouse").string()}};
  auto warehouse = storage::Location::Parse(default_warehouse);
  if (warehouse.has_value() && warehouse->scheme() == "file") {
    data.open_below.push_back(warehouse->path());
  }
  std::vector<storage::GuardedPath> guarded = {std::move(data)};
  guarded.push_back({(places.data_dir / "firn.lock").string(), {}});
  const std::string database = absolute(places.database_path);
  for (std::string_view beside : {"", "-wal", "-shm", "-journal", ".lock"}) {
    guarded.push_back({database + std::string(beside), {}});
  }
  if (!settings.log_file.empty()) {
    guarded.push_back({absolute(settings.log_file), {}});
  }
  return guarded;
}

}  // namespace firn::app
