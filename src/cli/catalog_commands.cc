// namespace, table, view, warehouse: what asks a running server.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/rest_client.h"

namespace firn::cli {
namespace {

/// The flags every one of these commands has, and the arguments some have.
struct Arguments {
  std::string uri = "http://127.0.0.1:8181";
  std::string warehouse;
  bool json = false;
  std::string name;
  std::string other;
  std::vector<std::string> settings;
  std::vector<std::string> removals;
  bool purge = false;
  bool overwrite = false;
};

using Action = std::function<Status(RestClient&, const Arguments&)>;

/// A sub-command that talks to the server.
std::shared_ptr<Arguments> AddCommand(CLI::App& parent,
                                      const std::string& name,
                                      const std::string& help,
                                      Chosen& chosen,
                                      Action action,
                                      CLI::App** command = nullptr) {
  CLI::App* added = parent.add_subcommand(name, help);
  auto arguments = std::make_shared<Arguments>();
  added->add_option("--uri", arguments->uri, "The catalog's URI")->envname("FIRN_URI");
  added->add_option("-w,--warehouse", arguments->warehouse,
                    "Warehouse; the default one if not given");
  added->add_flag("--json", arguments->json, "Print JSON");
  added->callback([arguments, action, &chosen] {
    chosen.action = [arguments, action]() -> Status {
      ASSIGN_OR_RETURN(auto client, RestClient::Make(arguments->uri, arguments->warehouse));
      return action(*client, *arguments);
    };
  });
  if (command != nullptr) {
    *command = added;
  }
  return arguments;
}

void AddName(CLI::App& command, const std::shared_ptr<Arguments>& arguments, const char* help) {
  command.add_option("name", arguments->name, help)->required();
}

/// `key=value` pairs as a JSON object.
Result<std::string> PropertiesJson(const std::vector<std::string>& settings) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject();
  for (std::string_view setting : settings) {
    size_t equals = setting.find('=');
    if (equals == std::string_view::npos) {
      return Error(ErrorCode::kInvalidArgument,
                   fmt::format("Expected KEY=VALUE, not: {}", setting));
    }
    writer.Field(setting.substr(0, equals), setting.substr(equals + 1));
  }
  writer.EndObject();
  return body;
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

/// The names in a listing, joined with dots, one a line; or the JSON as it came.
Status PrintListing(const std::string& body, std::string_view key, bool json) {
  if (json) {
    fmt::print("{}\n", body);
    return {};
  }
  ASSIGN_OR_RETURN(json::Document document, json::Document::Parse(body));
  ASSIGN_OR_RETURN(json::Object root, json::AsObject(document.root(), "answer"));
  ASSIGN_OR_RETURN(json::Array items, json::GetArray(root, key));
  for (json::Element item : items) {
    TableIdentifier identifier;
    json::Element levels = item;
    if (item.is_object()) {
      ASSIGN_OR_RETURN(json::Object object, json::AsObject(item, key));
      ASSIGN_OR_RETURN(identifier.name, json::GetString(object, "name"));
      ASSIGN_OR_RETURN(levels, json::Get(object, "namespace"));
    }
    ASSIGN_OR_RETURN(json::Array parts, json::AsArray(levels, "namespace"));
    for (json::Element part : parts) {
      ASSIGN_OR_RETURN(std::string_view level, json::AsString(part, "namespace"));
      identifier.name_space.levels.emplace_back(level);
    }
    fmt::print("{}\n", item.is_object() ? identifier.ToString() : identifier.name_space.ToString());
  }
  return {};
}

Status PrintBody(Result<std::string> body) {
  ASSIGN_OR_RETURN(std::string text, std::move(body));
  if (!text.empty()) {
    fmt::print("{}\n", text);
  }
  return {};
}

Status Done(Result<std::string> body, std::string_view what, const Arguments& arguments) {
  RETURN_IF_ERROR(std::move(body));
  if (!arguments.json) {
    fmt::print("{} {}\n", what, arguments.name);
  }
  return {};
}

Status ListNamespaces(RestClient& client, const Arguments& arguments) {
  std::string path = "namespaces";
  if (!arguments.name.empty()) {
    ASSIGN_OR_RETURN(NamespacePath parent, ParseDottedNamespace(arguments.name));
    path += "?parent=" + NamespaceUrl(parent).substr(sizeof("namespaces/") - 1);
  }
  ASSIGN_OR_RETURN(std::string body, client.Get(path));
  return PrintListing(body, "namespaces", arguments.json);
}

Status CreateNamespace(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ParseDottedNamespace(arguments.name));
  ASSIGN_OR_RETURN(std::string properties, PropertiesJson(arguments.settings));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("namespace");
  AppendLevels(writer, path);
  writer.RawField("properties", properties).EndObject();
  return Done(client.Post("namespaces", body), "Created namespace", arguments);
}

Status SetNamespace(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ParseDottedNamespace(arguments.name));
  ASSIGN_OR_RETURN(std::string updates, PropertiesJson(arguments.settings));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().RawField("updates", updates).Key("removals").BeginArray();
  for (const std::string& key : arguments.removals) {
    writer.String(key);
  }
  writer.EndArray().EndObject();
  return PrintBody(client.Post(NamespaceUrl(path) + "/properties", body));
}

