#include "columnar/pages/page_choice.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include <parquet/page_index.h>
#include <parquet/schema.h>

#include "columnar/io/arrow_status.h"
#include "columnar/pages/column_range.h"
#include "columnar/pages/group_pages_internal.h"

namespace firn::columnar {
namespace {

using iceberg::BoundExpression;
using iceberg::BoundPredicate;

/// Pages are read where at most this share of the rows may match ...
constexpr int64_t kRowsShare = 2;
/// ... at least this share of the bytes need not be read ...
constexpr int64_t kBytesShare = 4;
/// ... and the indexes are not longer than this share of the chunks.
constexpr int64_t kIndexShare = 4;
/// Indexes of so many bytes are fetched at a time, those of one row group at least.
constexpr int64_t kIndexBytes = int64_t{16} << 20;

int64_t LengthOf(std::span<const ByteRange> ranges) {
  int64_t bytes = 0;
  for (const ByteRange& range : ranges) {
    bytes += range.length;
  }
  return bytes;
}

template <class Visit>
void ForEachPredicate(const BoundExpression& filter, Visit&& visit) {
  if (filter.kind() == BoundExpression::Kind::kPredicate) {
    visit(filter.predicate());
  }
  for (const BoundExpression& child : filter.children()) {
    ForEachPredicate(child, visit);
  }
}

/// The rows that `rows_of` gives for each predicate, joined as the filter, without not, says.
template <class RowsOf>
RowRanges RowsThatMayMatch(const BoundExpression& filter, int64_t rows, RowsOf&& rows_of) {
  switch (filter.kind()) {
    case BoundExpression::Kind::kTrue:
      return RowRanges::All(rows);
    case BoundExpression::Kind::kFalse:
      return {};
    case BoundExpression::Kind::kPredicate:
      return rows_of(filter.predicate());
    default:
      break;
  }
  bool is_or = filter.kind() == BoundExpression::Kind::kOr;
  RowRanges joined = is_or ? RowRanges() : RowRanges::All(rows);
  for (const BoundExpression& child : filter.children()) {
    RowRanges of_child = RowsThatMayMatch(child, rows, rows_of);
    joined = is_or ? Unite(joined, of_child) : Intersect(joined, of_child);
  }
  return joined;
}

/// Counts of a page of a column outside lists. What contradicts itself is unknown.
iceberg::ValueCounts CountsOf(const parquet::ColumnIndex& index, size_t page, int64_t rows) {
  iceberg::ValueCounts counts{.records = rows, .values = rows};
  bool all_null = index.null_pages()[page];
  if (!index.has_null_counts()) {
    counts.nulls = all_null ? std::optional(rows) : std::nullopt;
    return counts;
  }
  int64_t nulls = index.null_counts()[page];
  if (nulls >= 0 && nulls <= rows && all_null == (nulls == rows)) {
    counts.nulls = nulls;
  }
  return counts;
}

ChosenPages Choose(const ChunkPages& chunk, const RowRanges& rows) {
  ChosenPages chosen{.dictionary = chunk.dictionary,
                     .all_pages = static_cast<int64_t>(chunk.pages.size())};
  for (size_t i = 0; i < chunk.pages.size(); ++i) {
    const DataPagePlace& page = chunk.pages[i];
    if (rows.Touches(page.rows)) {
      chosen.needs_dictionary = chosen.needs_dictionary || i < chunk.coded;
      chosen.pages.push_back(page);
      chosen.rows.Append(page.rows);
    }
  }
  return chosen;
}

class Chooser {
 public:
  Chooser(const PagedFile& file,
          const BoundExpression& filter,
          const std::vector<int>& leaves,
          PageIndexUse use)
      : file_(file),
        filter_(filter),
        others_(iceberg::RewriteNot(BoundExpression::Not(filter))),
        leaves_(leaves),
        use_(use) {
    ForEachPredicate(filter, [&](const BoundPredicate& predicate) {
      if (const SourceField* leaf = ComparableLeaf(file.fields, predicate.term)) {
        filtered_.insert(leaf->leaf);
      }
    });
  }

  Result<std::vector<ChosenRowGroup>> Choose(std::span<const WantedRowGroup> groups) {
    std::vector<ChosenRowGroup> chosen;
    while (!groups.empty()) {
      std::vector<std::unique_ptr<GroupPages>> indexed;
      std::vector<ByteRange> indexes;
      while (indexed.size() < groups.size() && LengthOf(indexes) < kIndexBytes) {
        const WantedRowGroup& wanted = groups[indexed.size()];
        indexed.push_back(std::make_unique<GroupPages>(file_, wanted.group));
        std::vector<ByteRange> ranges = IndexesOf(*indexed.back(), wanted);
        if (ranges.empty()) {
          indexed.back().reset();
        }
        indexes.insert(indexes.end(), ranges.begin(), ranges.end());
      }
      RETURN_IF_ERROR(file_.file.Prefetch(std::move(indexes)));
      for (size_t i = 0; i < indexed.size(); ++i) {
        RETURN_IF_ERROR(ChooseIn(groups[i], std::move(indexed[i]), chosen));
      }
      groups = groups.subspan(indexed.size());
    }
    return chosen;
  }

