// Random tables, filters and sizes: the tasks of a scan are the scan.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <arrow/builder.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"
#include "columnar/write/delete_writers.h"
#include "iceberg/expression/expression_text.h"
#include "table/commit/operations.h"
#include "table/plan/testing/planned_table.h"
#include "table/scan/scan_tasks.h"
#include "table/scan/table_scan.h"
#include "table/write/row_deletion.h"
#include "table/write/testing/written_table.h"
#include "table/write/writer_input.h"

namespace firn::table {
namespace {

using firn::testing::IsOk;
using testing::PlannedTable;
using testing::WrittenTable;

class Dice {
 public:
  explicit Dice(uint32_t seed) : random_(seed) {}
  /// From `least` to `most`, both included.
  int64_t Roll(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(random_() % static_cast<uint64_t>(most - least + 1));
  }
  TaskSizes Sizes(int64_t most_bytes) {
    return {.target_bytes = Roll(1, most_bytes),
            .lookback = Roll(1, 6),
            .open_file_bytes = Roll(1, most_bytes / 8)};
  }

 private:
  std::mt19937 random_;
};

std::vector<ScanTask> AllTasks(const ScanPlan& plan, const TaskSizes& sizes) {
  std::vector<ScanTask> tasks;
  EXPECT_THAT(PackTasks(plan, sizes,
                        [&](ScanTask task) -> Status {
                          tasks.push_back(std::move(task));
                          return {};
                        }),
              IsOk());
  return tasks;
}

// --- What is planned ---

/// The count of tasks where all files are cut at all their offsets, counted naively.
size_t CountNaively(const std::vector<iceberg::DataFile>& files, const TaskSizes& sizes) {
  std::vector<int64_t> open;
  size_t done = 0;
  for (const iceberg::DataFile& file : files) {
    std::vector<int64_t> ends(file.split_offsets.begin(), file.split_offsets.end());
    ends.push_back(file.file_size_bytes);
    for (size_t i = 1; i < ends.size(); ++i) {
      const int64_t begin = i == 1 ? 0 : ends[i - 1];
      const int64_t weight = std::max(ends[i] - begin, sizes.open_file_bytes);
      size_t bin = 0;
      while (bin < open.size() && open[bin] + weight > sizes.target_bytes) {
        ++bin;
      }
      open.resize(std::max(open.size(), bin + 1));
      open[bin] += weight;
      if (std::cmp_greater(open.size(), sizes.lookback)) {
        open.erase(std::ranges::max_element(open));
        ++done;
      }
    }
  }
  return done + open.size();
}

iceberg::DataFile RandomFile(Dice& dice, int number) {
  iceberg::DataFile file = testing::DataFileOf(fmt::format("f{}", number), 20'000, 0, 9);
  file.record_count = dice.Roll(1, 1000);
  file.split_offsets = {4};
  for (int64_t groups = dice.Roll(0, 5); groups > 0; --groups) {
    file.split_offsets.push_back(file.split_offsets.back() + dice.Roll(1, 400));
  }
  file.file_size_bytes = file.split_offsets.back() + dice.Roll(1, 400);
  return file;
}

/// Every file is in the tasks whole, once.
void CheckTiles(const std::vector<iceberg::DataFile>& files, const std::vector<ScanTask>& tasks) {
  std::map<std::string, std::vector<const TaskPart*>> by_file;
  for (const ScanTask& task : tasks) {
    for (const TaskPart& part : task.parts) {
      by_file[part.path].push_back(&part);
    }
  }
  ASSERT_EQ(by_file.size(), files.size());
  for (const iceberg::DataFile& file : files) {
    auto& parts = by_file[file.path];
    std::ranges::sort(parts, {}, [](const TaskPart* part) { return part->span.begin; });
    int64_t end = 0;
    int64_t bytes = 0;
    int64_t rows = 0;
    for (const TaskPart* part : parts) {
      EXPECT_EQ(part->span.begin, end);
      end = part->span.end;
      bytes += part->bytes;
      rows += part->rows;
    }
    EXPECT_EQ(end, FileSpan().end);
    EXPECT_EQ(bytes, file.file_size_bytes);
    EXPECT_EQ(rows, file.record_count);
  }
}

TEST(ScanTasksPropertyTest, EveryFileIsInTheTasksOnce) {
  for (uint32_t seed = 1; seed <= 200 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Dice dice(seed);
    PlannedTable table;
    std::vector<iceberg::DataFile> files;
    for (int64_t commits = dice.Roll(1, 5); commits > 0; --commits) {
      std::vector<iceberg::DataFile> added;
      for (int64_t more = dice.Roll(1, 12); more > 0; --more) {
        added.push_back(RandomFile(dice, static_cast<int>(files.size() + added.size())));
      }
      files.insert(files.end(), added.begin(), added.end());
      table.Commit(std::move(added));
    }
    const TaskSizes sizes = dice.Sizes(2000);
    ASSERT_OK_AND_ASSIGN(ScanPlan plan, table.Plan({}));
    const std::vector<ScanTask> tasks = AllTasks(plan, sizes);
    CheckTiles(files, tasks);
    for (const ScanTask& task : tasks) {
      EXPECT_TRUE(task.weight <= sizes.target_bytes || task.parts.size() == 1) << task.number;
    }
    const size_t naive = CountNaively(files, sizes);
    EXPECT_LE(tasks.size(), naive + naive / 4 + 1);
    EXPECT_GE(tasks.size() + naive / 4 + 1, naive);
  }
}

// --- What is read ---

/// A table of files with several row groups, some of their rows deleted.
class RandomTasks {
 public:
  explicit RandomTasks(uint32_t seed)
      : dice_(seed), written_(seed % 2 == 0 ? 2 : 3), sizes_(dice_.Sizes(150'000)) {
    written_.context.read.batch_rows = 1000;
  }

  void Run() {
    ASSERT_OK_AND_ASSIGN(
        written_.table,
        written_.catalog.Commit(written_.table,
                                {.updates = {iceberg::SetProperties{
                                     {{"write.parquet.row-group-size-bytes", "20000"}}}}}));
    for (int64_t files = dice_.Roll(1, 6); files > 0; --files) {
      AppendFile();
      if (dice_.Roll(0, 1) == 0) {
        MarkRows();
      }
      if (dice_.Roll(0, 2) == 0) {
        DeleteByValue();
      }
    }
    CheckTasks();
  }

  /// Parts of files, and parts with deletes, that were read.
  int64_t cut_parts() const { return cut_parts_; }
  int64_t parts_with_deletes() const { return parts_with_deletes_; }

 private:
  void AppendFile() {
    const int64_t rows = dice_.Roll(1, 60'000);  // a row group for 16,384
    arrow::Int32Builder parts;
    const auto part = static_cast<int32_t>(dice_.Roll(0, 1));
    ASSERT_TRUE(parts.AppendValues(std::vector<int32_t>(rows, part)).ok());
    std::vector<std::string> names;
    for (int64_t i = 0; i < rows; ++i) {
      names.push_back(fmt::format("n{}", dice_.Roll(0, 2)));
    }
    const auto batch =
        arrow::RecordBatch::Make(WrittenTable::Rows(0, 0)->schema(), rows,
                                 {columnar::testing::Longs(testing::Range(rows_, rows)),
                                  parts.Finish().ValueOrDie(), columnar::testing::Texts(names)});
    rows_ += rows;
    auto writer = written_.Writer();
    ASSERT_THAT(writer->Write(*batch), IsOk());
    ASSERT_OK_AND_ASSIGN(written_.table, writer->Append());
  }

  iceberg::Expression SomeRows() {
    const int64_t from = dice_.Roll(0, rows_);
    const std::string texts[] = {
        "true", fmt::format("id >= {}", from), fmt::format("id < {} and part = 1", from),
        fmt::format("id >= {} and id < {} and name = 'n1'", from, from + 7000)};
    return iceberg::ParseExpressionText(texts[dice_.Roll(0, 3)]).value();
  }

  /// By positions or vectors.
  void MarkRows() {
    const int64_t from = dice_.Roll(0, rows_);
    RowDeletionRequest request{.mode = RowDeletionMode::kMergeOnRead};
    request.filter = iceberg::ParseExpressionText(
                         fmt::format("id > {} and id < {} and name = 'n2'", from, from + 9000))
                         .value();
    auto deleted = DeleteRows(written_.Changes(), written_.table, request);
    ASSERT_THAT(deleted, IsOk());
    written_.table = deleted->table;
  }

  void DeleteByValue() {
    const std::vector<iceberg::FieldId> keys{iceberg::FieldId(1)};
    auto request = MakeWriteRequest(written_.table, {});
    ASSERT_THAT(request, IsOk());
    auto schema = columnar::EqualityDeleteSchema(request->schema, keys);
    ASSERT_THAT(schema, IsOk());
    iceberg::StructValue partition;
    partition.fields.emplace_back(written_.table.metadata->default_spec().fields[0].field_id,
                                  iceberg::Literal(static_cast<int32_t>(dice_.Roll(0, 1))));
    ASSERT_OK_AND_ASSIGN(auto writer,
                         columnar::MakeEqualityDeleteWriter(request->target, request->schema,
                                                            request->properties, partition, keys));
    const auto ids = testing::Range(dice_.Roll(0, rows_), 40);
    ASSERT_THAT(writer->Write(*arrow::RecordBatch::Make(columnar::ArrowSchemaOf(*schema), 40,
                                                        {columnar::testing::Longs(ids)})),
                IsOk());
    ASSERT_OK_AND_ASSIGN(auto files, writer->Finish());
    RowChanges changes;
    for (iceberg::DataFile& file : files) {
      changes.added.push_back({std::move(file), iceberg::SpecId(0), std::nullopt});
    }
    written_.Commit(
        RowDelta(std::move(changes), {.snapshot = written_.table.metadata->current_snapshot_id}));
  }

  void CheckTasks() {
    TableScanRequest request;
    request.plan.filter = SomeRows();
    request.plan.scan = SnapshotScan{*written_.table.metadata->current_snapshot_id};
    ASSERT_OK_AND_ASSIGN(const auto whole, written_.SortedIds(request));
    ASSERT_OK_AND_ASSIGN(auto scan, written_.Open(request));
    const std::vector<ScanTask> tasks = AllTasks(scan->plan(), sizes_);
    Count(tasks);
    const auto count = std::ssize(tasks);
    written_.context.part_bytes = dice_.Roll(1, 50'000);
    written_.context.readers = static_cast<size_t>(dice_.Roll(1, 3));
    std::vector<int64_t> ids;
    for (int64_t number = 0; number < count; ++number) {
      request.task = TaskChoice{.sizes = sizes_, .number = number, .count = count};
      ASSERT_OK_AND_ASSIGN(const auto some, written_.Ids(request));
      ids.insert(ids.end(), some.begin(), some.end());
    }
    std::ranges::sort(ids);
    EXPECT_EQ(ids, whole);
  }

  void Count(const std::vector<ScanTask>& tasks) {
    for (const ScanTask& task : tasks) {
      for (const TaskPart& part : task.parts) {
        cut_parts_ += part.span == FileSpan() ? 0 : 1;
        parts_with_deletes_ += part.delete_files == 0 ? 0 : 1;
      }
    }
  }

  Dice dice_;
  WrittenTable written_;
  const TaskSizes sizes_;
  int64_t rows_ = 0;
  int64_t cut_parts_ = 0;
  int64_t parts_with_deletes_ = 0;
};

TEST(ScanTasksPropertyTest, AllTasksHaveTheRowsOfTheScanOnce) {
  int64_t cut_parts = 0;
  int64_t parts_with_deletes = 0;
  for (uint32_t seed = 1; seed <= 50 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    RandomTasks random(seed);
    random.Run();
    cut_parts += random.cut_parts();
    parts_with_deletes += random.parts_with_deletes();
  }
  EXPECT_GT(cut_parts, 50);
  EXPECT_GT(parts_with_deletes, 50);
}

}  // namespace
}  // namespace firn::table
