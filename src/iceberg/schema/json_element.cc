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

json::Array ItemsOf(json::Element array) { return json::Array(array.get_array().value_unsafe()); }

json::Object FieldsOf(json::Element object) {
  return json::Object(object.get_object().value_unsafe());
}

}  // namespace firn::iceberg