 private:
  /// `indexed` is null where the group is read whole.
  Status ChooseIn(const WantedRowGroup& wanted,
                  std::unique_ptr<GroupPages> indexed,
                  std::vector<ChosenRowGroup>& chosen) const {
    ChosenRowGroup group{.group = wanted.group};
    if (indexed != nullptr) {
      ASSIGN_OR_RETURN(RowRanges rows, Match(*indexed));
      if (wanted.rows) {
        rows = Intersect(rows, *wanted.rows);
      }
      if (rows.empty()) {
        return {};
      }
      ASSIGN_OR_RETURN(group.selection, SelectionOf(*indexed, std::move(rows)));
    }
    chosen.push_back(std::move(group));
    return {};
  }

  /// What is to be fetched to choose pages of the group; nothing where pages are not worth it.
  std::vector<ByteRange> IndexesOf(const GroupPages& group, const WantedRowGroup& wanted) const {
    const bool few_wanted = wanted.rows && wanted.rows->count() <= group.rows() / kRowsShare;
    std::vector<ByteRange> ranges;
    bool may_choose = few_wanted || use_ == PageIndexUse::kAlways;
    for (int leaf : filtered_) {
      auto values = group.ColumnIndexRange(leaf);
      auto places = group.OffsetIndexRange(leaf);
      if (values && places) {
        ranges.push_back(*values);
        ranges.push_back(*places);
        may_choose = may_choose || group.MayHaveManyPages(leaf);
      }
    }
    if ((ranges.empty() && !few_wanted) || !may_choose) {
      return {};
    }
    int64_t chunk_bytes = 0;
    for (int leaf : leaves_) {
      auto range = group.OffsetIndexRange(leaf);
      if (!range) {
        continue;
      }
      if (!(filtered_.contains(leaf) && group.ColumnIndexRange(leaf))) {
        ranges.push_back(*range);  // else it is among them
      }
      chunk_bytes += BytesOf(*group.metadata().ColumnChunk(leaf)).length;
    }
    bool worth = LengthOf(ranges) <= chunk_bytes / kIndexShare &&
                 (few_wanted || MayDiffer(group.metadata()));
    return worth || use_ == PageIndexUse::kAlways ? ranges : std::vector<ByteRange>();
  }

  /// False where no row of the group can satisfy the contrary. A null satisfies neither: a group of
  /// rows that match and nulls is read whole.
  bool MayDiffer(const parquet::RowGroupMetaData& group) const {
    auto rows_of = [&](const BoundPredicate& predicate) {
      return MayMatchIn(group, predicate) ? RowRanges::All(group.num_rows()) : RowRanges();
    };
    return !RowsThatMayMatch(others_, group.num_rows(), rows_of).empty();
  }

  bool MayMatchIn(const parquet::RowGroupMetaData& group, const BoundPredicate& predicate) const {
    const SourceField* leaf = ComparableLeaf(file_.fields, predicate.term);
    return leaf == nullptr ||
           iceberg::MayMatch(predicate, RangeInGroup(predicate.term, group, leaf->leaf));
  }

  Result<RowRanges> Match(GroupPages& group) const {
    Status read;
    auto rows_of = [&](const BoundPredicate& predicate) {
      auto rows = MatchPredicate(group, predicate);
      if (!rows.has_value()) {
        read = std::move(rows).error();
        return RowRanges::All(group.rows());
      }
      return *std::move(rows);
    };
    RowRanges rows = RowsThatMayMatch(filter_, group.rows(), rows_of);
    RETURN_IF_ERROR(read);
    return rows;
  }

  Result<RowRanges> MatchPredicate(GroupPages& group, const BoundPredicate& predicate) const {
    if (!MayMatchIn(group.metadata(), predicate)) {
      return RowRanges();
    }
    const SourceField* leaf = ComparableLeaf(file_.fields, predicate.term);
    if (leaf == nullptr) {
      return RowRanges::All(group.rows());
    }
    ASSIGN_OR_RETURN(const ChunkPages* pages, group.Pages(leaf->leaf));
    if (pages == nullptr) {
      return RowRanges::All(group.rows());
    }
    ASSIGN_OR_RETURN(const auto* index, group.Values(leaf->leaf, *pages));
    if (index == nullptr) {
      return RowRanges::All(group.rows());
    }
    auto physical = file_.metadata.schema()->Column(leaf->leaf)->physical_type();
    RowRanges rows;
    for (size_t i = 0; i < pages->pages.size(); ++i) {
      const RowRange& of_page = pages->pages[i].rows;
      std::optional<StoredBounds> bounds;
      if (!index->null_pages()[i]) {
        bounds = StoredBounds{index->encoded_min_values()[i], index->encoded_max_values()[i]};
      }
      auto range =
          RangeOfStored(predicate.term, physical, CountsOf(*index, i, of_page.count()), bounds);
      if (iceberg::MayMatch(predicate, range)) {
        rows.Append(of_page);
      }
    }
    return rows;
  }

