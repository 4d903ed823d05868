// table and view: list, show, drop, rename, register; tables also unregister.
#include <utility>

#include <fmt/format.h>

#include "cli/catalog_actions.h"
#include "cli/command/remote_command.h"
#include "cli/data/commands.h"
#include "cli/describe.h"

namespace firn::cli {
namespace {

using ActionElsewhere = Status (*)(catalog::Catalog&, const Arguments&);

/// On catalogs elsewhere.
struct ActionsElsewhere {
  ActionElsewhere list;
  ActionElsewhere show;
  ActionElsewhere rename;
  ActionElsewhere register_file;
  ActionElsewhere drop;
};

/// What differs between tables and views.
struct Kind {
  /// As in URLs.
  std::string_view plural;
  std::string_view word;
  std::string_view register_path;
  Describe describe;
  ActionsElsewhere elsewhere;
};

constexpr Kind kTables{
    .plural = "tables",
    .word = "table",
    .register_path = "register",
    .describe = DescribeTable,
    .elsewhere = {ListTablesOf, ShowTableOf, RenameTableIn, RegisterTableIn, DropTableOf}};
constexpr Kind kViews{
    .plural = "views",
    .word = "view",
    .register_path = "register-view",
    .describe = DescribeView,
    .elsewhere = {ListViewsOf, ShowViewOf, RenameViewIn, RegisterViewIn, DropViewOf}};

/// A name without a namespace is one of the empty namespace, but mostly a namespace forgotten.
template <class T>
Result<T> WithHint(Result<T> result, const TableIdentifier& identifier) {
  if (result.has_value() || result.error().code() != ErrorCode::kNotFound ||
      !identifier.name_space.empty()) {
    return result;
  }
  return Error(ErrorCode::kNotFound,
               fmt::format("{}; {} names no namespace: write NAMESPACE.{}",
                           result.error().message(), identifier.name, identifier.name));
}

Status List(RestClient& client, const Arguments& arguments, const Kind& kind) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  return PrintAnswer(client.Get(fmt::format("{}/{}", NamespaceUrl(path), kind.plural)), arguments,
                     DescribeListing);
}

Status Show(RestClient& client, const Arguments& arguments, const Kind& kind) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  return PrintAnswer(WithHint(client.Get(ObjectUrl(identifier, kind.plural)), identifier),
                     arguments, kind.describe);
}

Status Drop(RestClient& client, const Arguments& arguments, const Kind& kind) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  std::string path =
      ObjectUrl(identifier, kind.plural) + (arguments.purge ? "?purgeRequested=true" : "");
  return PrintDone(WithHint(client.Delete(path), identifier), arguments,
                   fmt::format("Dropped {} {}{}", kind.word, ToDotted(identifier),
                               arguments.purge ? "; its files are deleted in the background" : ""));
}

Status Rename(RestClient& client, const Arguments& arguments, const Kind& kind) {
  ASSIGN_OR_RETURN(TableIdentifier from, ReadIdentifier(arguments.name));
  ASSIGN_OR_RETURN(TableIdentifier to, ReadIdentifier(arguments.other));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("source");
  AppendIdentifier(writer, from);
  writer.Key("destination");
  AppendIdentifier(writer, to);
  writer.EndObject();
  auto answer = WithHint(client.Post(fmt::format("{}/rename", kind.plural), body), from);
  return PrintDone(WithHint(std::move(answer), to), arguments,
                   fmt::format("Renamed {} {} to {}", kind.word, ToDotted(from), ToDotted(to)));
}

Status Register(RestClient& client, const Arguments& arguments, const Kind& kind) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Field("name", identifier.name).Field("metadata-location", arguments.other);
  if (arguments.overwrite) {
    writer.Field("overwrite", true);
  }
  writer.EndObject();
  auto answer = client.Post(
      fmt::format("{}/{}", NamespaceUrl(identifier.name_space), kind.register_path), body);
  return PrintDone(WithHint(std::move(answer), identifier), arguments,
                   fmt::format("Registered {} {}", kind.word, ToDotted(identifier)));
}

