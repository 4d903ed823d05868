// The configuration flags that `serve` and `config` share, made from the table of keys.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "base/result.h"
#include "server/config/settings.h"

namespace firn::cli {

/// What the flags said; filled by the parser.
struct SettingsFlags {
  std::string file;
  std::map<std::string, std::string> values;
};

std::shared_ptr<SettingsFlags> AddSettingsFlags(CLI::App& command);

/// Settings from flags, environment and file. The file is --config, else FIRN_CONFIG.
Result<config::Loaded> LoadSettings(const SettingsFlags& flags);

}  // namespace firn::cli
