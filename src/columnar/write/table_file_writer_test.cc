#include "columnar/write/table_file_writer.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "columnar/read/data_file_reader.h"
#include "columnar/read/delete_cache.h"
#include "columnar/schema/arrow_type.h"
#include "columnar/testing/batches.h"
#include "columnar/write/delete_writers.h"
#include "iceberg/expression/testing/filters.h"
#include "iceberg/schema/testing/parse.h"
#include "storage/memory_object_store.h"
#include "storage/testing/faulty_object_store.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::FieldId;
using iceberg::Literal;
using iceberg::testing::PartitionBy;
using iceberg::testing::SchemaOfFields;

class TableFileWriterTest : public ::testing::Test {
 protected:
  TableFileWriterTest() {
    request_.schema = SchemaOfFields(R"(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"name","type":"string","required":false})");
    request_.properties = ReadWriteProperties({}, request_.schema, {}).value();
  }

  /// Names without ids, as a caller has them.
  static std::shared_ptr<arrow::RecordBatch> Batch(int64_t begin, int64_t rows) {
    std::vector<int64_t> ids;
    std::vector<std::string> names;
    for (int64_t i = begin; i < begin + rows; ++i) {
      ids.push_back(i);
      names.push_back("n" + std::to_string(i % 5));
    }
    return arrow::RecordBatch::Make(
        arrow::schema({arrow::field("name", arrow::utf8()), arrow::field("id", arrow::int64())}),
        rows, {testing::Texts(names), testing::Longs(ids)});
  }

  static iceberg::SortOrder Descending() {
    return {iceberg::SortOrderId(4),
            {{.source_id = FieldId(1),
              .transform = iceberg::Transform::Plain(iceberg::TransformKind::kIdentity),
              .direction = iceberg::SortDirection::kDescending}}};
  }

  Result<std::vector<iceberg::DataFile>> WriteBatches(int batches) {
    auto first = Batch(0, 10);
    ASSIGN_OR_RETURN(auto writer, TableFileWriter::Make(request_, *first->schema()));
    for (int i = 0; i < batches; ++i) {
      RETURN_IF_ERROR(writer->Write(*Batch(i * 10, 10)));
    }
    return writer->Finish();
  }

  std::vector<int64_t> IdsIn(const iceberg::DataFile& file, const FileDeletes& deletes = {}) {
    ReadRequest read{.schema = request_.schema, .columns = {request_.schema.fields()[0]}};
    auto reader = DataFileReader::Open(context_, read,
                                       {.path = file.path, .size_bytes = file.file_size_bytes},
                                       iceberg::BoundExpression::True(), deletes);
    EXPECT_THAT(reader, IsOk());
    std::vector<int64_t> ids;
    while (auto batch = (*reader)->Next().value()) {
      const auto& longs = static_cast<const arrow::Int64Array&>(*batch->column(0));
      for (int64_t i = 0; i < longs.length(); ++i) {
        ids.push_back(longs.Value(i));
      }
    }
    return ids;
  }

  /// The same rows in the same order, file by file.
  void ExpectSameFiles(const std::vector<iceberg::DataFile>& files,
                       const std::vector<iceberg::DataFile>& others) {
    ASSERT_EQ(files.size(), others.size());
    for (size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(files[i].partition.fields, others[i].partition.fields);
      EXPECT_EQ(IdsIn(files[i]), IdsIn(others[i]));
    }
  }

  SystemClock clock_;
  storage::InMemoryObjectStore memory_{clock_};
  storage::testing::FaultyObjectStore store_{memory_};
  ThreadPool pool_{0};
  ReadContext context_{memory_, pool_, {}};
  TableWriteRequest request_{
      .target = {.store = store_, .locations = DataLocations("memory://b", {}), .prefix = "u"}};
};

TEST_F(TableFileWriterTest, RowsComeBack) {
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(3));
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].path, "memory://b/data/u-00001-00001.parquet");
  EXPECT_EQ(files[0].record_count, 30);
  EXPECT_EQ(files[0].sort_order_id, iceberg::kUnsortedOrderId);
  EXPECT_EQ(IdsIn(files[0]).size(), 30U);
}

