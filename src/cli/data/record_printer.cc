#include "cli/data/record_printer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/data/figures.h"

namespace firn::cli {
namespace {

constexpr size_t kRowsOfPiece = 1000;
constexpr size_t kBytesOfPiece = 1 << 16;

std::vector<TextTable::Column> TitlesOf(const std::vector<RecordPrinter::Column>& columns) {
  std::vector<TextTable::Column> titles;
  titles.reserve(columns.size());
  for (const RecordPrinter::Column& column : columns) {
    titles.push_back({column.title.empty() ? column.key : column.title, column.align});
  }
  return titles;
}

}  // namespace

RecordPrinter::RecordPrinter(bool json, std::vector<Column> columns)
    : json_(json), columns_(std::move(columns)), table_(TitlesOf(columns_)) {
  if (json_) {
    out_.BeginArray();
  }
}

RecordPrinter& RecordPrinter::Begin() {
  EndRecord();
  any_ = true;
  column_ = 0;
  if (json_) {
    out_.BeginObject();
  }
  return *this;
}

void RecordPrinter::EndRecord() {
  if (!any_) {
    return;
  }
  if (json_) {
    out_.EndObject();
    if (text_.size() >= kBytesOfPiece) {
      Flush();
    }
  } else {
    table_.Add(std::exchange(cells_, {}));
    if (table_.size() >= kRowsOfPiece) {
      Flush();
    }
  }
}

void RecordPrinter::Flush() {
  if (!json_) {
    text_ = table_.TakeText();
  }
  fmt::print("{}", text_);
  text_.clear();
}

void RecordPrinter::Finish(std::string_view nothing) {
  EndRecord();
  if (json_) {
    out_.EndArray();
    text_ += '\n';
    Flush();
  } else if (any_) {
    Flush();
  } else {
    fmt::print("{}\n", nothing);
  }
}

JsonWriter& RecordPrinter::Value() { return out_.Key(columns_[column_++].key); }

RecordPrinter& RecordPrinter::Cell(std::string text) {
  cells_.push_back(std::move(text));
  return *this;
}

RecordPrinter& RecordPrinter::Text(std::string_view text) {
  if (!json_) {
    return Cell(std::string(text));
  }
  Value().String(text);
  return *this;
}

RecordPrinter& RecordPrinter::Number(int64_t number) {
  return json_ ? Id(number) : Cell(Count(number));
}

RecordPrinter& RecordPrinter::Id(int64_t id) {
  if (!json_) {
    return Cell(std::to_string(id));
  }
  Value().Int(id);
  return *this;
}

RecordPrinter& RecordPrinter::Id(std::optional<int64_t> id) { return id ? Id(*id) : None(); }

RecordPrinter& RecordPrinter::Size(int64_t bytes) { return json_ ? Id(bytes) : Cell(Bytes(bytes)); }

RecordPrinter& RecordPrinter::Time(TimestampMs time) {
  return json_ ? Id(time.value()) : Cell(cli::Time(time));
}

RecordPrinter& RecordPrinter::Bool(bool value) {
  if (!json_) {
    return Cell(value ? "yes" : "no");
  }
  Value().Bool(value);
  return *this;
}

RecordPrinter& RecordPrinter::None() {
  if (!json_) {
    return Cell("");
  }
  Value().Null();
  return *this;
}

}  // namespace firn::cli
