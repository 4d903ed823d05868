#include "iceberg/schema/nearest_fields.h"

#include <vector>

#include "base/nearest.h"

namespace firn::iceberg {

std::string NearestFieldsHint(std::string_view name, const Schema& schema) {
  std::vector<std::string> names;
  for (FieldId id : schema.field_ids()) {
    names.push_back(*schema.FindName(id));
  }
  return NearestHint(name, names);
}

}  // namespace firn::iceberg
