#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <unistd.h>

#include "base/json_reader.h"
#include "base/nearest.h"
#include "server/config/catalog_profiles.h"
#include "server/config/settings.h"
#include "server/config/toml_file_internal.h"

namespace firn::config {
namespace {

Error UnknownKey(std::string_view name, std::string_view where) {
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Unknown configuration key {} in {}; the nearest is {}", name, where,
                           NearestKey(name)));
}

Error UnknownVariable(std::string_view name) {
  std::vector<std::string> names;
  for (const Key& key : Keys()) {
    names.push_back(EnvironmentName(key));
  }
  size_t nearest = NearestOf(name, names);
  return Error(
      ErrorCode::kInvalidArgument,
      fmt::format("Unknown configuration key {} in the environment; the nearest is {} ({})", name,
                  names[nearest], Keys()[nearest].name));
}

Status ReadTable(const toml::table& table,
                 const std::string& prefix,
                 std::string_view file,
                 Loaded& loaded) {
  for (const auto& [name, node] : table) {
    std::string full = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      RETURN_IF_ERROR(ReadTable(*inner, full + ".", file, loaded));
      continue;
    }
    const Key* key = FindKey(full);
    if (key == nullptr) {
      return UnknownKey(full, file);
    }
    auto text = TomlText(node);
    if (!text) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("{} in {} takes a {}", full, file, TypeName(*key)));
    }
    RETURN_IF_ERROR(SetFromText(loaded.settings, *key, *text));
    loaded.sources.insert_or_assign(full, Source::kFile);
  }
  return {};
}

Status ReadFile(const std::string& path, Loaded& loaded) {
  ASSIGN_OR_RETURN(toml::table root, ParseTomlFile(path));
  root.erase(kProfilesTable);  // not the server's
  return ReadTable(root, "", path, loaded);
}

/// True for FIRN_SERVER_..., where `server` begins a key: a typing error there is refused, while
/// FIRN_ variables of other programs are none of our business.
bool BeginsLikeAKey(std::string_view name) {
  for (const Key& key : Keys()) {
    std::string known = EnvironmentName(key);
    size_t section = known.find('_', sizeof("FIRN_") - 1) + 1;
    if (name.starts_with(std::string_view(known).substr(0, section))) {
      return true;
    }
  }
  return false;
}

Status ReadEnvironment(const std::vector<std::string>& environment, Loaded& loaded) {
  std::map<std::string, const Key*, std::less<>> names;
  for (const Key& key : Keys()) {
    names.emplace(EnvironmentName(key), &key);
  }
  for (std::string_view variable : environment) {
    std::string_view name = variable.substr(0, variable.find('='));
    if (name.size() == variable.size() || !BeginsLikeAKey(name)) {
      continue;
    }
    auto known = names.find(name);
    if (known == names.end()) {
      return UnknownVariable(name);
    }
    const Key& key = *known->second;
    RETURN_IF_ERROR(SetFromText(loaded.settings, key, variable.substr(name.size() + 1)));
    loaded.sources.insert_or_assign(std::string(key.name), Source::kEnvironment);
  }
  return {};
}

Status CheckPlanning(const Settings& settings) {
  constexpr int64_t kMaxPageFiles = 1'000'000;
  constexpr uint64_t kMaxPageBytes = uint64_t{256} << 20;
  constexpr int64_t kMaxConcurrent = 4096;
  if (settings.plan_page_files < 1 || settings.plan_page_files > kMaxPageFiles) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("planning.page_files must be from 1 to {}", kMaxPageFiles));
  }
  if (settings.plan_page_bytes.bytes == 0 || settings.plan_page_bytes.bytes > kMaxPageBytes) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("planning.page_bytes must be from 1 byte to {}MiB", kMaxPageBytes >> 20));
  }
  if (settings.plan_max_concurrent < 1 || settings.plan_max_concurrent > kMaxConcurrent) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("planning.max_concurrent must be from 1 to {}", kMaxConcurrent));
  }
  if (settings.plan_ttl.count() < 1) {
    return Error(ErrorCode::kInvalidArgument, "planning.plan_ttl must be above 0");
  }
  return {};
}

Status CheckFeatures(const Settings& settings) {
  constexpr int64_t kMaxRunning = 48;  // the threads for long requests
  constexpr uint64_t kMinMemoryBytes = uint64_t{16} << 20;
  constexpr uint64_t kMaxMemoryBytes = uint64_t{1} << 40;
  if (settings.features_max_running < 1 || settings.features_max_running > kMaxRunning) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("features.max_running must be from 1 to {}", kMaxRunning));
  }
  const uint64_t memory_bytes = settings.features_memory_bytes.bytes;
  if (memory_bytes < kMinMemoryBytes || memory_bytes > kMaxMemoryBytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("features.memory_bytes must be from {}MiB to {}GiB",
                             kMinMemoryBytes >> 20, kMaxMemoryBytes >> 30));
  }
  if (settings.features_request_timeout.count() < 1) {
    return Error(ErrorCode::kInvalidArgument, "features.request_timeout must be above 0");
  }
  return {};
}

Status CheckTogether(const Settings& settings) {
  if (settings.request_timeout >= settings.drain_timeout) {
    return Error(ErrorCode::kInvalidArgument,
                 "server.request_timeout must be below server.drain_timeout, so that no request "
                 "outlives a shutdown");
  }
  if (settings.worker_threads == 0) {
    return Error(ErrorCode::kInvalidArgument, "server.worker_threads must be at least 1");
  }
  RETURN_IF_ERROR(CheckPlanning(settings));
  RETURN_IF_ERROR(CheckFeatures(settings));
  // What the reader of metadata files takes.
  if (settings.max_metadata_bytes.bytes == 0 ||
      settings.max_metadata_bytes.bytes > json::kFileLimits.max_bytes) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("catalog.max_metadata_bytes must be from 1 byte to {}MiB",
                             json::kFileLimits.max_bytes >> 20));
  }
  if (settings.listen.rfind(':') == std::string::npos) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("server.listen takes HOST:PORT, not: {}", settings.listen));
  }
  return {};
}

}  // namespace

Result<Loaded> Load(const LoadInput& input) {
  Loaded loaded;
  for (const Key& key : Keys()) {
    RETURN_IF_ERROR(SetFromText(loaded.settings, key, key.default_value));
  }
  if (!input.file.empty()) {
    RETURN_IF_ERROR(ReadFile(input.file, loaded));
  }
  RETURN_IF_ERROR(ReadEnvironment(input.environment, loaded));
  for (const auto& [name, text] : input.flags) {
    const Key* key = FindKey(name);
    if (key == nullptr) {
      return UnknownKey(name, "the flags");
    }
    RETURN_IF_ERROR(SetFromText(loaded.settings, *key, text));
    loaded.sources.insert_or_assign(name, Source::kFlag);
  }
  RETURN_IF_ERROR(CheckTogether(loaded.settings));
  return loaded;
}

std::vector<std::string> ProcessEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace firn::config
