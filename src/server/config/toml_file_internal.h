// The configuration file as TOML: read, and its values as text.
//
// Errors: kInvalidArgument that names the file, and the line where it is no TOML.
// Thread-safety: pure but for reading the file.
#pragma once

#include <optional>
#include <string>

#include <toml++/toml.h>

#include "base/result.h"

namespace firn::config {

Result<toml::table> ParseTomlFile(const std::string& path);

/// A value as it would be written in an environment variable: a list of strings has commas between
/// them. nullopt for a type that no key has.
std::optional<std::string> TomlText(const toml::node& node);

}  // namespace firn::config
