#include "server/config/catalog_profiles.h"

#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "server/config/toml_file_internal.h"

namespace firn::config {
namespace {

Status AddKeys(const toml::table& table,
               const std::string& prefix,
               std::map<std::string, std::string>& keys) {
  for (const auto& [name, node] : table) {
    std::string full = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      RETURN_IF_ERROR(AddKeys(*inner, full + ".", keys));
      continue;
    }
    auto text = node.is_array() ? std::nullopt : TomlText(node);
    if (!text) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("The catalog's key {} takes text, a number or a boolean", full));
    }
    keys.emplace(full, *std::move(text));
  }
  return {};
}

Error NoSuchProfile(std::string_view name, const std::string& file, const toml::table* profiles) {
  std::string known;
  if (profiles != nullptr) {
    for (const auto& [profile, node] : *profiles) {
      known += (known.empty() ? "" : ", ") + std::string(profile.str());
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("{} has no [{}.{}]; it has {}", file, kProfilesTable, name,
                           known.empty() ? "none" : known));
}

}  // namespace

Result<std::map<std::string, std::string>> LoadCatalogProfile(const std::string& file,
                                                              std::string_view name) {
  ASSIGN_OR_RETURN(toml::table root, ParseTomlFile(file));
  const toml::table* profiles = root[kProfilesTable].as_table();
  const toml::table* profile = profiles == nullptr ? nullptr : (*profiles)[name].as_table();
  if (profile == nullptr) {
    return NoSuchProfile(name, file, profiles);
  }
  std::map<std::string, std::string> keys;
  RETURN_IF_ERROR(AddKeys(*profile, "", keys));
  return keys;
}

}  // namespace firn::config