Status Unregister(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ReadIdentifier(arguments.name));
  std::string path = ObjectUrl(identifier, kTables.plural) + "/unregister";
  return PrintAnswer(WithHint(client.Post(path, "{}"), identifier), arguments,
                     DescribeUnregistered);
}

Action Of(Status (*action)(RestClient&, const Arguments&, const Kind&), const Kind& kind) {
  return [action, &kind](RestClient& client, const Arguments& arguments) {
    return action(client, arguments, kind);
  };
}

/// What tables and views have in common.
void AddCommands(CLI::App& group, Chosen& chosen, const Kind& kind) {
  std::string word(kind.word);
  AddCatalogCommand(group, chosen,
                    {"list", fmt::format("List the {} of a namespace", kind.plural), Of(List, kind),
                     kind.elsewhere.list})
      .Name(kNamespaceHelp);
  AddCatalogCommand(group, chosen,
                    {"show", "Print what a " + word + " is; --json: its whole metadata",
                     Of(Show, kind), kind.elsewhere.show})
      .Name(kObjectHelp);
  auto rename = AddCatalogCommand(
      group, chosen, {"rename", "Rename a " + word, Of(Rename, kind), kind.elsewhere.rename});
  rename.Name(kObjectHelp);
  rename.app->add_option("to", rename.arguments->other, "New name, as a.b.c")->required();
  auto registered = AddCatalogCommand(group, chosen,
                                      {"register", "Bring in a " + word + " by its metadata file",
                                       Of(Register, kind), kind.elsewhere.register_file});
  registered.Name(kObjectHelp);
  registered.app
      ->add_option("metadata-location", registered.arguments->other,
                   "Location of the metadata file")
      ->required();
  if (&kind == &kTables) {
    registered.app->add_flag("--overwrite", registered.arguments->overwrite,
                             "Replace a table of that name");
  }
  auto drop = AddCatalogCommand(group, chosen,
                                {"drop", "Drop a " + word, Of(Drop, kind), kind.elsewhere.drop});
  drop.Name(kObjectHelp);
  if (&kind == &kTables) {
    drop.app->add_flag("--purge", drop.arguments->purge, "Delete its files too, in the background");
  }
}

/// Through the same client for a server and for catalogs elsewhere.
void AddCreateAndSet(CLI::App& group, Chosen& chosen) {
  auto create =
      AddCatalogCommand(group, chosen, {"create", "Create an empty table", nullptr, CreateTableIn});
  create.Name(kObjectHelp);
  AddRepeatable(create, "--column", create.arguments->columns,
                "NAME:TYPE, with a ! behind the type where it is required; repeatable");
  create.app->add_option("--location", create.arguments->other,
                         "Where its files lie; the catalog chooses if not given");
  AddRepeatable(create, "-p,--property", create.arguments->settings, "KEY=VALUE, repeatable");
  auto set =
      AddCatalogCommand(group, chosen, {"set", "Set and remove properties", nullptr, SetTableOf});
  set.Name(kObjectHelp);
  AddRepeatable(set, "-p,--property", set.arguments->settings,
                "KEY=VALUE, repeatable; format-version=N upgrades the table");
  AddRepeatable(set, "-r,--remove", set.arguments->removals, "KEY, repeatable");
}

}  // namespace

void AddTable(CLI::App& app, Chosen& chosen) {
  CLI::App* group = AddNameGroup(
      app, "table",
      "Tables: list, show, create, set, rename, register, unregister, drop; what is in them");
  AddCommands(*group, chosen, kTables);
  AddCreateAndSet(*group, chosen);
  AddTableInspection(*group, chosen);
  AddCatalogCommand(
      *group, chosen,
      {"unregister", "Remove a table's name, keep its files; prints its metadata file", Unregister})
      .Name(kObjectHelp);
}

void AddView(CLI::App& app, Chosen& chosen) {
  AddCommands(*AddNameGroup(app, "view", "Views: list, show, rename, register, drop"), chosen,
              kViews);
}

}  // namespace firn::cli
