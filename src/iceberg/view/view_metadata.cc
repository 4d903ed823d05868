#include "iceberg/view/view_metadata.h"

#include <algorithm>

namespace firn::iceberg {

const ViewVersion& ViewMetadata::current_version() const {
  return *FindVersion(current_version_id);
}

const Schema& ViewMetadata::current_schema() const {
  return *FindSchema(current_version().schema_id);
}

const ViewVersion* ViewMetadata::FindVersion(ViewVersionId id) const {
  auto found = std::find_if(versions.begin(), versions.end(),
                            [id](const ViewVersion& version) { return version.id == id; });
  return found != versions.end() ? &*found : nullptr;
}

const Schema* ViewMetadata::FindSchema(SchemaId id) const {
  auto found = std::find_if(schemas.begin(), schemas.end(),
                            [id](const Schema& schema) { return schema.id() == id; });
  return found != schemas.end() ? &*found : nullptr;
}

}  // namespace firn::iceberg
