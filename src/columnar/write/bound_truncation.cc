#include "columnar/write/bound_truncation.h"

namespace firn::columnar {
namespace {

constexpr uint32_t kMaxCodePoint = 0x10FFFF;
constexpr uint32_t kFirstSurrogate = 0xD800;
constexpr uint32_t kAfterSurrogates = 0xE000;

bool Continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::string EncodeOne(uint32_t code) {
  auto tail = [code](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    return {static_cast<char>(code)};
  }
  if (code < 0x800) {
    return {static_cast<char>(0xC0 | (code >> 6)), tail(0)};
  }
  if (code < 0x10000) {
    return {static_cast<char>(0xE0 | (code >> 12)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

/// The code point that `text` is; nullopt where it is not exactly one, or not in its only form.
std::optional<uint32_t> DecodeOne(std::string_view text) {
  constexpr size_t kMaxBytes = 4;
  if (text.size() > kMaxBytes) {
    return std::nullopt;
  }
  auto first = static_cast<unsigned char>(text[0]);
  uint32_t code = text.size() == 1 ? first : first & (0x7FU >> text.size());
  for (char byte : text.substr(1)) {
    code = (code << 6) | (static_cast<unsigned char>(byte) & 0x3FU);
  }
  bool valid = code <= kMaxCodePoint && !(code >= kFirstSurrogate && code < kAfterSurrogates) &&
               EncodeOne(code) == text;
  return valid ? std::optional(code) : std::nullopt;
}

}  // namespace

std::string TruncateText(std::string_view text, int32_t length) {
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if (!Continues(text[end]) && length-- == 0) {
      break;
    }
  }
  return std::string(text.substr(0, end));
}

std::optional<std::string> TruncateTextUp(std::string_view text, int32_t length) {
  std::string cut = TruncateText(text, length);
  if (cut.size() == text.size()) {
    return cut;
  }
  while (!cut.empty()) {
    size_t begin = cut.size() - 1;
    while (begin > 0 && Continues(cut[begin])) {
      --begin;
    }
    auto code = DecodeOne(std::string_view(cut).substr(begin));
    if (!code) {
      return std::nullopt;
    }
    cut.resize(begin);
    uint32_t next = *code + 1 == kFirstSurrogate ? kAfterSurrogates : *code + 1;
    if (next <= kMaxCodePoint) {
      return cut + EncodeOne(next);
    }
  }
  return std::nullopt;
}

std::optional<std::string> TruncateBytesUp(std::string_view bytes, int32_t length) {
  if (bytes.size() <= static_cast<size_t>(length)) {
    return std::string(bytes);
  }
  std::string cut(bytes.substr(0, static_cast<size_t>(length)));
  while (!cut.empty()) {
    auto last = static_cast<unsigned char>(cut.back());
    if (last != 0xFF) {
      cut.back() = static_cast<char>(last + 1);
      return cut;
    }
    cut.pop_back();
  }
  return std::nullopt;
}

}  // namespace firn::columnar
