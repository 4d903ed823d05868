// warehouse and job: what a server has beside the catalog.
#include <fmt/format.h>

#include "cli/command/remote_command.h"
#include "cli/describe.h"

namespace firn::cli {
namespace {

std::string WarehouseUrl(const Arguments& arguments) {
  return "warehouses/" + EncodeText(arguments.name);
}

Status ListWarehouses(RestClient& client, const Arguments& arguments) {
  return PrintAnswer(client.GetManagement("warehouses"), arguments, DescribeWarehouses);
}

Status CreateWarehouse(RestClient& client, const Arguments& arguments) {
  std::string body;
  JsonWriter(body)
      .BeginObject()
      .Field("name", arguments.name)
      .Field("location", arguments.other)
      .EndObject();
  return PrintDone(client.PostManagement("warehouses", body), arguments,
                   "Created warehouse " + arguments.name);
}

Status DropWarehouse(RestClient& client, const Arguments& arguments) {
  return PrintDone(client.DeleteManagement(WarehouseUrl(arguments)), arguments,
                   "Dropped warehouse " + arguments.name);
}

std::string JobUrl(const Arguments& arguments) { return "jobs/" + EncodeText(arguments.name); }

Status ListJobs(RestClient& client, const Arguments& arguments) {
  std::string path =
      fmt::format("jobs?kind={}&state={}", EncodeText(arguments.kind), EncodeText(arguments.state));
  if (arguments.limit != 0) {
    path += fmt::format("&limit={}", arguments.limit);
  }
  return PrintAnswer(client.GetManagement(path), arguments, DescribeJobs);
}

Status ShowJob(RestClient& client, const Arguments& arguments) {
  return PrintAnswer(client.GetManagement(JobUrl(arguments)), arguments, DescribeJob);
}

Status RetryJob(RestClient& client, const Arguments& arguments) {
  return PrintDone(client.PostManagement(JobUrl(arguments) + "/retry", {}), arguments,
                   "Queued job " + arguments.name);
}

Status CancelJob(RestClient& client, const Arguments& arguments) {
  return PrintDone(client.PostManagement(JobUrl(arguments) + "/cancel", {}), arguments,
                   "Cancelled job " + arguments.name);
}

}  // namespace

void AddWarehouse(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("warehouse", "Warehouses: list, create, drop");
  group->require_subcommand(1);
  AddServerCommand(*group, chosen, {"list", "List warehouses", ListWarehouses});
  auto create = AddServerCommand(*group, chosen, {"create", "Create a warehouse", CreateWarehouse});
  create.Name("Name; also its URL prefix");
  create.app
      ->add_option("location", create.arguments->other,
                   "Root of its tables, for example file:///data/w")
      ->required();
  AddServerCommand(*group, chosen, {"drop", "Drop an empty warehouse", DropWarehouse}).Name("Name");
}

void AddJob(CLI::App& app, Chosen& chosen) {
  CLI::App* group = app.add_subcommand("job", "Background jobs: list, show, retry, cancel");
  group->require_subcommand(1);
  auto list = AddServerCommand(*group, chosen, {"list", "List jobs, the newest first", ListJobs});
  list.app->add_option("--kind", list.arguments->kind, "Only this kind, for example purge");
  list.app->add_option("--state", list.arguments->state,
                       "Only queued, running, done, failed or cancelled ones");
  list.app->add_option("--limit", list.arguments->limit, "At most so many, up to 1000")
      ->check(CLI::PositiveNumber);
  const char* id = "The job's id, as `firn job list` shows it";
  AddServerCommand(*group, chosen, {"show", "Print what a job is about", ShowJob}).Name(id);
  AddServerCommand(*group, chosen, {"retry", "Run a job that failed again, at once", RetryJob})
      .Name(id);
  AddServerCommand(*group, chosen,
                   {"cancel", "End a job; a purge leaves the files it has not deleted", CancelJob})
      .Name(id);
}

}  // namespace firn::cli
