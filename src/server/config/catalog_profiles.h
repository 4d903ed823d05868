// Profiles of catalogs in the configuration file: `[catalogs.NAME]`, with the keys that
// catalog/catalog_config.h describes. The server passes over them; commands take one by name.
//
//   [catalogs.prod]
//   uri = "https://catalog.example/api"
//   credential = "${CATALOG_CREDENTIAL}"
//   s3.region = "eu-central-1"
//
// Errors: kInvalidArgument where the file cannot be read, holds no such profile (naming those it
// has), or a value is neither text, number nor boolean. Never a value: it may be a secret.
// Thread-safety: any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::config {

/// The table of the file that profiles are in.
inline constexpr std::string_view kProfilesTable = "catalogs";

/// Keys of the tables below the profile's are joined by dots, as they read in TOML.
Result<std::map<std::string, std::string>> LoadCatalogProfile(const std::string& file,
                                                              std::string_view name);

}  // namespace firn::config
