#include "iceberg/schema/json_element.h"

namespace firn::iceberg {

std::string Excerpt(json::Element element) {
  constexpr size_t kMaxBytes = 256;
  std::string text = json::ToJson(element);
  if (text.size() <= kMaxBytes) {
    return text;
  }
  size_t end = kMaxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return text.substr(0, end) + "...";
}

json::Array ItemsOf(json::Element array) {
  json::Array items;
  static_cast<void>(array.get_array().get(items));
  return items;
}

json::Object FieldsOf(json::Element object) {
  json::Object fields;
  static_cast<void>(object.get_object().get(fields));
  return fields;
}

}  // namespace firn::iceberg
