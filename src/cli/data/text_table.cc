#include "cli/data/text_table.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace firn::cli {
namespace {

constexpr std::string_view kGap = "  ";

/// The code point that begins at `at`, and how many bytes it takes; malformed text goes byte by
/// byte.
std::pair<char32_t, size_t> CodePointAt(std::string_view text, size_t at) {
  auto byte = static_cast<unsigned char>(text[at]);
  size_t size = byte < 0x80         ? 1
                : byte >> 5 == 0x6  ? 2
                : byte >> 4 == 0xE  ? 3
                : byte >> 3 == 0x1E ? 4
                                    : 1;
  if (size == 1 || at + size > text.size()) {
    return {byte, 1};
  }
  char32_t code = byte & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) {
    code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  return {code, size};
}

/// East Asian wide and fullwidth blocks and emoji. Source: Unicode, UAX #11, by block.
bool IsWide(char32_t code) {
  return (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
         (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
         (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
         (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x1F300 && code <= 0x1FAFF) ||
         (code >= 0x20000 && code <= 0x3FFFD);
}

/// Combining marks and joiners.
bool IsZeroWidth(char32_t code) {
  return (code >= 0x0300 && code <= 0x036F) || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x20D0 && code <= 0x20FF) || (code >= 0xFE00 && code <= 0xFE0F);
}

void ReplaceControls(std::string& text) {
  for (char& c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      c = '?';
    }
  }
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    auto [code, size] = CodePointAt(text, at);
    width += IsZeroWidth(code) ? 0 : IsWide(code) ? 2 : 1;
    at += size;
  }
  return width;
}

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) {
    widths_.push_back(DisplayWidth(column.title));
  }
}

void TextTable::Add(std::vector<std::string> cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    ReplaceControls(cells[i]);
    widths_[i] = std::max(widths_[i], DisplayWidth(cells[i]));
  }
  rows_.push_back(std::move(cells));
}

std::string TextTable::Line(const std::vector<std::string>& cells) const {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    std::string padding(widths_[i] - DisplayWidth(cells[i]), ' ');
    bool right = columns_[i].align == Align::kRight;
    line += i == 0 ? "" : kGap;
    line += right ? padding + cells[i] : cells[i] + padding;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string TextTable::TakeText() {
  std::string text;
  if (!titles_done_) {
    std::vector<std::string> titles;
    for (const Column& column : columns_) {
      titles.push_back(column.title);
    }
    text = Line(titles);
    titles_done_ = true;
  }
  for (const auto& row : rows_) {
    text += Line(row);
  }
  rows_.clear();
  return text;
}

}  // namespace firn::cli
