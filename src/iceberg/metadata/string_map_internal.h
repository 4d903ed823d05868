// A map of strings as a JSON object. Private to this folder.
#pragma once

#include "base/json_writer.h"
#include "iceberg/metadata/table_properties.h"

namespace firn::iceberg {

inline void AppendStringMap(const PropertyMap& map, JsonWriter& out) {
  out.BeginObject();
  for (const auto& [key, value] : map) {
    out.Field(key, value);
  }
  out.EndObject();
}

}  // namespace firn::iceberg
