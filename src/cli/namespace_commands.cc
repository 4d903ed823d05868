// namespace: list, create, show, set, drop.
#include <fmt/format.h>

#include "cli/catalog_actions.h"
#include "cli/command/remote_command.h"
#include "cli/describe.h"

namespace firn::cli {
namespace {

/// `key=value` pairs as a JSON object.
Result<std::string> PropertiesJson(const std::vector<std::string>& settings) {
  ASSIGN_OR_RETURN(auto properties, ReadSettings(settings));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject();
  for (const auto& [key, value] : properties) {
    writer.Field(key, value);
  }
  writer.EndObject();
  return body;
}

Status List(RestClient& client, const Arguments& arguments) {
  std::string path = "namespaces";
  if (!arguments.name.empty()) {
    ASSIGN_OR_RETURN(NamespacePath parent, ReadNamespace(arguments.name));
    path += "?parent=" + EncodeNamespace(parent);
  }
  return PrintAnswer(client.Get(path), arguments, DescribeListing);
}

Status Create(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  ASSIGN_OR_RETURN(std::string properties, PropertiesJson(arguments.settings));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("namespace");
  AppendLevels(writer, path);
  writer.RawField("properties", properties).EndObject();
  return PrintDone(client.Post("namespaces", body), arguments,
                   "Created namespace " + ToDotted(path));
}

Status Show(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  return PrintAnswer(client.Get(NamespaceUrl(path)), arguments, DescribeNamespace);
}

Status Set(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  ASSIGN_OR_RETURN(std::string updates, PropertiesJson(arguments.settings));
  if (arguments.settings.empty() && arguments.removals.empty()) {
    return Error(ErrorCode::kInvalidArgument, "Nothing to change: give --property or --remove");
  }
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().RawField("updates", updates).Key("removals").BeginArray();
  for (const std::string& key : arguments.removals) {
    writer.String(key);
  }
  writer.EndArray().EndObject();
  return PrintAnswer(client.Post(NamespaceUrl(path) + "/properties", body), arguments,
                     DescribeProperties);
}

Status Drop(RestClient& client, const Arguments& arguments) {
  ASSIGN_OR_RETURN(NamespacePath path, ReadNamespace(arguments.name));
  return PrintDone(client.Delete(NamespaceUrl(path)), arguments,
                   "Dropped namespace " + ToDotted(path));
}

}  // namespace

void AddNamespace(CLI::App& app, Chosen& chosen) {
  CLI::App* group = AddNameGroup(app, "namespace", "Namespaces: list, create, show, set, drop");
  auto list =
      AddCatalogCommand(*group, chosen, {"list", "List namespaces", List, ListNamespacesOf});
  list.app->add_option("parent", list.arguments->name, "Only those directly below it, as a.b");
  auto create = AddCatalogCommand(*group, chosen,
                                  {"create", "Create a namespace", Create, CreateNamespaceIn});
  create.Name(kNamespaceHelp);
  AddRepeatable(create, "-p,--property", create.arguments->settings, "KEY=VALUE, repeatable");
  AddCatalogCommand(*group, chosen,
                    {"show", "Print a namespace's properties", Show, ShowNamespaceOf})
      .Name(kNamespaceHelp);
  auto set =
      AddCatalogCommand(*group, chosen, {"set", "Set and remove properties", Set, SetNamespaceOf});
  set.Name(kNamespaceHelp);
  AddRepeatable(set, "-p,--property", set.arguments->settings, "KEY=VALUE, repeatable");
  AddRepeatable(set, "-r,--remove", set.arguments->removals, "KEY, repeatable");
  AddCatalogCommand(*group, chosen, {"drop", "Drop an empty namespace", Drop, DropNamespaceOf})
      .Name(kNamespaceHelp);
}

}  // namespace firn::cli