TEST_F(TableFileWriterTest, EachPartitionHasItsFilesAndFewAreOpen) {
  request_.spec = PartitionBy({{2, "identity"}, {1, "bucket[3]"}});
  request_.limits.open_partitions = 2;
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(4));
  size_t rows = 0;
  for (const iceberg::DataFile& file : files) {
    ASSERT_EQ(file.partition.fields.size(), 2U);
    auto name = *file.partition.fields[0].second.As<std::string>();
    EXPECT_NE(file.path.find("/p0=" + name + "/"), std::string::npos) << file.path;
    for (int64_t id : IdsIn(file)) {
      EXPECT_EQ("n" + std::to_string(id % 5), name);
      ++rows;
    }
  }
  EXPECT_EQ(rows, 40U);
}

TEST_F(TableFileWriterTest, RowsAreGatheredBeforeTheyAreSplit) {
  request_.spec = PartitionBy({{2, "identity"}});
  request_.limits.open_partitions = 1;
  ASSERT_OK_AND_ASSIGN(auto gathered, WriteBatches(4));
  EXPECT_EQ(gathered.size(), 5U);
  request_.limits.split_bytes = 1;
  request_.target.prefix = "again";
  ASSERT_OK_AND_ASSIGN(auto at_once, WriteBatches(4));
  EXPECT_EQ(at_once.size(), 20U);
}

TEST_F(TableFileWriterTest, PoolsMakeTheSameFiles) {
  ThreadPool pool(3);
  request_.spec = PartitionBy({{2, "identity"}, {1, "bucket[3]"}});
  request_.limits.open_partitions = 4;
  ASSERT_OK_AND_ASSIGN(auto in_turn, WriteBatches(9));
  request_.pool = &pool;
  request_.target.locations = DataLocations("memory://b/pool", {});
  ASSERT_OK_AND_ASSIGN(auto beside, WriteBatches(9));
  ExpectSameFiles(beside, in_turn);
}

TEST_F(TableFileWriterTest, SortedFilesAreSortedThroughout) {
  request_.sort_order = Descending();
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(3));
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].sort_order_id, iceberg::SortOrderId(4));
  auto ids = IdsIn(files[0]);
  EXPECT_EQ(ids.front(), 29);
  EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
}

TEST_F(TableFileWriterTest, SortedFilesOfAPartitionDoNotOverlap) {
  request_.sort_order = Descending();
  request_.spec = PartitionBy({{2, "identity"}});
  request_.properties.target_file_rows = 4;
  request_.limits.sort.memory_bytes = 1;  // each batch is put aside
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(3));
  std::map<std::string, int64_t> last;
  int64_t rows = 0;
  for (const iceberg::DataFile& file : files) {
    const auto ids = IdsIn(file);
    EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
    const std::string folder = file.path.substr(0, file.path.rfind('/'));
    EXPECT_TRUE(!last.contains(folder) || last[folder] > ids.front()) << folder;
    last[folder] = ids.back();
    rows += file.record_count;
  }
  EXPECT_EQ(last.size(), 5U);
  EXPECT_EQ(files.size(), 10U);
  EXPECT_EQ(rows, 30);
}

TEST_F(TableFileWriterTest, SortedPartitionsAreTheSameWithAPool) {
  ThreadPool pool(3);
  request_.sort_order = Descending();
  request_.spec = PartitionBy({{1, "void"}, {2, "truncate[1]"}, {1, "bucket[3]"}});
  request_.limits.sort.memory_bytes = 500;
  ASSERT_OK_AND_ASSIGN(auto in_turn, WriteBatches(9));
  EXPECT_EQ(in_turn.size(), 3U);
  request_.pool = &pool;
  request_.target.locations = DataLocations("memory://b/pool", {});
  ASSERT_OK_AND_ASSIGN(auto beside, WriteBatches(9));
  ExpectSameFiles(beside, in_turn);
  for (const iceberg::DataFile& file : beside) {
    const auto ids = IdsIn(file);
    EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
  }
}

