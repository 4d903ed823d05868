// The 8 changes a commit can make to a view and the one condition it can put on it, as data. REST:
// schemas ViewUpdate and ViewRequirement.
//
// Errors: Parse: kInvalidArgument, for an unknown action or type too. Check: kCommitConflict.
// Thread-safety: plain values and pure functions.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/json_reader.h"
#include "base/json_writer.h"
#include "base/result.h"
#include "iceberg/metadata/table_update.h"
#include "iceberg/view/view_metadata.h"

namespace firn::iceberg {

struct AddViewVersion {
  ViewVersion version;
};
/// May be kLastAdded.
struct SetCurrentViewVersion {
  ViewVersionId version_id;
};

using ViewUpdate = std::variant<AssignUuid,
                                UpgradeFormatVersion,
                                AddSchema,
                                SetLocation,
                                SetProperties,
                                RemoveProperties,
                                AddViewVersion,
                                SetCurrentViewVersion>;

/// Case does not matter.
struct AssertViewUuid {
  std::string uuid;
};

using ViewRequirement = std::variant<AssertViewUuid>;

Result<std::vector<ViewUpdate>> ParseViewUpdates(json::Array array);
Result<std::vector<ViewRequirement>> ParseViewRequirements(json::Array array);
void AppendViewUpdate(const ViewUpdate& update, JsonWriter& out);
void AppendViewRequirement(const ViewRequirement& requirement, JsonWriter& out);

Status CheckViewRequirements(const ViewMetadata& base,
                             std::span<const ViewRequirement> requirements);

}  // namespace firn::iceberg
