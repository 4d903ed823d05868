// DeletedPositions: the rows of one data file that position deletes and deletion vectors delete,
// applied to a batch's rows as a mask. Source: Iceberg specification, "Delete Formats".
//
// Thread-safety: immutable after Make.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/puffin/deletion_vector.h"

namespace firn::columnar {

class DeletedPositions {
 public:
  /// From position delete files: in any order, with repetitions.
  static DeletedPositions FromLists(std::span<const std::vector<int64_t>* const> lists);
  static DeletedPositions FromVector(std::shared_ptr<const iceberg::DeletionVector> vector);

  /// True where a row in [begin, begin + rows) is deleted.
  bool TouchesRows(int64_t begin, int64_t rows) const;
  /// Sets the bytes of deleted rows to 0; `mask` is of the rows from `begin` on.
  void Clear(int64_t begin, std::span<uint8_t> mask) const;

  int64_t count() const;
  /// Adds all of them to `vector`. Errors: those of DeletionVector.
  Status AddTo(iceberg::DeletionVector& vector) const;

 private:
  /// Ascending, each once.
  std::vector<int64_t> positions_;
  std::shared_ptr<const iceberg::DeletionVector> vector_;
};

}  // namespace firn::columnar
