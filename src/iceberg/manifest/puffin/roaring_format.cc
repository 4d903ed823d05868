#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "iceberg/manifest/puffin/roaring_format_internal.h"

namespace firn::iceberg {
namespace {

constexpr uint32_t kCookieWithoutRuns = 12346;
constexpr uint32_t kCookieWithRuns = 12347;
constexpr uint32_t kMaxContainers = 1 << 16;
/// With runs, offsets are only there from so many containers on.
constexpr uint32_t kOffsetsFrom = 4;
constexpr uint32_t kMaxArrayValues = 4096;
constexpr size_t kBitsetBytes = 8192;

class Walker {
 public:
  explicit Walker(std::string_view bytes) : bytes_(bytes) {}

  Result<RoaringExtent> Run() {
    RETURN_IF_ERROR(ReadHeader());
    RETURN_IF_ERROR(ReadContainers());
    return RoaringExtent{position_, cardinality_};
  }

 private:
  struct Container {
    bool is_run = false;
    uint32_t cardinality = 0;
    uint32_t offset = 0;
  };

  Error Corrupt(std::string_view why) const {
    return Error(ErrorCode::kInvalidMetadata,
                 "Corrupt bitmap at byte " + std::to_string(position_) + ": " + std::string(why));
  }

  bool Has(size_t bytes) const { return bytes_.size() - position_ >= bytes; }

  template <class T>
  T Take() {
    static_assert(std::endian::native == std::endian::little);
    T value = 0;
    std::memcpy(&value, bytes_.data() + position_, sizeof value);
    position_ += sizeof value;
    return value;
  }

  Status ReadHeader() {
    if (!Has(sizeof(uint32_t))) {
      return Corrupt("truncated");
    }
    auto cookie = Take<uint32_t>();
    bool with_runs = (cookie & 0xFFFF) == kCookieWithRuns;
    uint32_t count = (cookie >> 16) + 1;
    std::string_view run_flags;
    if (with_runs) {
      size_t flag_bytes = (count + 7) / 8;
      if (!Has(flag_bytes)) {
        return Corrupt("truncated");
      }
      run_flags = bytes_.substr(position_, flag_bytes);
      position_ += flag_bytes;
    } else if (cookie == kCookieWithoutRuns && Has(sizeof count)) {
      count = Take<uint32_t>();
    } else {
      return Corrupt("not a bitmap");
    }
    has_offsets_ = !with_runs || count >= kOffsetsFrom;
    size_t descriptor_bytes = 2 * sizeof(uint16_t) + (has_offsets_ ? sizeof(uint32_t) : 0);
    if (count > kMaxContainers || !Has(count * descriptor_bytes)) {
      return Corrupt("more containers than data");
    }
    return ReadDescriptors(count, run_flags);
  }

  Status ReadDescriptors(uint32_t count, std::string_view run_flags) {
    containers_.resize(count);
    int32_t last_key = -1;
    for (uint32_t i = 0; i < count; ++i) {
      auto key = Take<uint16_t>();
      if (key <= last_key) {
        return Corrupt("containers are out of order");
      }
      last_key = key;
      containers_[i].cardinality = Take<uint16_t>() + 1U;
      containers_[i].is_run =
          !run_flags.empty() && (static_cast<unsigned char>(run_flags[i / 8]) >> (i % 8) & 1) != 0;
    }
    for (uint32_t i = 0; has_offsets_ && i < count; ++i) {
      containers_[i].offset = Take<uint32_t>();
    }
    return {};
  }

  Status ReadContainers() {
    for (const Container& container : containers_) {
      if (has_offsets_ && container.offset != position_) {
        return Corrupt("a container is not where it should be");
      }
      if (container.is_run) {
        RETURN_IF_ERROR(ReadRuns(container.cardinality));
      } else if (container.cardinality <= kMaxArrayValues) {
        RETURN_IF_ERROR(ReadArray(container.cardinality));
      } else {
        RETURN_IF_ERROR(ReadBitset(container.cardinality));
      }
      cardinality_ += container.cardinality;
    }
    return {};
  }

  Status ReadRuns(uint32_t cardinality) {
    if (!Has(sizeof(uint16_t))) {
      return Corrupt("truncated");
    }
    uint32_t runs = Take<uint16_t>();
    if (!Has(runs * 2 * sizeof(uint16_t))) {
      return Corrupt("truncated");
    }
    uint32_t values = 0;
    int32_t last = -1;
    for (uint32_t i = 0; i < runs; ++i) {
      int32_t first = Take<uint16_t>();
      int32_t more = Take<uint16_t>();
      if (first <= last || first + more > 0xFFFF) {
        return Corrupt("runs overlap");
      }
      last = first + more;
      values += static_cast<uint32_t>(more) + 1;
    }
    return values == cardinality ? Status() : Corrupt("runs have another number of values");
  }

  Status ReadArray(uint32_t cardinality) {
    if (!Has(cardinality * sizeof(uint16_t))) {
      return Corrupt("truncated");
    }
    int32_t last = -1;
    for (uint32_t i = 0; i < cardinality; ++i) {
      int32_t value = Take<uint16_t>();
      if (value <= last) {
        return Corrupt("values are out of order");
      }
      last = value;
    }
    return {};
  }

  Status ReadBitset(uint32_t cardinality) {
    if (!Has(kBitsetBytes)) {
      return Corrupt("truncated");
    }
    uint32_t values = 0;
    for (size_t i = 0; i < kBitsetBytes / sizeof(uint64_t); ++i) {
      values += static_cast<uint32_t>(std::popcount(Take<uint64_t>()));
    }
    return values == cardinality ? Status() : Corrupt("a bitset has another number of values");
  }

  std::string_view bytes_;
  size_t position_ = 0;
  bool has_offsets_ = false;
  std::vector<Container> containers_;
  int64_t cardinality_ = 0;
};

}  // namespace

Result<RoaringExtent> CheckRoaring(std::string_view bytes) { return Walker(bytes).Run(); }

}  // namespace firn::iceberg
