#include "iceberg/view/view_update.h"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/ascii.h"
#include "iceberg/metadata/table_update_json.h"
#include "iceberg/schema/json_element.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::iceberg {
namespace {

constexpr std::string_view kAssertViewUuid = "assert-view-uuid";

Result<AddViewVersion> ParseAddViewVersion(const json::Object& object) {
  ASSIGN_OR_RETURN(json::Element element, json::Get(object, "view-version"));
  ASSIGN_OR_RETURN(ViewVersion version, ParseViewVersion(element));
  return AddViewVersion{std::move(version)};
}

Result<SetCurrentViewVersion> ParseSetCurrentViewVersion(const json::Object& object) {
  ASSIGN_OR_RETURN(int32_t id, json::GetInt32(object, "view-version-id"));
  return SetCurrentViewVersion{ViewVersionId(id)};
}

template <auto kParse>
Result<ViewUpdate> Parse(const json::Object& object) {
  ASSIGN_OR_RETURN(auto update, kParse(object));
  return Result<ViewUpdate>(std::in_place, std::move(update));
}

struct Action {
  std::string_view name;
  Result<ViewUpdate> (*parse)(const json::Object&);
};

/// In the order of the alternatives of ViewUpdate.
constexpr std::array<Action, std::variant_size_v<ViewUpdate>> kActions{{
    {"assign-uuid", Parse<ParseAssignUuid>},
    {"upgrade-format-version", Parse<ParseUpgradeFormatVersion>},
    {"add-schema", Parse<ParseAddSchema>},
    {"set-location", Parse<ParseSetLocation>},
    {"set-properties", Parse<ParseSetProperties>},
    {"remove-properties", Parse<ParseRemoveProperties>},
    {"add-view-version", Parse<ParseAddViewVersion>},
    {"set-current-view-version", Parse<ParseSetCurrentViewVersion>},
}};

void AppendUpdateFields(const AddViewVersion& update, JsonWriter& out) {
  AppendViewVersion(update.version, out.Key("view-version"));
}
void AppendUpdateFields(const SetCurrentViewVersion& update, JsonWriter& out) {
  out.Field("view-version-id", update.version_id.value());
}

Result<ViewUpdate> ParseViewUpdate(json::Element element) {
  if (!element.is_object()) {
    return InvalidArgument(
        fmt::format("Cannot parse metadata update from non-object value: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  if (!json::Find(object, "action")) {
    return InvalidArgument("Cannot parse metadata update. Missing field: action");
  }
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "action"));
  for (const Action& action : kActions) {
    if (EqualsIgnoringCase(action.name, name)) {
      return action.parse(object);
    }
  }
  return InvalidArgument(fmt::format("Cannot convert metadata update action to json: {}", name));
}

Result<ViewRequirement> ParseViewRequirement(json::Element element) {
  if (!element.is_object()) {
    return InvalidArgument(
        fmt::format("Cannot parse update requirement from non-object value: {}", Excerpt(element)));
  }
  json::Object object = FieldsOf(element);
  if (!json::Find(object, "type")) {
    return InvalidArgument("Cannot parse update requirement. Missing field: type");
  }
  ASSIGN_OR_RETURN(std::string_view name, json::GetString(object, "type"));
  if (!EqualsIgnoringCase(name, kAssertViewUuid)) {
    return InvalidArgument(
        fmt::format("Unrecognized update requirement. Cannot convert to json: {}", name));
  }
  ASSIGN_OR_RETURN(std::string_view uuid, json::GetString(object, "uuid"));
  return ViewRequirement(AssertViewUuid{std::string(uuid)});
}

}  // namespace

Result<std::vector<ViewUpdate>> ParseViewUpdates(json::Array array) {
  std::vector<ViewUpdate> updates;
  for (json::Element element : array) {
    ASSIGN_OR_RETURN(ViewUpdate update, ParseViewUpdate(element));
    updates.push_back(std::move(update));
  }
  return updates;
}

Result<std::vector<ViewRequirement>> ParseViewRequirements(json::Array array) {
  std::vector<ViewRequirement> requirements;
  for (json::Element element : array) {
    ASSIGN_OR_RETURN(ViewRequirement requirement, ParseViewRequirement(element));
    requirements.push_back(std::move(requirement));
  }
  return requirements;
}

void AppendViewUpdate(const ViewUpdate& update, JsonWriter& out) {
  out.BeginObject().Field("action", kActions[update.index()].name);
  std::visit([&out](const auto& alternative) { AppendUpdateFields(alternative, out); }, update);
  out.EndObject();
}

void AppendViewRequirement(const ViewRequirement& requirement, JsonWriter& out) {
  out.BeginObject()
      .Field("type", kAssertViewUuid)
      .Field("uuid", std::get<AssertViewUuid>(requirement).uuid)
      .EndObject();
}

Status CheckViewRequirements(const ViewMetadata& base,
                             std::span<const ViewRequirement> requirements) {
  for (const ViewRequirement& requirement : requirements) {
    const std::string& uuid = std::get<AssertViewUuid>(requirement).uuid;
    if (!EqualsIgnoringCase(uuid, base.uuid)) {
      return Error(ErrorCode::kCommitConflict,
                   fmt::format("Requirement failed: view UUID does not match: expected {} != {}",
                               base.uuid, uuid));
    }
  }
  return {};
}

}  // namespace firn::iceberg
