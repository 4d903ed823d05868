// Table updates as JSON: `updates` of a commit request. REST: schema TableUpdate.
//
// Errors: kInvalidArgument, for an unknown action too.
// Thread-safety: pure functions.
#pragma once

#include <vector>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/metadata/table_update.h"

namespace firn::iceberg {

Result<TableUpdate> ParseTableUpdate(json::Element element);
Result<std::vector<TableUpdate>> ParseTableUpdates(json::Array array);

void AppendTableUpdate(const TableUpdate& update, JsonWriter& out);

// The fields, without braces and action, of the updates that tables and views share; for
// iceberg/view.
Result<AssignUuid> ParseAssignUuid(const json::Object& object);
Result<UpgradeFormatVersion> ParseUpgradeFormatVersion(const json::Object& object);
Result<AddSchema> ParseAddSchema(const json::Object& object);
Result<SetLocation> ParseSetLocation(const json::Object& object);
Result<SetProperties> ParseSetProperties(const json::Object& object);
Result<RemoveProperties> ParseRemoveProperties(const json::Object& object);
void AppendUpdateFields(const AssignUuid& update, JsonWriter& out);
void AppendUpdateFields(const UpgradeFormatVersion& update, JsonWriter& out);
void AppendUpdateFields(const AddSchema& update, JsonWriter& out);
void AppendUpdateFields(const SetLocation& update, JsonWriter& out);
void AppendUpdateFields(const SetProperties& update, JsonWriter& out);
void AppendUpdateFields(const RemoveProperties& update, JsonWriter& out);

}  // namespace firn::iceberg
