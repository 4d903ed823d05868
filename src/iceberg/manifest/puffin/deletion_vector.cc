#include "iceberg/manifest/puffin/deletion_vector.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include <libdeflate.h>
#include <roaring/roaring.h>

#include "iceberg/manifest/puffin/roaring_format_internal.h"

namespace firn::iceberg {

/// Null where the library found no memory.
class RoaringBitmap {
 public:
  explicit RoaringBitmap(roaring_bitmap_t* raw) : raw_(raw) {}
  RoaringBitmap(const RoaringBitmap&) = delete;
  RoaringBitmap& operator=(const RoaringBitmap&) = delete;
  ~RoaringBitmap() {
    if (raw_ != nullptr) {
      roaring_bitmap_free(raw_);
    }
  }

  roaring_bitmap_t* get() { return raw_; }
  const roaring_bitmap_t* get() const { return raw_; }

 private:
  roaring_bitmap_t* raw_;
};

namespace {

constexpr std::string_view kMagic = "\xD1\xD3\x39\x64";
/// Length, magic, number of bitmaps, checksum.
constexpr size_t kLengthBytes = 4;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kCountBytes = 8;
constexpr size_t kKeyBytes = 4;
constexpr size_t kMinBytes = kLengthBytes + kMagic.size() + kCountBytes + kChecksumBytes;
/// Keys are positive, and other implementations end one before the last.
constexpr uint32_t kMaxKey = 0x7FFFFFFE;

Error Corrupt(size_t offset, std::string_view why) {
  return Error(ErrorCode::kInvalidMetadata, "Corrupt deletion vector at byte " +
                                                std::to_string(offset) + ": " + std::string(why));
}

template <class T>
T LittleEndian(std::string_view bytes) {
  static_assert(std::endian::native == std::endian::little);
  T value = 0;
  bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
  return value;
}

uint32_t BigEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (char byte : bytes.substr(0, sizeof value)) {
    value = (value << 8) | static_cast<unsigned char>(byte);
  }
  return value;
}

void AppendBigEndian(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift);
  }
}

template <class T>
void AppendLittleEndian(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

uint32_t KeyOf(int64_t position) { return static_cast<uint32_t>(position >> 32); }
uint32_t LowOf(int64_t position) { return static_cast<uint32_t>(position & 0xFFFFFFFF); }

/// The vector behind magic and before checksum, both of which are right.
Result<std::string_view> CheckFrame(std::string_view blob) {
  if (blob.size() < kMinBytes) {
    return Corrupt(blob.size(), "too short");
  }
  std::string_view checked = blob.substr(kLengthBytes, blob.size() - kLengthBytes - kChecksumBytes);
  if (BigEndian(blob) != checked.size()) {
    return Corrupt(0, "the length is not the blob's");
  }
  if (!checked.starts_with(kMagic)) {
    return Corrupt(kLengthBytes, "not a deletion vector");
  }
  size_t checksum_offset = blob.size() - kChecksumBytes;
  if (libdeflate_crc32(0, checked.data(), checked.size()) !=
      BigEndian(blob.substr(checksum_offset))) {
    return Corrupt(checksum_offset, "the checksum is wrong");
  }
  return checked.substr(kMagic.size());
}

/// A bitmap of the vector that was found sound.
struct Part {
  uint32_t key = 0;
  std::string_view bytes;
};

/// All bitmaps, walked through; together they have `cardinality` values.
Result<std::vector<Part>> CheckBitmaps(std::string_view vector, int64_t cardinality) {
  constexpr size_t kBase = kLengthBytes + kMagic.size();
  auto count = LittleEndian<uint64_t>(vector);
  size_t position = kCountBytes;
  if (count > vector.size() / kKeyBytes) {
    return Corrupt(kBase, "more bitmaps than data");
  }
  std::vector<Part> parts;
  int64_t values = 0;
  for (; count > 0; --count) {
    if (vector.size() - position < kKeyBytes) {
      return Corrupt(kBase + position, "truncated");
    }
    auto key = LittleEndian<uint32_t>(vector.substr(position));
    if (key > kMaxKey || (!parts.empty() && key <= parts.back().key)) {
      return Corrupt(kBase + position, "bitmaps are out of order");
    }
    position += kKeyBytes;
    auto extent = CheckRoaring(vector.substr(position));
    if (!extent.has_value()) {
      return Corrupt(kBase + position, extent.error().message());
    }
    parts.push_back({key, vector.substr(position, extent->bytes)});
    position += extent->bytes;
    values += extent->cardinality;
  }
  if (position != vector.size()) {
    return Corrupt(kBase + position, "data after the last bitmap");
  }
  if (values != cardinality) {
    return Corrupt(kBase, "has " + std::to_string(values) + " positions where the manifest says " +
                              std::to_string(cardinality));
  }
  return parts;
}

}  // namespace

void DeletionVector::Free::operator()(RoaringBitmap* bitmap) const { delete bitmap; }

