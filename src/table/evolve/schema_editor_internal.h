// SchemaEditor: one schema under change, step by step.
//
// Errors: kInvalidArgument. Thread-safety: one thread at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/schema.h"
#include "table/evolve/schema_change.h"

namespace firn::table {

class SchemaEditor {
 public:
  SchemaEditor(iceberg::Schema schema,
               iceberg::FieldId last_column_id,
               iceberg::FormatVersion format_version,
               Compatibility compatibility)
      : schema_(std::move(schema)),
        last_column_id_(last_column_id),
        format_version_(format_version),
        compatibility_(compatibility) {}

  Status Apply(const AddColumn& step);
  Status Apply(const RenameColumn& step);
  Status Apply(const DropColumn& step);
  Status Apply(const UpdateColumn& step);
  Status Apply(const MoveColumn& step);
  Status Apply(const SetIdentifierFields& step);

  const iceberg::Schema& schema() const { return schema_; }

 private:
  using Fields = std::vector<iceberg::NestedField>;
  using Edit = std::function<Status(Fields&)>;

  Result<const iceberg::NestedField*> Find(std::string_view name) const;
  /// As Find; refuses the parts of lists and maps, which have fixed names and places.
  Result<const iceberg::NestedField*> FindInStruct(std::string_view name) const;
  Status RefuseMapKeys(iceberg::FieldId field) const;
  /// Edits the fields that `parent` has; nullopt: the columns.
  Status EditFields(std::optional<iceberg::FieldId> parent, const Edit& edit);
  Status Rebuild(Fields& fields, iceberg::FieldId parent, const Edit& edit);
  Status Replace(Fields fields);
  Status Retype(const UpdateColumn& step, iceberg::NestedField& field) const;
  Status ChangeRequired(const UpdateColumn& step, iceberg::NestedField& field) const;

  iceberg::Schema schema_;
  iceberg::FieldId last_column_id_;
  iceberg::FormatVersion format_version_;
  Compatibility compatibility_;
};

}  // namespace firn::table
