#include "cli/settings_flags.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace firn::cli {

std::shared_ptr<SettingsFlags> AddSettingsFlags(CLI::App& command) {
  std::vector<std::string_view> names;
  for (const config::Key& key : config::Keys()) {
    names.push_back(key.name);
  }
  return AddSettingsFlags(command, names);
}

std::shared_ptr<SettingsFlags> AddSettingsFlags(CLI::App& command,
                                                std::span<const std::string_view> names) {
  auto flags = std::make_shared<SettingsFlags>();
  command.add_option("-c,--config", flags->file, "Configuration file (TOML)")
      ->envname("FIRN_CONFIG");
  for (const config::Key& key : config::Keys()) {
    if (key.hidden == config::Hidden::kAll || std::ranges::find(names, key.name) == names.end()) {
      continue;
    }
    std::string spellings = "--" + config::FlagName(key);
    if (!key.short_flag.empty()) {
      spellings += fmt::format(",--{}", key.short_flag);
    }
    std::string name(key.name);
    command
        .add_option_function<std::string>(
            spellings, [flags, name](const std::string& text) { flags->values[name] = text; },
            std::string(key.help))
        ->type_name(std::string(config::TypeName(key)))
        ->default_str(std::string(key.default_value));
  }
  return flags;
}

Result<config::Loaded> LoadSettings(const SettingsFlags& flags) {
  return config::Load(
      {.file = flags.file, .environment = config::ProcessEnvironment(), .flags = flags.values});
}

}  // namespace firn::cli