Result<DeletionVector> DeletionVector::Parse(std::string_view blob, int64_t cardinality) {
  ASSIGN_OR_RETURN(std::string_view bytes, CheckFrame(blob));
  ASSIGN_OR_RETURN(std::vector<Part> parts, CheckBitmaps(bytes, cardinality));
  DeletionVector vector;
  for (const Part& part : parts) {
    Bitmap bitmap(new RoaringBitmap(
        roaring_bitmap_portable_deserialize_safe(part.bytes.data(), part.bytes.size())));
    if (bitmap->get() == nullptr) {
      return OutOfMemory();
    }
    // Other writers keep empty ones between keys.
    if (!roaring_bitmap_is_empty(bitmap->get())) {
      vector.bitmaps_.emplace(part.key, std::move(bitmap));
    }
  }
  return vector;
}

Result<std::string> DeletionVector::Print() const {
  std::string blob(kLengthBytes, '\0');
  blob += kMagic;
  AppendLittleEndian(blob, static_cast<uint64_t>(bitmaps_.size()));
  for (const auto& [key, bitmap] : bitmaps_) {
    RoaringBitmap optimised(roaring_bitmap_copy(bitmap->get()));
    if (optimised.get() == nullptr) {
      return OutOfMemory();
    }
    roaring_bitmap_run_optimize(optimised.get());
    AppendLittleEndian(blob, key);
    size_t begin = blob.size();
    blob.resize(begin + roaring_bitmap_portable_size_in_bytes(optimised.get()));
    roaring_bitmap_portable_serialize(optimised.get(), blob.data() + begin);
  }
  std::string_view checked = std::string_view(blob).substr(kLengthBytes);
  uint32_t checksum = libdeflate_crc32(0, checked.data(), checked.size());
  std::string length;
  AppendBigEndian(length, static_cast<uint32_t>(checked.size()));
  blob.replace(0, kLengthBytes, length);
  AppendBigEndian(blob, checksum);
  return blob;
}

Status DeletionVector::Add(int64_t position) {
  if (position < 0 || position > kMaxPosition) {
    return Error(ErrorCode::kInvalidArgument,
                 "A row's position is out of range: " + std::to_string(position));
  }
  auto found = bitmaps_.find(KeyOf(position));
  if (found == bitmaps_.end()) {
    Bitmap bitmap(new RoaringBitmap(roaring_bitmap_create()));
    if (bitmap->get() == nullptr) {
      return OutOfMemory();
    }
    found = bitmaps_.emplace(KeyOf(position), std::move(bitmap)).first;
  }
  roaring_bitmap_add(found->second->get(), LowOf(position));
  return {};
}

Status DeletionVector::Merge(const DeletionVector& other) {
  for (const auto& [key, bitmap] : other.bitmaps_) {
    auto found = bitmaps_.find(key);
    if (found != bitmaps_.end()) {
      roaring_bitmap_or_inplace(found->second->get(), bitmap->get());
      continue;
    }
    Bitmap copy(new RoaringBitmap(roaring_bitmap_copy(bitmap->get())));
    if (copy->get() == nullptr) {
      return OutOfMemory();
    }
    bitmaps_.emplace(key, std::move(copy));
  }
  return {};
}

bool DeletionVector::Contains(int64_t position) const {
  if (position < 0) {
    return false;
  }
  auto found = bitmaps_.find(KeyOf(position));
  return found != bitmaps_.end() && roaring_bitmap_contains(found->second->get(), LowOf(position));
}

int64_t DeletionVector::cardinality() const {
  int64_t values = 0;
  for (const auto& [key, bitmap] : bitmaps_) {
    values += static_cast<int64_t>(roaring_bitmap_get_cardinality(bitmap->get()));
  }
  return values;
}

std::vector<int64_t> DeletionVector::Between(int64_t begin, int64_t end) const {
  std::vector<int64_t> positions;
  begin = std::max<int64_t>(begin, 0);
  if (begin >= end) {
    return positions;
  }
  for (auto at = bitmaps_.lower_bound(KeyOf(begin)); at != bitmaps_.end(); ++at) {
    int64_t base = static_cast<int64_t>(at->first) << 32;
    if (base >= end) {
      break;
    }
    roaring_uint32_iterator_t values;
    roaring_init_iterator(at->second->get(), &values);
    roaring_move_uint32_iterator_equalorlarger(&values, base >= begin ? 0 : LowOf(begin));
    std::array<uint32_t, 256> buffer{};
    while (true) {
      uint32_t read = roaring_read_uint32_iterator(&values, buffer.data(), buffer.size());
      for (uint32_t i = 0; i < read; ++i) {
        if (base + buffer[i] >= end) {
          return positions;
        }
        positions.push_back(base + buffer[i]);
      }
      if (read < buffer.size()) {
        break;
      }
    }
  }
  return positions;
}

bool operator==(const DeletionVector& a, const DeletionVector& b) {
  auto same = [](const auto& x, const auto& y) {
    return x.first == y.first && roaring_bitmap_equals(x.second->get(), y.second->get());
  };
  return std::ranges::equal(a.bitmaps_, b.bitmaps_, same);
}

}  // namespace firn::iceberg
