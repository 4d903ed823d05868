// What every command that asks a running server shares: its flags, names as people write them, how
// it says what it did.
//
// Names: levels joined with dots, one that holds a dot in double quotes (base/table_identifier.h).
// Text for people has no control characters; `--json` prints the server's answer as it came.
// Thread-safety: one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/json_writer.h"
#include "base/result.h"
#include "base/table_identifier.h"
#include "catalog/catalog.h"
#include "cli/command/catalog_choice.h"
#include "cli/command/chosen.h"
#include "cli/command/rest_client.h"

namespace firn::cli {

/// The flags every one of these commands has, and the arguments some have.
struct Arguments : CatalogChoice {
  bool json = false;
  std::string name;
  /// A second name or a location.
  std::string other;
  std::vector<std::string> settings;
  std::vector<std::string> removals;
  bool purge = false;
  bool overwrite = false;
  std::string kind;
  std::string state;
  int64_t limit = 0;
  /// NAME:TYPE, as columns are written.
  std::vector<std::string> columns;
};

using Action = std::function<Status(RestClient&, const Arguments&)>;
/// The same on a catalog elsewhere.
using CatalogAction = std::function<Status(catalog::Catalog&, const Arguments&)>;

/// A command as it was added: `app` for more flags, which write to `arguments`.
struct RemoteCommand {
  CLI::App* app;
  std::shared_ptr<Arguments> arguments;

  /// A required positional argument.
  const RemoteCommand& Name(const std::string& help) const {
    app->add_option("name", arguments->name, help)->required();
    return *this;
  }
};

/// How a command is called and what it does.
struct CommandSpec {
  std::string name;
  std::string help;
  /// None: `in_catalog` is for the server too.
  Action action;
  /// None: the command has no --catalog.
  CatalogAction in_catalog = nullptr;
};

/// A group of commands whose help ends with how names are written.
CLI::App* AddNameGroup(CLI::App& app, const std::string& name, const std::string& help);

/// A command about the server itself.
RemoteCommand AddServerCommand(CLI::App& group, Chosen& chosen, CommandSpec spec);
/// A command about what a warehouse holds: has --warehouse too, and --catalog where it can.
RemoteCommand AddCatalogCommand(CLI::App& group, Chosen& chosen, CommandSpec spec);

inline constexpr const char* kNamespaceHelp = "Namespace, as a.b";
inline constexpr const char* kObjectHelp = "Name, as a.b.c";

/// As ParseDottedNamespace and ParseDottedIdentifier; an error says how a name is written.
Result<NamespacePath> ReadNamespace(std::string_view text);
Result<TableIdentifier> ReadIdentifier(std::string_view text);

/// KEY=VALUE words; none twice.
Result<std::map<std::string, std::string>> ReadSettings(const std::vector<std::string>& settings);

/// An option that takes one value each time it is given, not all words up to the next flag.
void AddRepeatable(const RemoteCommand& command,
                   const std::string& flags,
                   std::vector<std::string>& target,
                   const std::string& help);

void AppendLevels(JsonWriter& writer, const NamespacePath& path);
void AppendIdentifier(JsonWriter& writer, const TableIdentifier& identifier);

/// Turns an answer into text for people.
using Describe = Result<std::string> (*)(std::string_view answer);

/// Prints what `describe` makes of the answer; with --json the answer.
Status PrintAnswer(Result<std::string> answer, const Arguments& arguments, Describe describe);

/// Prints `done`; with --json the answer, `{}` where it is empty.
Status PrintDone(Result<std::string> answer, const Arguments& arguments, const std::string& done);

/// Prints a line, made Printable.
void PrintLine(std::string_view text);

}  // namespace firn::cli
