// RecordPrinter: records of one kind as a table for people, or as a JSON array. Cells are given
// once, each in both forms.
//
//   RecordPrinter out(json, {{"snapshot-id", "snapshot", Align::kRight}, {"operation"}});
//   out.Begin().Number(id).Text("append");
//   out.Finish();
//
// Printed piece by piece: memory does not grow with the records. Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json_writer.h"
#include "cli/data/text_table.h"

namespace firn::cli {

class RecordPrinter {
 public:
  struct Column {
    /// Of the JSON object.
    std::string key;
    /// Of the table; `key` where empty.
    std::string title;
    Align align = Align::kLeft;
  };

  RecordPrinter(bool json, std::vector<Column> columns);

  /// A new record; then one call a column, in their order.
  RecordPrinter& Begin();
  RecordPrinter& Text(std::string_view text);
  /// With separators for people.
  RecordPrinter& Number(int64_t number);
  /// As it is: ids.
  RecordPrinter& Id(int64_t id);
  RecordPrinter& Id(std::optional<int64_t> id);
  /// Bytes, in units for people.
  RecordPrinter& Size(int64_t bytes);
  /// Milliseconds in JSON.
  RecordPrinter& Time(TimestampMs time);
  RecordPrinter& Bool(bool value);
  /// Nothing: null, or an empty cell.
  RecordPrinter& None();

  /// `nothing` is what people are told where there was no record.
  void Finish(std::string_view nothing);

 private:
  /// The JSON value comes next.
  JsonWriter& Value();
  RecordPrinter& Cell(std::string text);
  void EndRecord();
  void Flush();

  const bool json_;
  const std::vector<Column> columns_;
  TextTable table_;
  std::vector<std::string> cells_;
  std::string text_;
  JsonWriter out_{text_};
  size_t column_ = 0;
  bool any_ = false;
};

}  // namespace firn::cli
