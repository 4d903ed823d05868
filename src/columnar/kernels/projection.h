// Projection: batches of one schema become batches of another. Reading: a file's columns become
// those of the table by field id: renamed, reordered, promoted, pruned, added ones filled with
// their initial default. Writing: a caller's columns become the table's by id or by name, missing
// ones filled with their write default. Source: Iceberg specification, "Column Projection",
// "Default values".
//
// What needs no change is not copied; renaming and reordering move pointers only.
//
// Errors of Make: kInvalidArgument naming the column whose type cannot be converted, or that is
// required and neither there nor defaulted; with kByName also columns that the target lacks. Of
// Apply: kInvalidArgument for values that do not fit and nulls in required columns (kWholeRows).
// Thread-safety: immutable after Make.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "base/result.h"
#include "iceberg/schema/name_mapping.h"
#include "iceberg/schema/type.h"

namespace firn::columnar {

/// A field of what is projected. A map has two children, key and value; a list one.
struct SourceField {
  std::string name;
  std::optional<iceberg::FieldId> id;
  std::shared_ptr<arrow::DataType> type;
  std::vector<SourceField> children;
  /// The column of a Parquet file; -1 for nested ones and outside of files.
  int leaf = -1;
};

/// The fields of an Arrow schema.
std::vector<SourceField> SourceFieldsOf(const arrow::FieldVector& fields);

/// True where any field has an id.
bool AnyIds(std::span<const SourceField> fields);
/// Gives ids by name to fields of a file that has none.
void ApplyNameMapping(const iceberg::NameMapping& mapping, std::vector<SourceField>& fields);

enum class MatchFields : uint8_t { kById, kByName };

struct ProjectionOptions {
  enum class Direction : uint8_t {
    kRead,    ///< Initial defaults; lenient conversions; batches hold only the leaves asked for.
    kSelect,  ///< As kRead, from batches that are whole: fields that are not asked for go.
    kWrite,   ///< Write defaults; strict conversions; batches are whole, required is checked.
  };

  Direction direction = Direction::kRead;
  MatchFields match = MatchFields::kById;
  /// Top-level columns that the source lacks: their value before any default (identity partition
  /// values).
  std::map<iceberg::FieldId, std::optional<iceberg::Literal>> constants;
};

class Projection {
 public:
  static Result<Projection> Make(std::span<const SourceField> source,
                                 std::span<const iceberg::NestedField> target,
                                 const ProjectionOptions& options);

  /// Reading: the Parquet columns that batches must hold, ascending. Empty where every column is
  /// constant.
  const std::vector<int>& leaves() const { return leaves_; }
  /// False where a field of the target that is not nested, outside of lists and maps, is not in the
  /// source.
  bool holds_all() const;
  /// Of what Apply returns.
  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }

  /// `batch` has, reading, the top-level fields and struct fields that hold a leaf of leaves(), in
  /// the source's order; writing, all of them.
  Result<std::shared_ptr<arrow::RecordBatch>> Apply(const arrow::RecordBatch& batch) const;

  /// How a field of the target comes about.
  struct Node {
    enum class Kind : uint8_t { kLeaf, kStruct, kList, kMap, kConstant, kConstantStruct };

    Kind kind = Kind::kConstant;
    /// Among the fields of the struct that are there.
    int source = -1;
    iceberg::NestedField field;
    std::shared_ptr<arrow::DataType> type;
    std::optional<iceberg::Literal> constant;
    std::vector<Node> children;
  };

 private:
  class Maker;

  std::vector<Node> nodes_;
  std::vector<int> leaves_;
  std::shared_ptr<arrow::Schema> schema_;
  bool checks_required_ = false;
};

}  // namespace firn::columnar
