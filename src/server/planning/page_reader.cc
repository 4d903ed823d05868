#include "server/planning/page_reader.h"

#include <algorithm>
#include <limits>
#include <map>

namespace firn::planning {
namespace {

constexpr uint32_t kAllRows = std::numeric_limits<uint32_t>::max();
constexpr int64_t kMaxBatchFiles = 10'000'000;

/// Entries of a manifest, the deleted ones included; nullopt where its list does not say.
std::optional<int64_t> RowsOf(const iceberg::ManifestFile& manifest) {
  if (!manifest.added_files_count || !manifest.existing_files_count) {
    return std::nullopt;
  }
  return int64_t{*manifest.added_files_count} + *manifest.existing_files_count +
         manifest.deleted_files_count.value_or(0);
}

/// Cuts a run of manifests into pieces of at most `target` rows.
class Cutter {
 public:
  Cutter(uint32_t begin, uint32_t first_row, int64_t target)
      : piece_{.begin = begin, .end = begin, .first_row = first_row}, target_(target) {}

  /// Rows [first, last) of the next manifest, of which there are `rows`.
  void Add(uint32_t manifest, uint32_t first, int64_t rows, bool may_cut) {
    if (held_ > 0 && held_ + rows > target_ && (rows <= target_ || !may_cut)) {
      End(manifest, kAllRows, {.begin = manifest, .end = manifest, .first_row = first});
    }
    while (may_cut && held_ + rows > target_) {
      auto taken = static_cast<uint32_t>(target_ - held_);
      first += taken;
      rows -= taken;
      End(manifest + 1, first, {.begin = manifest, .end = manifest, .first_row = first});
    }
    held_ += rows;
    piece_.end = manifest + 1;
  }

  /// All pieces; the last one ends before row `end_row` of its last manifest.
  std::vector<PlanSlice> Finish(uint32_t end_row) {
    if (!piece_.empty()) {
      piece_.end_row = end_row;
      pieces_.push_back(piece_);
    }
    return std::move(pieces_);
  }

 private:
  void End(uint32_t end, uint32_t end_row, const PlanSlice& next) {
    piece_.end = end;
    piece_.end_row = end_row;
    pieces_.push_back(piece_);
    piece_ = next;
    held_ = 0;
  }

  std::vector<PlanSlice> pieces_;
  PlanSlice piece_;
  const int64_t target_;
  int64_t held_ = 0;
};

}  // namespace

PageReader::PageReader(const table::ScanPlan& plan,
                       const PlanSlice& slice,
                       const PageLimits& limits,
                       PlanSink& sink)
    : plan_(plan),
      begin_(slice.begin),
      first_row_(slice.first_row),
      rest_(slice),
      limits_(limits),
      sink_(sink) {}

Result<PlanSlice> PageReader::Read() {
  int64_t files = limits_.files;
  if (enough_rows()) {
    rest_.begin = rest_.end;
  }
  while (!rest_.empty() && !page_ended_) {
    uint32_t end = EndOfBatch(files);
    table::TaskRange range{.first_row = rest_.first_row,
                           .end_row = end == rest_.end ? rest_.end_row : kAllRows,
                           .enough_files = static_cast<size_t>(limits_.files),
                           .until = limits_.until};
    batch_ended_ = false;
    Status read = plan_.ForEachManifest(
        rest_.begin, end, range, [this](const table::ManifestTasks& tasks) { return Take(tasks); });
    if (!read.has_value() && !batch_ended_) {
      // What was given stays given; who asks for the rest is told what is wrong with it.
      bool went_on = rest_.begin != begin_ || rest_.first_row != first_row_;
      return went_on ? Result<PlanSlice>(rest_) : read.error();
    }
    files = std::min(2 * files, kMaxBatchFiles);
  }
  return rest_;
}

uint32_t PageReader::EndOfBatch(int64_t files) const {
  int64_t held = 0;
  uint32_t end = rest_.begin;
  while (end < rest_.end && held < files) {
    held += RowsOf(plan_.manifest(end)).value_or(files);
    ++end;
  }
  return end;
}

Status PageReader::Take(const table::ManifestTasks& tasks) {
  ASSIGN_OR_RETURN(size_t taken, sink_.Take(plan_, tasks));
  CountRows(tasks, taken);
  bool late = std::chrono::steady_clock::now() >= limits_.until;
  if (enough_rows()) {
    rest_.begin = rest_.end;
    page_ended_ = true;
  } else if (taken < tasks.files.size()) {
    rest_.first_row = tasks.files[taken].row;
    page_ended_ = true;
  } else if (!tasks.whole) {
    rest_.first_row = tasks.next_row;
    page_ended_ = late;
    batch_ended_ = true;
  } else {
    ++rest_.begin;
    rest_.first_row = 0;
    page_ended_ = late;
  }
  batch_ended_ = batch_ended_ || page_ended_;
  if (batch_ended_) {
    return Error(ErrorCode::kDeadlineExceeded, "The page ends here");
  }
  return {};
}

void PageReader::CountRows(const table::ManifestTasks& tasks, size_t taken) {
  if (!limits_.min_rows) {
    return;
  }
  std::map<uint32_t, bool> all_match;  // by partition
  for (size_t i = 0; i < taken; ++i) {
    const table::FileTask& file = tasks.files[i];
    auto [match, is_new] = all_match.try_emplace(tasks.manifest->partition_ids[file.row]);
    if (is_new) {
      match->second = plan_.ResidualOf(tasks, file).is_true();
    }
    if (match->second && file.deletes.empty()) {
      rows_ += tasks.manifest->record_counts[file.row];
    }
  }
}

std::vector<PlanSlice> CutSlice(const table::ScanPlan& plan, const PlanSlice& rest, int64_t files) {
  int64_t all = 0;
  for (uint32_t i = rest.begin; i < rest.end; ++i) {
    all += RowsOf(plan.manifest(i)).value_or(files);
  }
  // Two pieces beside each other have more than `target` rows together.
  int64_t target = std::max(files, 2 * all / static_cast<int64_t>(kMaxPlanTasks) + 1);
  target = std::min<int64_t>(target, kAllRows / 2);
  Cutter cutter(rest.begin, rest.first_row, target);
  for (uint32_t i = rest.begin; i < rest.end; ++i) {
    std::optional<int64_t> known = RowsOf(plan.manifest(i));
    uint32_t first = i == rest.begin ? rest.first_row : 0;
    int64_t rows = known.value_or(files);
    if (i + 1 == rest.end) {
      rows = std::min<int64_t>(rows, rest.end_row);
    }
    cutter.Add(i, first, std::max<int64_t>(rows - first, 0), known.has_value());
  }
  return cutter.Finish(rest.end_row);
}

}  // namespace firn::planning
