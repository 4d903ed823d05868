#include "iceberg/schema/geo_box.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace firn::iceberg {
namespace {

constexpr int kMaxNesting = 32;
constexpr double kMaxLongitude = 180;
constexpr double kMaxLatitude = 90;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

constexpr size_t kX = 0;
constexpr size_t kY = 1;
constexpr size_t kZ = 2;
constexpr size_t kM = 3;

// What a type's number says modulo a thousand; the thousands say which dimensions it has.
constexpr uint32_t kPoint = 1;
constexpr uint32_t kLineString = 2;
constexpr uint32_t kPolygon = 3;
constexpr uint32_t kMultiPoint = 4;
constexpr uint32_t kCollection = 7;

enum class ByteOrder : uint8_t { kBig = 0, kLittle = 1 };

}  // namespace

void GeoBox::Range::Add(double value) {
  if (std::isnan(value)) {
    return;
  }
  least = any ? std::min(least, value) : value;
  greatest = any ? std::max(greatest, value) : value;
  any = true;
}

/// Walks one value and gives its points to the box. Each call is false where the bytes are not what
/// they should be.
class GeoBox::Reader {
 public:
  Reader(std::string_view bytes, GeoBox& box) : rest_(bytes), box_(box) {}

  bool ReadAll() { return ReadGeometry(0) && rest_.empty(); }

 private:
  struct Dimensions {
    bool z = false;
    bool m = false;
  };

  bool ReadGeometry(int depth) {
    uint32_t order = 0;
    uint32_t type = 0;
    if (depth > kMaxNesting || !ReadByte(order) || order > 1) {
      return false;
    }
    const auto byte_order = static_cast<ByteOrder>(order);
    if (!ReadInteger(type, byte_order) || type / 1000 > 3) {
      return false;
    }
    const Dimensions has{.z = type / 1000 % 2 == 1, .m = type / 1000 >= 2};
    switch (type % 1000) {
      case kPoint:
        return ReadPoint(byte_order, has);
      case kLineString:
        return edges_stay_inside() && ReadPoints(byte_order, has);
      case kPolygon:
        return edges_stay_inside() && ReadRings(byte_order, has);
      default:
        return type % 1000 >= kMultiPoint && type % 1000 <= kCollection &&
               ReadParts(byte_order, depth);
    }
  }

  /// Whether lines between points are in the box of the points.
  bool edges_stay_inside() const { return box_.edges_ == Edges::kLinear; }

  bool ReadParts(ByteOrder order, int depth) {
    uint32_t count = 0;
    if (!ReadInteger(count, order)) {
      return false;
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (!ReadGeometry(depth + 1)) {
        return false;
      }
    }
    return true;
  }

  bool ReadRings(ByteOrder order, const Dimensions& has) {
    uint32_t count = 0;
    if (!ReadInteger(count, order)) {
      return false;
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (!ReadPoints(order, has)) {
        return false;
      }
    }
    return true;
  }

  bool ReadPoints(ByteOrder order, const Dimensions& has) {
    uint32_t count = 0;
    if (!ReadInteger(count, order)) {
      return false;
    }
    for (uint32_t i = 0; i < count; ++i) {
      if (!ReadPoint(order, has)) {
        return false;
      }
    }
    return true;
  }

  bool ReadPoint(ByteOrder order, const Dimensions& has) {
    std::array<double, 4> point = {kNan, kNan, kNan, kNan};
    return ReadDouble(point[kX], order) && ReadDouble(point[kY], order) &&
           (!has.z || ReadDouble(point[kZ], order)) && (!has.m || ReadDouble(point[kM], order)) &&
           box_.AddPoint(point);
  }

  bool ReadByte(uint32_t& value) {
    if (rest_.empty()) {
      return false;
    }
    value = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return true;
  }

  /// An integer of the size of `value`.
  template <class T>
  bool ReadInteger(T& value, ByteOrder order) {
    if (rest_.size() < sizeof(T)) {
      return false;
    }
    value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) {
      const size_t at = order == ByteOrder::kBig ? i : sizeof(T) - 1 - i;
      value = value << 8 | static_cast<uint8_t>(rest_[at]);
    }
    rest_.remove_prefix(sizeof(T));
    return true;
  }

  bool ReadDouble(double& value, ByteOrder order) {
    uint64_t bits = 0;
    if (!ReadInteger(bits, order)) {
      return false;
    }
    value = std::bit_cast<double>(bits);
    return true;
  }

  std::string_view rest_;
  GeoBox& box_;
};

void GeoBox::Add(std::string_view wkb) { sound_ = sound_ && Reader(wkb, *this).ReadAll(); }

bool GeoBox::AddPoint(const std::array<double, 4>& point) {
  const bool outside = std::abs(point[kX]) > kMaxLongitude || std::abs(point[kY]) > kMaxLatitude;
  if (edges_ == Edges::kGeodesic && outside) {
    return false;
  }
  for (size_t i = 0; i < point.size(); ++i) {
    ranges_[i].Add(point[i]);
  }
  return true;
}

std::optional<std::string> GeoBox::Corner(double Range::* bound) const {
  if (!sound_ || !ranges_[kX].any || !ranges_[kY].any) {
    return std::nullopt;
  }
  const size_t count = ranges_[kM].any ? 4 : ranges_[kZ].any ? 3 : 2;
  std::string corner;
  for (size_t i = 0; i < count; ++i) {
    const double value = ranges_[i].any ? ranges_[i].*bound : kNan;
    std::array<char, sizeof(double)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof(value));
    if constexpr (std::endian::native == std::endian::big) {
      std::ranges::reverse(bytes);
    }
    corner.append(bytes.data(), bytes.size());
  }
  return corner;
}

}  // namespace firn::iceberg
