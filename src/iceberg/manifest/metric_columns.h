// Columns of a decoded manifest (manifest_columns.h) that need more than a vector: texts, lists,
// and the metrics of one table column over all entries.
//
// Units: a row is an entry of the manifest. Thread-safety: immutable once filled; filling is for
// one thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/schema/ids.h"

namespace firn::iceberg {

/// In columns of numbers: the entry has none.
inline constexpr int64_t kAbsent = std::numeric_limits<int64_t>::min();

/// A text for each row in one buffer of less than 4 GiB: the filler's to ensure.
class TextColumn {
 public:
  size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  std::string_view operator[](size_t row) const {
    size_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::string_view(bytes_).substr(begin, ends_[row] - begin);
  }

  void Append(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(static_cast<uint32_t>(bytes_.size()));
  }
  void Reserve(size_t rows, size_t bytes);
  void ShrinkToFit();
  size_t MemoryBytes() const { return bytes_.capacity() + ends_.capacity() * sizeof(uint32_t); }

 private:
  std::string bytes_;
  std::vector<uint32_t> ends_;
};

/// A list for each row, all in one vector of less than 2^32 values: the filler's to ensure.
template <class T>
class ListColumn {
 public:
  size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  std::span<const T> operator[](size_t row) const {
    size_t begin = row == 0 ? 0 : ends_[row - 1];
    return std::span(values_).subspan(begin, ends_[row] - begin);
  }

  void Append(std::span<const T> list) {
    values_.insert(values_.end(), list.begin(), list.end());
    ends_.push_back(static_cast<uint32_t>(values_.size()));
  }
  void ShrinkToFit() {
    values_.shrink_to_fit();
    ends_.shrink_to_fit();
  }
  size_t MemoryBytes() const {
    return values_.capacity() * sizeof(T) + ends_.capacity() * sizeof(uint32_t);
  }

 private:
  std::vector<T> values_;
  std::vector<uint32_t> ends_;
};

/// The lower or the upper bounds of one table column, single-value serialised (Appendix D) by the
/// type that the column had when the file was written. So a column promoted from int to long mixes
/// sizes 4 and 8. Made to be compared without touching anything but flat arrays:
///
/// - numbers: row i is `heads()[i]` read as its `sizes()[i]` low bytes (little-endian);
/// - text and binary: the first 8 bytes decide most comparisons (byte-swap a head to compare it as
///   an unsigned number; missing bytes are zero), `Value` has the rest.
class BoundColumn {
 public:
  static constexpr int32_t kNone = -1;
  /// What a head holds.
  static constexpr size_t kHeadBytes = sizeof(uint64_t);

  /// True where no entry has this bound; else the arrays have a value for each row.
  bool empty() const { return sizes_.empty(); }
  /// The first 8 bytes of each value in memory order, filled up with zeros.
  std::span<const uint64_t> heads() const { return heads_; }
  /// Bytes of each value; kNone where the entry has no bound.
  std::span<const int32_t> sizes() const { return sizes_; }
  /// The size of every value where all rows have one of the same size, else kNone.
  int32_t common_size() const { return common_size_; }
  /// The whole value, pointing into the column; nullopt where the entry has none.
  std::optional<std::string_view> Value(size_t row) const;

  /// Sets the value of `row`, which is at or after the last one set; rows between have none.
  void Set(size_t row, std::string_view value) {
    uint64_t head = 0;
    if (value.size() == kHeadBytes) {
      std::memcpy(&head, value.data(), kHeadBytes);
    } else if (value.size() < kHeadBytes) {
      std::memcpy(&head, value.data(), value.size());
    } else {
      std::memcpy(&head, value.data(), kHeadBytes);
      SetTail(row, value);
    }
    if (sizes_.size() == row) [[likely]] {
      heads_.push_back(head);
      sizes_.push_back(static_cast<int32_t>(value.size()));
    } else {
      SetApart(row, head, static_cast<int32_t>(value.size()));
    }
  }
  void Reserve(size_t rows);
  /// Rows that there is room for.
  size_t capacity() const { return sizes_.capacity(); }
  /// Called once when all is set.
  void Finish(size_t rows);
  size_t MemoryBytes() const;

 private:
  /// After rows without a value, or again.
  void SetApart(size_t row, uint64_t head, int32_t size);
  void SetTail(size_t row, std::string_view value);

  std::vector<uint64_t> heads_;
  std::vector<int32_t> sizes_;
  /// Where values longer than a head begin in `tails_`; empty while there is none.
  std::vector<uint32_t> offsets_;
  /// Whole values longer than a head: less than 4 GiB, the filler's to ensure.
  std::string tails_;
  int32_t common_size_ = kNone;
};

/// A number for each row, kAbsent where an entry has none; empty where none has one.
class CountColumn {
 public:
  bool empty() const { return values_.empty(); }
  std::span<const int64_t> values() const { return values_; }
  /// kAbsent where the entry has none, also in an empty column.
  int64_t operator[](size_t row) const { return values_.empty() ? kAbsent : values_[row]; }

  /// Sets the value of `row`, which is at or after the last one set; rows between have none.
  void Set(size_t row, int64_t value) {
    if (values_.size() == row) [[likely]] {
      values_.push_back(value);
    } else {
      SetApart(row, value);
    }
  }
  void Reserve(size_t rows) { values_.reserve(rows); }
  /// Rows that there is room for.
  size_t capacity() const { return values_.capacity(); }
  /// Called once when all is set.
  void Finish(size_t rows);
  size_t MemoryBytes() const { return values_.capacity() * sizeof(int64_t); }

 private:
  /// After rows without a value, or again.
  void SetApart(size_t row, int64_t value);

  std::vector<int64_t> values_;
};

/// What the entries say of one table column.
struct FieldMetrics {
  FieldId id;
  CountColumn column_sizes;
  CountColumn value_counts;
  CountColumn null_value_counts;
  CountColumn nan_value_counts;
  BoundColumn lower_bounds;
  BoundColumn upper_bounds;

  void Finish(size_t rows);
  size_t MemoryBytes() const;
};

}  // namespace firn::iceberg