TEST_F(TableFileWriterTest, ASortedFileThatIsTooLargeIsClosedAtOnce) {
  request_.sort_order = Descending();
  request_.limits.sort.memory_bytes = 1;
  request_.limits.open_bytes = 0;
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(3));
  int64_t rows = 0;
  for (const iceberg::DataFile& file : files) {
    rows += file.record_count;
  }
  EXPECT_EQ(rows, 30);
}

TEST_F(TableFileWriterTest, FilesEndAtTheirTargetSize) {
  request_.properties.target_file_bytes = 1;
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(3));
  EXPECT_EQ(files.size(), 3U);
}

TEST_F(TableFileWriterTest, FilesEndAtTheirTargetRows) {
  ASSERT_OK_AND_ASSIGN(auto one, WriteBatches(4));
  ASSERT_EQ(one.size(), 1U);
  request_.properties.target_file_rows = one.front().record_count / 2;
  request_.target.prefix = "again";
  ASSERT_OK_AND_ASSIGN(auto two, WriteBatches(4));
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].record_count, two[1].record_count);
}

TEST_F(TableFileWriterTest, NothingIsLeftBehindByAFailure) {
  request_.spec = PartitionBy({{2, "identity"}});
  request_.limits.open_partitions = 1;
  for (bool applied : {false, true}) {
    for (int64_t call = 1;; ++call) {
      store_.Arm({.call = call, .applied = applied});
      auto files = WriteBatches(2);
      store_.Arm({});
      if (files.has_value()) {
        EXPECT_GT(call, 4);
        for (const iceberg::DataFile& file : *files) {
          ASSERT_THAT(memory_.Delete(file.path), IsOk());
        }
        EXPECT_EQ(memory_.size(), 0U);
        break;
      }
      EXPECT_THAT(files, IsError(ErrorCode::kIoError));
      EXPECT_EQ(memory_.size(), 0U) << "call " << call;
    }
  }
}

TEST_F(TableFileWriterTest, NothingIsLeftBehindByAFailureOfASortedWrite) {
  request_.sort_order = Descending();
  request_.spec = PartitionBy({{2, "identity"}});
  request_.limits.sort.memory_bytes = 1;
  for (int64_t call = 1; call <= 5; ++call) {
    store_.Arm({.call = call, .applied = call % 2 == 0});
    EXPECT_THAT(WriteBatches(2), IsError(ErrorCode::kIoError));
    store_.Arm({});
    EXPECT_EQ(memory_.size(), 0U) << "call " << call;
  }
  request_.limits.sort.spill_folder = "/nowhere/at/all";
  EXPECT_THAT(WriteBatches(2), IsError(ErrorCode::kIoError));
  EXPECT_EQ(memory_.size(), 0U);
}

TEST_F(TableFileWriterTest, WhatIsClosedButNotTakenIsDeleted) {
  const auto rows = Batch(0, 10);
  for (bool sorted : {false, true}) {
    request_.sort_order = sorted ? Descending() : iceberg::SortOrder{};
    {
      ASSERT_OK_AND_ASSIGN(auto writer, TableFileWriter::Make(request_, *rows->schema()));
      ASSERT_THAT(writer->Write(*rows), IsOk());
      ASSERT_THAT(writer->Close(), IsOk());
      EXPECT_EQ(memory_.size(), 1U);
    }
    EXPECT_EQ(memory_.size(), 0U);
    ASSERT_OK_AND_ASSIGN(auto writer, TableFileWriter::Make(request_, *rows->schema()));
    ASSERT_THAT(writer->Write(*rows), IsOk());
    ASSERT_THAT(writer->Close(), IsOk());
    ASSERT_OK_AND_ASSIGN(auto files, writer->Finish());
    ASSERT_EQ(files.size(), 1U);
    EXPECT_THAT(memory_.Delete(files.front().path), IsOk());
  }
}

