// DeletionVector: the positions of a data file's deleted rows, as the blob `deletion-vector-v1` of
// a Puffin file stores them. Source: Iceberg specification, "Deletion Vectors"; Puffin
// specification, "deletion-vector-v1"; RoaringFormatSpec.
//
// Thread-safety: const functions may run at the same time.
//
//   ASSIGN_OR_RETURN(DeletionVector deleted, DeletionVector::Parse(blob, file.record_count));
//   for (int64_t row : deleted.Between(first_row, first_row + rows)) ...
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::iceberg {

/// A library's bitmap of 32-bit numbers.
class RoaringBitmap;

class DeletionVector {
 public:
  /// Positions are from 0 to this, which other implementations hold too.
  static constexpr int64_t kMaxPosition = (int64_t{0x7FFFFFFE} << 32) | 0x80000000;

  DeletionVector() = default;

  /// Reads a blob whole. Nothing is believed: the checksum, every container and `cardinality` (what
  /// the manifest says, its `record_count`) are checked before a bitmap is made.
  /// Errors: kInvalidMetadata, saying at which byte of the blob.
  static Result<DeletionVector> Parse(std::string_view blob, int64_t cardinality);

  /// The blob, with runs where they are shorter. Errors: kInternal where memory ends.
  Result<std::string> Print() const;

  /// Errors: kInvalidArgument for a position out of range; kInternal where memory ends.
  Status Add(int64_t position);
  /// Adds the positions of another.
  Status Merge(const DeletionVector& other);

  bool Contains(int64_t position) const;
  int64_t cardinality() const;
  bool empty() const { return cardinality() == 0; }
  /// The positions in [begin, end), ascending.
  std::vector<int64_t> Between(int64_t begin, int64_t end) const;

  friend bool operator==(const DeletionVector& a, const DeletionVector& b);

 private:
  struct Free {
    void operator()(RoaringBitmap* bitmap) const;
  };
  using Bitmap = std::unique_ptr<RoaringBitmap, Free>;

  /// Low halves of positions by their high half; none of them is empty.
  std::map<uint32_t, Bitmap> bitmaps_;
};

}  // namespace firn::iceberg