Status ListObjects(RestClient& client, const Arguments& arguments, std::string_view kind) {
  ASSIGN_OR_RETURN(NamespacePath path, ParseDottedNamespace(arguments.name));
  ASSIGN_OR_RETURN(std::string body, client.Get(fmt::format("{}/{}", NamespaceUrl(path), kind)));
  return PrintListing(body, "identifiers", arguments.json);
}

Status Rename(RestClient& client, const Arguments& arguments, std::string_view kind) {
  ASSIGN_OR_RETURN(TableIdentifier from, ParseDottedIdentifier(arguments.name));
  ASSIGN_OR_RETURN(TableIdentifier to, ParseDottedIdentifier(arguments.other));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("source");
  AppendIdentifier(writer, from);
  writer.Key("destination");
  AppendIdentifier(writer, to);
  writer.EndObject();
  return Done(client.Post(fmt::format("{}/rename", kind), body), "Renamed", arguments);
}

Status RegisterTable(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(TableIdentifier identifier, ParseDottedIdentifier(arguments.name));
  std::string body;
  JsonWriter(body)
      .BeginObject()
      .Field("name", identifier.name)
      .Field("metadata-location", arguments.other)
      .Field("overwrite", arguments.overwrite)
      .EndObject();
  return Done(client.Post(NamespaceUrl(identifier.name_space) + "/register", body),
              "Registered table", arguments);
}

/// list, show, drop and rename: the same for tables and views.
void AddObjectCommands(CLI::App& group, Chosen& chosen, std::string kind, std::string word) {
  CLI::App* command = nullptr;
  auto list = AddCommand(
      group, "list", "List the " + kind + " of a namespace", chosen,
      [kind](RestClient& c, const Arguments& a) { return ListObjects(c, a, kind); }, &command);
  AddName(*command, list, "Namespace, as a.b");
  auto show = AddCommand(
      group, "show", "Print what the catalog answers for a " + word, chosen,
      [kind](RestClient& c, const Arguments& a) -> Status {
        ASSIGN_OR_RETURN(TableIdentifier identifier, ParseDottedIdentifier(a.name));
        return PrintBody(c.Get(ObjectUrl(identifier, kind)));
      },
      &command);
  AddName(*command, show, "Name, as a.b.c");
  auto drop = AddCommand(
      group, "drop", "Drop a " + word, chosen,
      [kind, word](RestClient& c, const Arguments& a) -> Status {
        ASSIGN_OR_RETURN(TableIdentifier identifier, ParseDottedIdentifier(a.name));
        std::string path = ObjectUrl(identifier, kind) + (a.purge ? "?purgeRequested=true" : "");
        return Done(c.Delete(path), "Dropped " + word, a);
      },
      &command);
  AddName(*command, drop, "Name, as a.b.c");
  if (kind == "tables") {
    command->add_flag("--purge", drop->purge, "Delete its files too, in the background");
  }
  auto rename = AddCommand(
      group, "rename", "Rename a " + word, chosen,
      [kind](RestClient& c, const Arguments& a) { return Rename(c, a, kind); }, &command);
  AddName(*command, rename, "Name, as a.b.c");
  command->add_option("to", rename->other, "New name, as a.b.c")->required();
}

}  // namespace

