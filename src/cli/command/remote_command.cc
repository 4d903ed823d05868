#include "cli/command/remote_command.h"

#include <utility>

#include <fmt/format.h>

#include "cli/command/terminal_text.h"

namespace firn::cli {
namespace {

constexpr const char* kNameFooter =
    "Names are levels joined with dots; a level that holds a dot is quoted: 'a.\"b.c\".t'.\n";

Error WithHelp(Error error) {
  return Error(error.code(),
               error.message() + "; names are written a.b.c, a level with a dot a.\"x.y\".c");
}

Status Run(const CommandSpec& spec, Arguments arguments) {
  RETURN_IF_ERROR(Resolve(arguments, spec.in_catalog ? Elsewhere::kMayBe : Elsewhere::kNo));
  if (spec.in_catalog && (!arguments.catalog.empty() || !spec.action)) {
    ASSIGN_OR_RETURN(auto catalog, OpenChosen(arguments));
    return spec.in_catalog(*catalog, arguments);
  }
  ASSIGN_OR_RETURN(auto client, RestClient::Make(arguments.uri, arguments.warehouse));
  return spec.action(*client, arguments);
}

}  // namespace

CLI::App* AddNameGroup(CLI::App& app, const std::string& name, const std::string& help) {
  CLI::App* group = app.add_subcommand(name, help);
  group->require_subcommand(1);
  group->footer(kNameFooter + app.get_footer());  // its commands inherit it
  return group;
}

RemoteCommand AddServerCommand(CLI::App& group, Chosen& chosen, CommandSpec spec) {
  CLI::App* app = group.add_subcommand(spec.name, spec.help);
  auto arguments = std::make_shared<Arguments>();
  AddServerFlag(*app, *arguments);
  app->add_flag("--json", arguments->json, "Print JSON");
  app->callback([arguments, spec = std::move(spec), &chosen] {
    chosen.action = [arguments, spec] { return Run(spec, *arguments); };
  });
  return {app, std::move(arguments)};
}

RemoteCommand AddCatalogCommand(CLI::App& group, Chosen& chosen, CommandSpec spec) {
  bool elsewhere = spec.in_catalog != nullptr;
  RemoteCommand command = AddServerCommand(group, chosen, std::move(spec));
  AddWarehouseFlag(*command.app, *command.arguments);
  if (elsewhere) {
    AddElsewhereFlags(*command.app, *command.arguments);
  }
  return command;
}

Result<NamespacePath> ReadNamespace(std::string_view text) {
  auto path = ParseDottedNamespace(text);
  return path.has_value() ? std::move(path)
                          : Result<NamespacePath>(WithHelp(TakeError(std::move(path))));
}

Result<TableIdentifier> ReadIdentifier(std::string_view text) {
  auto identifier = ParseDottedIdentifier(text);
  return identifier.has_value()
             ? std::move(identifier)
             : Result<TableIdentifier>(WithHelp(TakeError(std::move(identifier))));
}

Result<std::map<std::string, std::string>> ReadSettings(const std::vector<std::string>& settings) {
  std::map<std::string, std::string> read;
  for (std::string_view setting : settings) {
    size_t equals = setting.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Expected KEY=VALUE, not: {}", setting));
    }
    std::string_view key = setting.substr(0, equals);
    if (!read.emplace(key, setting.substr(equals + 1)).second) {
      return Error(ErrorCode::kInvalidArgument, fmt::format("Property given twice: {}", key));
    }
  }
  return read;
}

void AddRepeatable(const RemoteCommand& command,
                   const std::string& flags,
                   std::vector<std::string>& target,
                   const std::string& help) {
  command.app->add_option(flags, target, help)->allow_extra_args(false);
}

void AppendLevels(JsonWriter& writer, const NamespacePath& path) {
  writer.BeginArray();
  for (const std::string& level : path.levels) {
    writer.String(level);
  }
  writer.EndArray();
}

void AppendIdentifier(JsonWriter& writer, const TableIdentifier& identifier) {
  writer.BeginObject().Key("namespace");
  AppendLevels(writer, identifier.name_space);
  writer.Field("name", identifier.name).EndObject();
}

void PrintLine(std::string_view text) { fmt::print("{}\n", Printable(text)); }

Status PrintAnswer(Result<std::string> answer, const Arguments& arguments, Describe describe) {
  ASSIGN_OR_RETURN(std::string body, std::move(answer));
  if (arguments.json) {
    fmt::print("{}\n", body);
    return {};
  }
  ASSIGN_OR_RETURN(std::string text, describe(body));
  std::string_view rest = text;
  while (!rest.empty()) {
    size_t end = rest.find('\n');
    PrintLine(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return {};
}

Status PrintDone(Result<std::string> answer, const Arguments& arguments, const std::string& done) {
  ASSIGN_OR_RETURN(std::string body, std::move(answer));
  if (arguments.json) {
    fmt::print("{}\n", body.empty() ? "{}" : body);
  } else {
    PrintLine(done);
  }
  return {};
}

}  // namespace firn::cli
