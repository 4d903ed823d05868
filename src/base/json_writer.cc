#include "base/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>

namespace firn {
namespace {

/// What a byte becomes inside a JSON string: 0 as it is, 'u' for \u00XX, else the letter after '\'.
constexpr std::array<char, 256> MakeEscapes() {
  std::array<char, 256> escapes{};
  for (size_t i = 0; i < 0x20; ++i) {
    escapes[i] = 'u';
  }
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes[0x7F] = 'u';
  return escapes;
}

constexpr auto kEscapes = MakeEscapes();

void AppendEscape(std::string& out, unsigned char byte) {
  static constexpr char kDigits[] = "0123456789abcdef";
  char escape = kEscapes[byte];
  out += '\\';
  out += escape;
  if (escape == 'u') {
    out += "00";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 0x0F];
  }
}

}  // namespace

void AppendJsonString(std::string& out, std::string_view value) {
  out += '"';
  size_t copied = 0;
  for (size_t i = 0; i < value.size(); ++i) {
    auto byte = static_cast<unsigned char>(value[i]);
    if (kEscapes[byte] != 0) {
      out.append(value, copied, i - copied);
      AppendEscape(out, byte);
      copied = i + 1;
    }
  }
  out.append(value, copied, value.size() - copied);
  out += '"';
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  Separate();
  AppendJsonString(out_, key);
  out_ += ':';
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  Separate();
  AppendJsonString(out_, value);
  need_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Int(int64_t value) {
  std::array<char, 24> text{};
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return Raw({text.data(), static_cast<size_t>(end - text.data())});
}

JsonWriter& JsonWriter::Double(double value) {
  if (!std::isfinite(value)) {
    return Null();
  }
  std::array<char, 32> text{};
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  std::string_view digits(text.data(), static_cast<size_t>(end - text.data()));
  Raw(digits);
  if (digits.find_first_of(".e") == std::string_view::npos) {
    out_ += ".0";
  }
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view json) {
  Separate();
  out_ += json;
  need_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Open(char bracket) {
  Separate();
  out_ += bracket;
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char bracket) {
  out_ += bracket;
  need_comma_ = true;
  return *this;
}

void JsonWriter::Separate() {
  if (need_comma_) {
    out_ += ',';
  }
}

}  // namespace firn
