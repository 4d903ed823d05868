// Any bytes as a geometry: a box has both corners, of as many dimensions, one below the other.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "iceberg/schema/geo_box.h"

namespace {

using firn::iceberg::GeoBox;

/// Ends the program, which the fuzzer reports.
void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void Check(std::string_view wkb, GeoBox::Edges edges) {
  GeoBox box(edges);
  box.Add(wkb);
  const auto lower = box.Lower();
  const auto upper = box.Upper();
  Require(lower.has_value() == upper.has_value());
  if (!lower) {
    return;
  }
  Require(lower->size() == upper->size() && lower->size() >= 2 * sizeof(double));
  for (size_t at = 0; at < lower->size(); at += sizeof(double)) {
    double low = 0;
    double high = 0;
    std::memcpy(&low, lower->data() + at, sizeof(low));
    std::memcpy(&high, upper->data() + at, sizeof(high));
    Require(low <= high || (std::isnan(low) && std::isnan(high)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view wkb(reinterpret_cast<const char*>(data), size);
  Check(wkb, GeoBox::Edges::kLinear);
  Check(wkb, GeoBox::Edges::kGeodesic);
  return 0;
}
