#include "cli/settings_flags.h"

#include <utility>

#include <fmt/format.h>

namespace firn::cli {

std::shared_ptr<SettingsFlags> AddSettingsFlags(CLI::App& command) {
  auto flags = std::make_shared<SettingsFlags>();
  command.add_option("-c,--config", flags->file, "Configuration file (TOML)")
      ->envname("FIRN_CONFIG");
  for (const config::Key& key : config::Keys()) {
    std::string names = "--" + config::FlagName(key);
    if (!key.short_flag.empty()) {
      names += fmt::format(",--{}", key.short_flag);
    }
    std::string name(key.name);
    command
        .add_option_function<std::string>(
            names, [flags, name](const std::string& text) { flags->values[name] = text; },
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
