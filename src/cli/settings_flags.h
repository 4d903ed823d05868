// The configuration flags that `serve`, `config` and `admin` share, made from the table of keys.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "server/config/settings.h"

namespace firn::cli {

/// What the flags said; filled by the parser.
struct SettingsFlags {
  std::string file;
  std::map<std::string, std::string> values;
};

/// A flag for every key.
std::shared_ptr<SettingsFlags> AddSettingsFlags(CLI::App& command);
/// Flags for these keys; the others come from environment and file.
std::shared_ptr<SettingsFlags> AddSettingsFlags(CLI::App& command,
                                                std::span<const std::string_view> names);

/// Settings from flags, environment and file. The file is --config, else FIRN_CONFIG.
Result<config::Loaded> LoadSettings(const SettingsFlags& flags);

}  // namespace firn::cli
