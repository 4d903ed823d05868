// PartitionSummaries: what the values of a manifest's partition fields have in common, for its row
// in the manifest list. Source: Iceberg specification, "Manifest Lists", `field_summary`.
//
// Thread-safety: one thread at a time.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/literal.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

class PartitionSummaries {
 public:
  /// `type` is the struct of PartitionType().
  explicit PartitionSummaries(TypePtr type)
      : type_(std::move(type)), fields_(type_->fields().size()) {}

  /// Errors: kInvalidArgument for a value that is not of its field's type.
  Status Add(const StructValue& tuple);

  /// One for each field, in order.
  std::vector<FieldSummary> Finish() const;

 private:
  struct Field {
    bool contains_null = false;
    bool contains_nan = false;
    std::optional<Literal> lower;
    std::optional<Literal> upper;
  };

  static void Widen(Field& field, Literal value);

  TypePtr type_;
  std::vector<Field> fields_;
};

}  // namespace firn::iceberg
