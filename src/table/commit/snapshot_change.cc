#include "table/commit/snapshot_change.h"

namespace firn::table {

FileKey KeyOf(const iceberg::DataFile& file) {
  return {.path = file.path,
          .content_offset =
              file.content == iceberg::FileContent::kData ? std::nullopt : file.content_offset};
}

std::string_view ToString(Operation operation) {
  switch (operation) {
    case Operation::kAppend:
      return "append";
    case Operation::kReplace:
      return "replace";
    case Operation::kOverwrite:
      return "overwrite";
    case Operation::kDelete:
      return "delete";
  }
  return "append";
}

}  // namespace firn::table
