// TextTable: rows of text in columns as wide as they must be, for people. Titles and cells
// may come from files: they are made Printable.
//
//   id                   operation    rows
//   4310412355233120482  append      1,000
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace firn::cli {

enum class Align : uint8_t { kLeft, kRight };

class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> columns);

  /// As many cells as there are columns.
  void Add(std::vector<std::string> cells);
  size_t size() const { return rows_.size(); }

  /// The rows since the last call; the first text begins with the titles. Each line ends with a
  /// line feed. Columns never get narrower, so a long table can be printed piece by piece.
  std::string TakeText();

 private:
  std::string Line(const std::vector<std::string>& cells) const;

  std::vector<Column> columns_;
  std::vector<size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool titles_done_ = false;
};

}  // namespace firn::cli
