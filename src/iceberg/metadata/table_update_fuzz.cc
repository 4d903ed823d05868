// Commit requests from any bytes, `{"requirements":[...],"updates":[...]}`, against a table of each
// version: no crash, updates read back as printed, and what applies prints to metadata that parses.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/new_table.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/table_requirement_json.h"
#include "iceberg/metadata/table_update_json.h"

namespace firn::iceberg {
namespace {

constexpr TimestampMs kNow{1'700'000'000'000};

TableMetadataPtr NewTable(FormatVersion version) {
  NestedField id;
  id.id = FieldId(1);
  id.name = "id";
  id.type = Type::Plain(TypeId::kLong);
  id.required = true;
  CreateTableSpec spec;
  spec.schema = *Schema::Make(SchemaId(0), {id}, {});
  spec.location = "s3://warehouse/t";
  spec.properties = {{"format-version", std::to_string(version)}};
  return *NewTableMetadata(spec, kNow);
}

void CheckPrints(const TableUpdate& update) {
  std::string text;
  JsonWriter out(text);
  AppendTableUpdate(update, out);
  auto document = json::Document::Parse(text, json::kFileLimits);
  if (!document.has_value() || !ParseTableUpdate(document->root()).has_value()) {
    std::abort();
  }
}

void CheckApplies(const TableMetadataPtr& base, const std::vector<TableUpdate>& updates) {
  ApplyContext context{.now = kNow, .base_metadata_location = "s3://warehouse/t/1.json"};
  auto next = ApplyUpdates(base, updates, context);
  if (next.has_value() && !ParseTableMetadata(PrintTableMetadata(**next)).has_value()) {
    std::abort();
  }
}

}  // namespace

void Run(std::string_view text) {
  static const std::array<TableMetadataPtr, 4> kBases{nullptr, NewTable(1), NewTable(2),
                                                      NewTable(3)};
  auto document = json::Document::Parse(text, json::kFileLimits);
  if (!document.has_value()) {
    return;
  }
  auto root = json::AsObject(document->root(), "request");
  if (!root.has_value()) {
    return;
  }
  if (auto array = json::GetArray(*root, "requirements"); array.has_value()) {
    if (auto requirements = ParseTableRequirements(*array); requirements.has_value()) {
      for (const TableMetadataPtr& base : kBases) {
        static_cast<void>(CheckRequirements(base.get(), *requirements).has_value());
      }
    }
  }
  auto array = json::GetArray(*root, "updates");
  if (!array.has_value()) {
    return;
  }
  auto updates = ParseTableUpdates(*array);
  if (!updates.has_value()) {
    return;
  }
  for (const TableUpdate& update : *updates) {
    CheckPrints(update);
  }
  for (const TableMetadataPtr& base : kBases) {
    CheckApplies(base, *updates);
  }
}

}  // namespace firn::iceberg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::iceberg::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