void AddNamespace(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("namespace", "Namespaces: list, create, show, set, drop");
  group->require_subcommand(1);
  CLI::App* command = nullptr;
  auto list = AddCommand(*group, "list", "List namespaces", chosen, ListNamespaces, &command);
  command->add_option("parent", list->name, "Only those directly below this one, as a.b");
  auto create =
      AddCommand(*group, "create", "Create a namespace", chosen, CreateNamespace, &command);
  AddName(*command, create, "Name, as a.b");
  command->add_option("-p,--property", create->settings, "KEY=VALUE, repeatable");
  auto show = AddCommand(
      *group, "show", "Print a namespace's properties", chosen,
      [](RestClient& c, const Arguments& a) -> Status {
        ASSIGN_OR_RETURN(NamespacePath path, ParseDottedNamespace(a.name));
        return PrintBody(c.Get(NamespaceUrl(path)));
      },
      &command);
  AddName(*command, show, "Name, as a.b");
  auto set = AddCommand(*group, "set", "Set and remove properties", chosen, SetNamespace, &command);
  AddName(*command, set, "Name, as a.b");
  command->add_option("-p,--property", set->settings, "KEY=VALUE, repeatable");
  command->add_option("-r,--remove", set->removals, "KEY, repeatable");
  auto drop = AddCommand(
      *group, "drop", "Drop an empty namespace", chosen,
      [](RestClient& c, const Arguments& a) -> Status {
        ASSIGN_OR_RETURN(NamespacePath path, ParseDottedNamespace(a.name));
        return Done(c.Delete(NamespaceUrl(path)), "Dropped namespace", a);
      },
      &command);
  AddName(*command, drop, "Name, as a.b");
}

void AddTable(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("table", "Tables: list, show, drop, rename, register");
  group->require_subcommand(1);
  AddObjectCommands(*group, chosen, "tables", "table");
  CLI::App* command = nullptr;
  auto registered = AddCommand(*group, "register", "Bring in a table by its metadata file", chosen,
                               RegisterTable, &command);
  AddName(*command, registered, "Name, as a.b.c");
  command->add_option("metadata-location", registered->other, "Location of the metadata file")
      ->required();
  command->add_flag("--overwrite", registered->overwrite, "Replace a table of that name");
}

void AddView(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("view", "Views: list, show, drop, rename");
  group->require_subcommand(1);
  AddObjectCommands(*group, chosen, "views", "view");
}

void AddWarehouse(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("warehouse", "Warehouses: list, create, drop");
  group->require_subcommand(1);
  AddCommand(*group, "list", "List warehouses", chosen, [](RestClient& c, const Arguments&) {
    return PrintBody(c.GetManagement("warehouses"));
  });
  CLI::App* command = nullptr;
  auto create = AddCommand(
      *group, "create", "Create a warehouse", chosen,
      [](RestClient& c, const Arguments& a) -> Status {
        std::string body;
        JsonWriter(body).BeginObject().Field("name", a.name).Field("location", a.other).EndObject();
        return Done(c.PostManagement("warehouses", body), "Created warehouse", a);
      },
      &command);
  AddName(*command, create, "Name; also its URL prefix");
  command->add_option("location", create->other, "Root of its tables, for example file:///data/w")
      ->required();
  auto drop = AddCommand(
      *group, "drop", "Drop an empty warehouse", chosen,
      [](RestClient& c, const Arguments& a) {
        return Done(c.DeleteManagement("warehouses/" + a.name), "Dropped warehouse", a);
      },
      &command);
  AddName(*command, drop, "Name");
}

}  // namespace firn::cli
