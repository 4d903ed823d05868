#include <utility>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "server/rest/catalog_handler.h"
#include "server/rest/responses.h"

namespace firn::rest {
namespace {

/// ISO-8601 with seconds only: the one form that every client's duration parser reads.
std::string IsoDuration(std::chrono::milliseconds time) {
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return seconds % 60 == 0 ? fmt::format("PT{}M", seconds / 60) : fmt::format("PT{}S", seconds);
}

}  // namespace

Result<http::Response> CatalogHandler::GetConfig(Invocation& invocation) {
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().RawField("defaults", "{}").Key("overrides").BeginObject();
  auto wanted = invocation.query.Find("warehouse");
  if (wanted && !wanted->empty()) {
    ASSIGN_OR_RETURN(store::WarehouseRecord warehouse, warehouses_.FindByNameOrLocation(*wanted));
    writer.Field("prefix", warehouse.name);
  }
  if (options_.namespace_separator != "%1F") {
    writer.Field("namespace-separator", options_.namespace_separator);
  }
  writer.EndObject().Key("endpoints").BeginArray();
  for (const OperationSpec& spec : Operations()) {
    if (spec.advertised) {
      writer.String(fmt::format("{} {}", http::ToString(spec.method), spec.path));
    }
  }
  writer.EndArray()
      .Field("idempotency-key-lifetime", IsoDuration(options_.idempotency_lifetime))
      .EndObject();
  return JsonResponse(std::move(body));
}

}  // namespace firn::rest
