// serve, config: the server and its settings.
#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/settings_flags.h"
#include "server/app/application.h"

namespace firn::cli {
namespace {

Status PrintSettings(const SettingsFlags& flags, bool json) {
  ASSIGN_OR_RETURN(config::Loaded loaded, LoadSettings(flags));
  RETURN_IF_ERROR(app::CheckSettings(loaded.settings));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject();
  for (const config::Key& key : config::Keys()) {
    auto source = loaded.sources.find(key.name);
    std::string_view from = config::ToString(
        source == loaded.sources.end() ? config::Source::kDefault : source->second);
    std::string value = config::ToShownText(loaded.settings, key);
    if (json) {
      writer.Key(key.name).BeginObject().Field("value", value).Field("source", from).EndObject();
    } else {
      fmt::print("{:<34} {:<24} ({})\n", key.name, value.empty() ? "\"\"" : value, from);
    }
  }
  writer.EndObject();
  if (json) {
    fmt::print("{}\n", body);
  }
  return {};
}

void PrintKeysAsJson() {
  std::string body;
  JsonWriter writer(body);
  writer.BeginArray();
  for (const config::Key& key : config::Keys()) {
    writer.BeginObject()
        .Field("key", key.name)
        .Field("type", config::TypeName(key))
        .Field("default", key.default_value)
        .Field("environment", config::EnvironmentName(key))
        .Field("flag", key.hidden == config::Hidden::kAll ? "" : "--" + config::FlagName(key))
        .Field("meaning", key.help)
        .EndObject();
  }
  writer.EndArray();
  fmt::print("{}\n", body);
}

void PrintKeys() {
  fmt::print("| key | type | default | environment | flag | meaning |\n");
  fmt::print("| --- | --- | --- | --- | --- | --- |\n");
  for (const config::Key& key : config::Keys()) {
    std::string flag =
        key.hidden == config::Hidden::kAll ? "none" : fmt::format("`--{}`", config::FlagName(key));
    fmt::print("| `{}` | {} | `{}` | `{}` | {} | {} |\n", key.name, config::TypeName(key),
               key.default_value, config::EnvironmentName(key), flag, key.help);
  }
}

}  // namespace

void AddServe(CLI::App& app, Chosen& chosen) {
  CLI::App* serve = app.add_subcommand("serve", "Run the catalog server");
  auto flags = AddSettingsFlags(*serve);
  serve->callback([flags, &chosen] {
    chosen.action = [flags]() -> Status {
      ASSIGN_OR_RETURN(config::Loaded loaded, LoadSettings(*flags));
      return app::Run(loaded.settings);
    };
  });
}

void AddConfig(CLI::App& app, Chosen& chosen) {
  CLI::App* config = app.add_subcommand("config", "Look at the configuration");
  config->require_subcommand(1);
  CLI::App* check = config->add_subcommand(
      "check", "Check the configuration and print each key's value and source");
  auto flags = AddSettingsFlags(*check);
  auto json = std::make_shared<bool>(false);
  check->add_flag("--json", *json, "Print JSON");
  check->callback([flags, json, &chosen] {
    chosen.action = [flags, json] { return PrintSettings(*flags, *json); };
  });
  CLI::App* keys =
      config->add_subcommand("keys", "Print the reference of all keys, as a Markdown table");
  auto keys_json = std::make_shared<bool>(false);
  keys->add_flag("--json", *keys_json, "Print a JSON array");
  keys->callback([keys_json, &chosen] {
    chosen.action = [keys_json]() -> Status {
      *keys_json ? PrintKeysAsJson() : PrintKeys();
      return {};
    };
  });
}

}  // namespace firn::cli
