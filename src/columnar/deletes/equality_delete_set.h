// EqualityDeleteSet: the keys of one equality delete file as a hash set, built once and shared by
// all data files that it applies to. A row is deleted where its values of the delete columns equal
// those of a key; null equals null. Source: Iceberg specification, "Equality Delete Files".
//
// Keys and rows have the types of the table's present schema: both come through Projection, so
// promotion is done before they meet.
//
// Thread-safety: immutable after Make.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>

#include "base/result.h"
#include "iceberg/schema/ids.h"

namespace firn::columnar {

class EqualityDeleteSet {
 public:
  /// A file has at most so many keys.
  static constexpr int64_t kMaxKeys = int64_t{1} << 31;

  /// `columns[i]` has the keys' values of `fields[i]`, a leaf. Errors: kPayloadTooLarge above
  /// kMaxKeys.
  static Result<EqualityDeleteSet> Make(std::vector<iceberg::FieldId> fields,
                                        arrow::ArrayVector columns);

  const std::vector<iceberg::FieldId>& fields() const { return fields_; }

  /// Sets the bytes of deleted rows to 0. `columns` are of fields(), in that order, each as long as
  /// the mask; rows whose byte is 0 already may be passed over.
  void Clear(std::span<const std::shared_ptr<arrow::Array>> columns, std::span<uint8_t> mask) const;

  /// Distinct keys.
  int64_t size() const { return size_; }
  /// About what it holds, for bounded caches.
  int64_t MemoryBytes() const;

 private:
  struct Slot {
    /// The upper half of the hash.
    uint32_t tag = 0;
    /// Row of the key, plus 1; 0: empty.
    uint32_t row = 0;
  };

  void Insert(uint64_t hash, uint32_t row);
  bool Contains(uint64_t hash,
                std::span<const std::shared_ptr<arrow::Array>> columns,
                int64_t row) const;

  std::vector<iceberg::FieldId> fields_;
  arrow::ArrayVector columns_;
  /// A power of two, at most half of them taken.
  std::vector<Slot> slots_;
  int64_t size_ = 0;
};

}  // namespace firn::columnar
