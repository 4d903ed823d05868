#include "cli/data/maintenance_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "cli/command/remote_command.h"
#include "cli/data/figures.h"
#include "cli/data/text_table.h"

namespace firn::cli {
namespace {

std::string ForPeople(std::string_view key) {
  std::string text(key);
  std::ranges::replace(text, '-', ' ');
  return text;
}

std::string About(Certainty certainty) { return certainty == Certainty::kAbout ? "about " : ""; }

}  // namespace

void MaintenanceReport::Figure(std::string_view key, int64_t number, Certainty certainty) {
  lines_.push_back(
      {std::string(key), About(certainty) + Count(number), std::to_string(number), certainty});
}

void MaintenanceReport::Size(std::string_view key, int64_t bytes, Certainty certainty) {
  lines_.push_back(
      {std::string(key), About(certainty) + Bytes(bytes), std::to_string(bytes), certainty});
}

void MaintenanceReport::Note(std::string_view key, std::string_view text) {
  std::string json;
  AppendJsonString(json, text);
  lines_.push_back({std::string(key), std::string(text), std::move(json), Certainty::kKnown});
}

void MaintenanceReport::Deleted(const table::DeletedFiles& deleted) {
  Figure("deleted-data-files", deleted.data_files);
  Figure("deleted-delete-files", deleted.delete_files);
  Figure("deleted-manifests", deleted.manifests);
  Figure("deleted-manifest-lists", deleted.manifest_lists);
  Figure("deleted-statistics-files", deleted.statistics_files);
  Figure("deleted-metadata-files", deleted.metadata_files);
  Figure("deleted-other-files", deleted.other_files);
  Size("deleted-bytes", deleted.bytes);
  Figure("files-left-outside", deleted.left_outside);
  Figure("files-not-deleted", deleted.failed);
  if (deleted.stopped_by) {
    Note("stopped-by", deleted.stopped_by->message());
  }
}

void MaintenanceReport::Files(std::string_view key, const std::vector<std::string>& files) {
  lists_.push_back({std::string(key), files});
}

void MaintenanceReport::Footprints(const table::TableFootprint& before,
                                   const table::TableFootprint& after) {
  auto add = [&](const char* key, int64_t table::TableFootprint::* figure, bool is_size = false) {
    pairs_.push_back({key, before.*figure, after.*figure, is_size, Certainty::kKnown});
  };
  add("snapshots", &table::TableFootprint::snapshots);
  add("manifests", &table::TableFootprint::manifests);
  add("data-files", &table::TableFootprint::data_files);
  add("data-bytes", &table::TableFootprint::data_bytes, true);
  add("delete-files", &table::TableFootprint::delete_files);
  add("delete-bytes", &table::TableFootprint::delete_bytes, true);
}

void MaintenanceReport::AfterIsAbout(std::string_view key) {
  for (Pair& pair : pairs_) {
    if (pair.key == key) {
      pair.certainty = Certainty::kAbout;
    }
  }
}

void MaintenanceReport::Print(bool json) const { json ? PrintJson() : PrintText(); }

void MaintenanceReport::PrintText() const {
  bool dry = mode_ == table::RunMode::kDryRun;
  PrintLine(operation_ + (dry ? ": nothing was changed; --run would" : ": done"));
  TextTable figures({{""}, {"", Align::kRight}});
  for (const Line& line : lines_) {
    figures.Add({"  " + ForPeople(line.key), line.text});
  }
  std::string text = figures.TakeText();
  fmt::print("{}", text.substr(text.find('\n') + 1));  // its titles are empty
  if (!pairs_.empty()) {
    TextTable table({{""}, {"before", Align::kRight}, {"after", Align::kRight}});
    for (const Pair& pair : pairs_) {
      table.Add({"  " + ForPeople(pair.key), pair.is_size ? Bytes(pair.before) : Count(pair.before),
                 About(pair.certainty) + (pair.is_size ? Bytes(pair.after) : Count(pair.after))});
    }
    fmt::print("{}", table.TakeText());
  }
  for (const List& list : lists_) {
    for (const std::string& item : list.items) {
      PrintLine(ForPeople(list.key) + ": " + item);
    }
  }
}

void MaintenanceReport::PrintJson() const {
  std::string text;
  JsonWriter out(text);
  out.BeginObject()
      .Field("operation", operation_)
      .Field("dry-run", mode_ == table::RunMode::kDryRun);
  for (const Line& line : lines_) {
    out.RawField(line.key, line.json);
  }
  for (const Pair& pair : pairs_) {
    out.Key(pair.key).BeginObject().Field("before", pair.before).Field("after", pair.after);
    out.EndObject();
  }
  out.Key("about").BeginArray();
  for (const Line& line : lines_) {
    if (line.certainty == Certainty::kAbout) {
      out.String(line.key);
    }
  }
  for (const Pair& pair : pairs_) {
    if (pair.certainty == Certainty::kAbout) {
      out.String(pair.key);
    }
  }
  out.EndArray();
  for (const List& list : lists_) {
    out.Key(list.key).BeginArray();
    for (const std::string& item : list.items) {
      out.String(item);
    }
    out.EndArray();
  }
  out.EndObject();
  fmt::print("{}\n", text);
}

}  // namespace firn::cli
