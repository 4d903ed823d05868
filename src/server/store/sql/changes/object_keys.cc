#include "server/store/sql/changes/object_keys.h"

#include <vector>

#include "server/store/sql/changes/locations.h"
#include "server/store/sql/session/rows.h"
#include "server/store/sql/text/objects.h"
#include "storage/location.h"

namespace firn::store::sql {
namespace {

/// Rows in memory at once.
constexpr int64_t kRowsAStep = 1'000;

Status FillKeys(Session& session, const ObjectRecord& object) {
  std::optional<std::string> location_key;
  if (auto range = RangeOf(object.pointer.location); range.has_value()) {
    location_key = range->key();
  }
  std::optional<std::string> metadata_key = MetadataKey(object.pointer);
  RETURN_IF_ERROR(session.Execute(kSetObjectKeys, {{":location_key", OrNull(location_key)},
                                                   {":metadata_key", OrNull(metadata_key)},
                                                   {":id", object.id.value()}}));
  return {};
}

}  // namespace

std::optional<std::string> MetadataKey(const ObjectPointer& pointer) {
  auto file = storage::Location::Parse(pointer.metadata_location);
  auto own = storage::Location::Parse(pointer.location);
  if (!file.has_value() || (own.has_value() && own->Contains(*file))) {
    return std::nullopt;
  }
  return file->Canonical();
}

Status FillObjectKeys(Session& session) {
  ObjectId last;
  std::vector<ObjectRecord> step;
  do {
    step.clear();
    RETURN_IF_ERROR(session.Query(kListObjectsById,
                                  {{":after", last.value()}, {":limit", kRowsAStep}},
                                  [&](const Row& row) -> Status {
                                    step.push_back(ReadObject(row));
                                    return {};
                                  }));
    for (const ObjectRecord& object : step) {
      RETURN_IF_ERROR(FillKeys(session, object));
      last = object.id;
    }
  } while (static_cast<int64_t>(step.size()) == kRowsAStep);
  return {};
}

}  // namespace firn::store::sql
