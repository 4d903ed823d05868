// EncodedKeys: the keys of a batch of rows in the form that they are compared and hashed in: a word
// a row where the key is one column of at most 64 bits, else bytes that no other key has.
//
// Thread-safety: a plain value; EncodeKeys is a pure function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/array.h>

#include "base/result.h"
#include "features/keys/key_type.h"

namespace firn::features {

class EncodedKeys {
 public:
  size_t rows() const { return rows_; }
  /// False where a part of the key is null.
  bool valid(size_t row) const { return valid_.empty() || valid_[row] != 0; }
  uint64_t hash(size_t row) const { return hashes_[row]; }

  bool is_words() const { return is_words_; }
  /// Of keys that are words.
  uint64_t word(size_t row) const { return words_[row]; }
  /// Of all others.
  std::string_view bytes(size_t row) const {
    return std::string_view(bytes_).substr(offsets_[row], offsets_[row + 1] - offsets_[row]);
  }

 private:
  friend Result<EncodedKeys> EncodeKeys(std::span<const KeyType> types,
                                        std::span<const std::shared_ptr<arrow::Array>> columns,
                                        int64_t rows);

  void MarkNulls(const arrow::Array& column);
  void HashAll();

  size_t rows_ = 0;
  bool is_words_ = true;
  /// Empty where all are valid.
  std::vector<uint8_t> valid_;
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> words_;
  std::string bytes_;
  std::vector<size_t> offsets_;
};

/// `columns[i]`, of `rows` values, has a type for which KeyTypeOf gives `types[i]`. Without columns
/// all rows have the one empty key. Errors: kInvalidArgument where the column's type is another.
Result<EncodedKeys> EncodeKeys(std::span<const KeyType> types,
                               std::span<const std::shared_ptr<arrow::Array>> columns,
                               int64_t rows);

}  // namespace firn::features
