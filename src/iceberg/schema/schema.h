// Schema: the columns of a table at one time, indexed by id and by name. Parsed by schema_json.h,
// held by table and view metadata. Specification: "Schemas and Data Types".
//
// A Schema is a handle on shared, immutable data: copying one, or giving it another id, is cheap.
// Full names join nested names with dots (`points.element.x`); a name that skips `element` or
// `value` before a struct field (`points.x`) finds the same field.
//
// Errors of Make: kInvalidArgument (duplicate names or ids, a bad identifier field, full names that
// together are longer than kMaxNamesBytes).
// Thread-safety: immutable.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/type.h"

namespace firn::iceberg {

/// Bytes of the full names of one schema: each holds the names of all that nest it.
inline constexpr size_t kMaxNamesBytes = 64 << 20;

class Schema {
 public:
  /// No columns, id 0.
  Schema();

  static Result<Schema> Make(SchemaId id,
                             std::vector<NestedField> fields,
                             const std::vector<FieldId>& identifier_field_ids);

  SchemaId id() const { return id_; }
  /// The same columns under another id.
  Schema WithId(SchemaId id) const;

  const TypePtr& as_struct() const;
  std::span<const NestedField> fields() const { return as_struct()->fields(); }
  /// In the order given, each once; they name required primitive fields outside lists and maps.
  std::span<const FieldId> identifier_field_ids() const;
  /// 0 where there are no columns.
  FieldId highest_field_id() const;

  /// At any depth; null where absent.
  const NestedField* FindField(FieldId id) const;
  const NestedField* FindField(std::string_view full_name) const;
  const NestedField* FindFieldIgnoringCase(std::string_view full_name) const;
  /// The full name of a field; null where absent.
  const std::string* FindName(FieldId id) const;
  /// The field that holds `id`; nullopt for a column or an unknown id.
  std::optional<FieldId> FindParent(FieldId id) const;
  /// All field ids, ascending.
  std::vector<FieldId> field_ids() const;

  /// True where columns and identifier fields agree, whatever the ids of the schemas.
  bool SameAs(const Schema& other) const;
  /// Equal for schemas that are the same as each other.
  size_t ContentHash() const;
  /// SameAs and the same id.
  friend bool operator==(const Schema& a, const Schema& b) { return a.id_ == b.id_ && a.SameAs(b); }

 private:
  struct Body;

  SchemaId id_;
  std::shared_ptr<const Body> body_;
};

}  // namespace firn::iceberg
