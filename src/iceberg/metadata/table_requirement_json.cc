#include "iceberg/metadata/table_requirement_json.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/schema/json_element.h"

namespace firn::iceberg {
namespace {

Result<TableRequirement> ParseAssertCreate(const json::Object& /*object*/) {
  return TableRequirement(AssertCreate());
}

Result<TableRequirement> ParseAssertUuid(const json::Object& object) {
  ASSIGN_OR_RETURN(std::string_view uuid, json::GetString(object, "uuid"));
  return TableRequirement(AssertTableUuid{std::string(uuid)});
}

Result<TableRequirement> ParseAssertRef(const json::Object& object) {
  AssertRefSnapshotId requirement;
  ASSIGN_OR_RETURN(requirement.ref, json::GetString(object, "ref"));
  ASSIGN_OR_RETURN(auto snapshot_id, json::FindInt64(object, "snapshot-id"));
  if (snapshot_id) {
    requirement.snapshot_id = SnapshotId(*snapshot_id);
  }
  return TableRequirement(std::move(requirement));
}

constexpr std::string_view kLastFieldId = "last-assigned-field-id";
constexpr std::string_view kSchemaId = "current-schema-id";
constexpr std::string_view kLastPartitionId = "last-assigned-partition-id";
constexpr std::string_view kSpecId = "default-spec-id";
constexpr std::string_view kSortOrderId = "default-sort-order-id";

template <class Requirement, class Id, const std::string_view& kKey>
Result<TableRequirement> ParseAssertId(const json::Object& object) {
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, kKey));
  return TableRequirement(Requirement{Id(id)});
}

struct Kind {
  std::string_view name;
  Result<TableRequirement> (*parse)(const json::Object&);
};

/// In the order of the alternatives of TableRequirement.
constexpr std::array<Kind, std::variant_size_v<TableRequirement>> kKinds{{
    {"assert-create", ParseAssertCreate},
    {"assert-table-uuid", ParseAssertUuid},
    {"assert-ref-snapshot-id", ParseAssertRef},
    {"assert-last-assigned-field-id",
     ParseAssertId<AssertLastAssignedFieldId, FieldId, kLastFieldId>},
    {"assert-current-schema-id", ParseAssertId<AssertCurrentSchemaId, SchemaId, kSchemaId>},
    {"assert-last-assigned-partition-id",
     ParseAssertId<AssertLastAssignedPartitionId, FieldId, kLastPartitionId>},
    {"assert-default-spec-id", ParseAssertId<AssertDefaultSpecId, SpecId, kSpecId>},
    {"assert-default-sort-order-id",
     ParseAssertId<AssertDefaultSortOrderId, SortOrderId, kSortOrderId>},
}};

/// One overload a requirement: its fields.
struct Appender {
  JsonWriter& out;

  void operator()(const AssertCreate&) const {}
  void operator()(const AssertTableUuid& r) const { out.Field("uuid", r.uuid); }
  void operator()(const AssertRefSnapshotId& r) const {
    out.Field("ref", r.ref).Key("snapshot-id");
    if (r.snapshot_id) {
      out.Int(r.snapshot_id->value());
    } else {
      out.Null();
    }
  }
  void operator()(const AssertLastAssignedFieldId& r) const {
    out.Field(kLastFieldId, r.last_assigned_field_id.value());
  }
  void operator()(const AssertCurrentSchemaId& r) const {
    out.Field(kSchemaId, r.current_schema_id.value());
  }
  void operator()(const AssertLastAssignedPartitionId& r) const {
    out.Field(kLastPartitionId, r.last_assigned_partition_id.value());
  }
  void operator()(const AssertDefaultSpecId& r) const {
    out.Field(kSpecId, r.default_spec_id.value());
  }
  void operator()(const AssertDefaultSortOrderId& r) const {
    out.Field(kSortOrderId, r.default_sort_order_id.value());
  }
};

}  // namespace

Result<TableRequirement> ParseTableRequirement(json::Element element) {
  if (!element.is_object()) {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("Cannot parse update requirement from non-object value: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  if (!json::Find(object, "type")) {
    return Error(ErrorCode::kInvalidArgument,
                 "Cannot parse update requirement. Missing field: type");
  }
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "type"));
  for (const Kind& kind : kKinds) {
    if (EqualsIgnoringCase(kind.name, name)) {
      return kind.parse(object);
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("Unrecognized update requirement. Cannot convert to json: {}", name));
}

Result<std::vector<TableRequirement>> ParseTableRequirements(json::Array array) {
  std::vector<TableRequirement> requirements;
  requirements.reserve(array.size());
  for (json::Element element : array) {
    ASSIGN_OR_RETURN(TableRequirement requirement, ParseTableRequirement(element));
    requirements.push_back(std::move(requirement));
  }
  return requirements;
}

void AppendTableRequirement(const TableRequirement& requirement, JsonWriter& out) {
  out.BeginObject().Field("type", kKinds[requirement.index()].name);
  std::visit(Appender{out}, requirement);
  out.EndObject();
}

}  // namespace firn::iceberg
