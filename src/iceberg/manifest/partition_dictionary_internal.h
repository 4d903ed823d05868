// PartitionDictionary: the distinct partition tuples of a manifest. Tuples are told apart by their
// bytes in the file, so that each is decoded once.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "iceberg/manifest/avro/schema.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

class PartitionDictionary {
 public:
  /// `type` is the tuples' type in the file; null where it has none.
  explicit PartitionDictionary(const avro::Node* type) : type_(type) {}

  /// The id of a tuple; nullopt where it is damaged.
  std::optional<uint32_t> IdOf(std::string_view tuple) {
    if (tuple == last_ && !tuples_.empty()) [[likely]] {
      return last_id_;
    }
    return Find(tuple);
  }

  size_t memory_bytes() const { return memory_bytes_; }
  /// By id.
  std::vector<StructValue> Finish() && { return std::move(tuples_); }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  std::optional<uint32_t> Find(std::string_view tuple);

  const avro::Node* type_;
  std::unordered_map<std::string, uint32_t, Hash, std::equal_to<>> ids_;
  std::vector<StructValue> tuples_;
  /// Points to a key of `ids_`.
  std::string_view last_;
  uint32_t last_id_ = 0;
  size_t memory_bytes_ = 0;
};

}  // namespace firn::iceberg