  /// nullopt where the group had better be read whole.
  Result<std::optional<RowSelection>> SelectionOf(GroupPages& group, RowRanges rows) const {
    std::optional<RowSelection> selection;
    if (use_ != PageIndexUse::kAlways && rows.count() > group.rows() / kRowsShare) {
      return selection;
    }
    selection.emplace();
    for (int leaf : leaves_) {
      ASSIGN_OR_RETURN(const ChunkPages* pages, group.Pages(leaf));
      if (pages != nullptr) {
        selection->leaves.emplace(leaf, columnar::Choose(*pages, rows));
      }
    }
    selection->rows = std::move(rows);
    KeepAlignedStructs(*selection);
    if (use_ != PageIndexUse::kAlways && !SavesBytes(group.metadata(), *selection)) {
      selection.reset();
    }
    return selection;
  }

  /// The leaves of one top-level column are decoded together: by pages only where all of them are,
  /// and their pages hold the same rows.
  void KeepAlignedStructs(RowSelection& selection) const {
    const parquet::SchemaDescriptor& schema = *file_.metadata.schema();
    for (size_t begin = 0; begin < leaves_.size();) {
      size_t end = begin + 1;
      const auto* root = schema.GetColumnRoot(leaves_[begin]);
      while (end < leaves_.size() && schema.GetColumnRoot(leaves_[end]) == root) {
        ++end;
      }
      std::span<const int> of_root = std::span(leaves_).subspan(begin, end - begin);
      auto first = selection.leaves.find(of_root.front());
      bool aligned = std::ranges::all_of(of_root, [&](int leaf) {
        auto found = selection.leaves.find(leaf);
        return found != selection.leaves.end() && found->second.rows == first->second.rows;
      });
      if (!aligned) {
        std::ranges::for_each(of_root, [&](int leaf) { selection.leaves.erase(leaf); });
      }
      begin = end;
    }
  }

  bool SavesBytes(const parquet::RowGroupMetaData& group, const RowSelection& selection) const {
    int64_t all_bytes = 0;
    int64_t read_bytes = 0;
    for (int leaf : leaves_) {
      int64_t chunk_bytes = BytesOf(*group.ColumnChunk(leaf)).length;
      all_bytes += chunk_bytes;
      auto chosen = selection.leaves.find(leaf);
      if (chosen == selection.leaves.end()) {
        read_bytes += chunk_bytes;
        continue;
      }
      for (const DataPagePlace& page : chosen->second.pages) {
        read_bytes += page.bytes.length;
      }
      read_bytes += chosen->second.needs_dictionary ? chosen->second.dictionary.length : 0;
    }
    return all_bytes - read_bytes >= all_bytes / kBytesShare;
  }

  const PagedFile& file_;
  const BoundExpression& filter_;
  /// What rows satisfy that do not satisfy the filter.
  const BoundExpression others_;
  const std::vector<int>& leaves_;
  const PageIndexUse use_;
  /// Leaves that the filter looks at.
  std::set<int> filtered_;
};

}  // namespace

std::vector<ByteRange> RunsOf(const std::vector<DataPagePlace>& pages) {
  std::vector<ByteRange> runs;
  for (const DataPagePlace& page : pages) {
    if (!runs.empty() && runs.back().offset + runs.back().length == page.bytes.offset) {
      runs.back().length += page.bytes.length;
    } else {
      runs.push_back(page.bytes);
    }
  }
  return runs;
}

Result<std::vector<ChosenRowGroup>> ChoosePages(const PagedFile& file,
                                                const BoundExpression& filter,
                                                const std::vector<int>& leaves,
                                                std::span<const WantedRowGroup> groups,
                                                PageIndexUse use) {
  const bool all =
      filter.is_true() && std::ranges::none_of(groups, [](const WantedRowGroup& wanted) {
        return wanted.rows.has_value();
      });
  if (use == PageIndexUse::kNever || all || leaves.empty()) {
    std::vector<ChosenRowGroup> whole;
    for (const WantedRowGroup& wanted : groups) {
      whole.push_back({.group = wanted.group});
    }
    return whole;
  }
  return Guarded([&] { return Chooser(file, filter, leaves, use).Choose(groups); });
}

}  // namespace firn::columnar
