#include "iceberg/manifest/avro/encoder.h"

#include <bit>

namespace firn::iceberg::avro {
namespace {

template <class T>
std::string_view BytesOf(const T& value) {
  static_assert(std::endian::native == std::endian::little);
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

void Encoder::Float(float value) { buffer_ += BytesOf(value); }

void Encoder::Double(double value) { buffer_ += BytesOf(value); }

}  // namespace firn::iceberg::avro
