#include "cli/data/text_table.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/command/terminal_text.h"

namespace firn::cli {
namespace {

constexpr std::string_view kGap = "  ";

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_) {
    column.title = Printable(column.title);
    widths_.push_back(DisplayWidth(column.title));
  }
}

void TextTable::Add(std::vector<std::string> cells) {
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i] = Printable(cells[i]);
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
