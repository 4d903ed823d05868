// MaintenanceReport: what a maintenance did or would do, as lines for people or as one JSON object.
//
//   compact (dry run: nothing was changed, --run does it)
//     rewritten files   120
//     ...
//                   before     after
//     data files     1,204        12
//
// What a dry run cannot know exactly has "about" before it; in JSON its key is in the list `about`.
//
// Thread-safety: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "table/maintain/maintenance.h"
#include "table/maintain/table_footprint.h"

namespace firn::cli {

/// Whether a dry run can know a figure.
enum class Certainty : uint8_t { kKnown, kAbout };

class MaintenanceReport {
 public:
  MaintenanceReport(std::string operation, table::RunMode mode)
      : operation_(std::move(operation)), mode_(mode) {}

  // Keys are those of the JSON object; people read them with spaces.
  void Figure(std::string_view key, int64_t number, Certainty certainty = Certainty::kKnown);
  void Size(std::string_view key, int64_t bytes, Certainty certainty = Certainty::kKnown);
  void Note(std::string_view key, std::string_view text);
  void Deleted(const table::DeletedFiles& deleted);
  void Files(std::string_view key, const std::vector<std::string>& files);
  void Footprints(const table::TableFootprint& before, const table::TableFootprint& after);
  /// Of a pair of the footprints: what comes after is about right.
  void AfterIsAbout(std::string_view key);

  void Print(bool json) const;

 private:
  struct Line {
    std::string key;
    /// For people; as JSON.
    std::string text;
    std::string json;
    Certainty certainty = Certainty::kKnown;
  };
  struct Pair {
    std::string key;
    int64_t before = 0;
    int64_t after = 0;
    bool is_size = false;
    Certainty certainty = Certainty::kKnown;
  };
  struct List {
    std::string key;
    std::vector<std::string> items;
  };

  void PrintText() const;
  void PrintJson() const;

  const std::string operation_;
  const table::RunMode mode_;
  std::vector<Line> lines_;
  std::vector<Pair> pairs_;
  std::vector<List> lists_;
};

}  // namespace firn::cli