TEST_F(TableFileWriterTest, NothingIsLeftBehindByAFailureOfOneOfMany) {
  ThreadPool pool(3);
  request_.pool = &pool;
  request_.spec = PartitionBy({{1, "bucket[16]"}});
  request_.limits.split_bytes = 1;
  for (int64_t call = 1; call < 12; ++call) {
    store_.Arm({.call = call, .from_then_on = false, .applied = call % 2 == 0});
    EXPECT_THAT(WriteBatches(9), IsError(ErrorCode::kIoError));
    store_.Arm({});
    EXPECT_EQ(memory_.size(), 0U) << "call " << call;
  }
}

TEST_F(TableFileWriterTest, AFileOfAnotherWriterIsNotTouched) {
  ASSERT_THAT(memory_.Write("memory://b/data/u-00001-00001.parquet", "mine",
                            storage::WriteMode::kCreateNew),
              IsOk());
  EXPECT_THAT(WriteBatches(1), IsError(ErrorCode::kAlreadyExists));
  EXPECT_EQ(memory_.size(), 1U);
}

TEST_F(TableFileWriterTest, DeletesOfAllKindsTakeRowsOutAgain) {
  ASSERT_OK_AND_ASSIGN(auto files, WriteBatches(1));
  ReadRequest read{.schema = request_.schema};
  DeleteCache cache(context_, 1 << 20);
  FileTarget target = request_.target;

  target.prefix = "positions";
  ASSERT_OK_AND_ASSIGN(auto positions, WritePositionDeletes(target, request_.properties, {},
                                                            {{files[0].path, {3, 1, 3}}}));
  ASSERT_EQ(positions.size(), 1U);
  EXPECT_EQ(positions[0].record_count, 2);
  EXPECT_EQ(positions[0].referenced_data_file, files[0].path);
  EXPECT_EQ(positions[0].sort_order_id, std::nullopt);
  DeleteFile by_position{.file = positions[0]};
  ASSERT_OK_AND_ASSIGN(FileDeletes deletes, cache.Load(read, files[0].path, {&by_position, 1}));
  EXPECT_THAT(IdsIn(files[0], deletes), ::testing::ElementsAre(0, 2, 4, 5, 6, 7, 8, 9));

  target.prefix = "keys";
  ASSERT_OK_AND_ASSIGN(
      auto writer,
      MakeEqualityDeleteWriter(target, request_.schema, request_.properties, {}, {FieldId(2)}));
  ASSERT_OK_AND_ASSIGN(auto keys, EqualityDeleteSchema(request_.schema, {FieldId(2)}));
  ASSERT_THAT(
      writer->Write(*arrow::RecordBatch::Make(ArrowSchemaOf(keys), 1, {testing::Texts({"n0"})})),
      IsOk());
  ASSERT_OK_AND_ASSIGN(auto equality, writer->Finish());
  ASSERT_EQ(equality.size(), 1U);
  EXPECT_EQ(equality[0].equality_ids, std::vector<FieldId>{FieldId(2)});
  std::vector<DeleteFile> both{by_position, {.file = equality[0]}};
  ASSERT_OK_AND_ASSIGN(deletes, cache.Load(read, files[0].path, both));
  EXPECT_THAT(IdsIn(files[0], deletes), ::testing::ElementsAre(2, 4, 6, 7, 8, 9));
  EXPECT_THAT(EqualityDeleteSchema(request_.schema, {FieldId(9)}),
              IsError(ErrorCode::kInvalidArgument));

  target.prefix = "vectors";
  iceberg::FileDeletes rows{.data_file = files[0].path};
  ASSERT_THAT(rows.deleted.Add(9), IsOk());
  ASSERT_OK_AND_ASSIGN(auto vectors, StoreDeletionVectors(target, {&rows, 1}));
  DeleteFile vector{.file = vectors[0]};
  ASSERT_OK_AND_ASSIGN(deletes, cache.Load(read, files[0].path, {&vector, 1}));
  EXPECT_EQ(IdsIn(files[0], deletes).size(), 9U);
}

}  // namespace
}  // namespace firn::columnar
