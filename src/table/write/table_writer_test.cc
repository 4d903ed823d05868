#include "table/write/table_writer.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/write/testing/written_table.h"
#include "table/write/writer_input.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
using testing::CommitFault;
using ::testing::IsEmpty;
using testing::Range;
using ::testing::SizeIs;
using testing::WrittenTable;

class TableWriterTest : public ::testing::TestWithParam<int> {
 protected:
  std::string Summary(std::string_view key) {
    return std::string(written_.table.metadata->current_snapshot()->summary.Find(key).value_or(""));
  }

  WrittenTable written_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, TableWriterTest, ::testing::Values(1, 2, 3));

TEST_P(TableWriterTest, AppendedRowsAreRead) {
  written_.Append(0, 250);
  written_.Append(250, 50);
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 300)));
  EXPECT_EQ(Summary("total-records"), "300");
  EXPECT_EQ(written_.table.metadata->current_snapshot()->operation, "append");
}

TEST_P(TableWriterTest, NoRowsMakeNoSnapshot) {
  ASSERT_OK_AND_ASSIGN(Table table, written_.Writer()->Append());
  EXPECT_EQ(table.metadata->current_snapshot(), nullptr);
  EXPECT_EQ(written_.catalog.commits(), 0);
}

TEST_P(TableWriterTest, PartitionsOfTheRowsAreReplaced) {
  written_.Append(0, 300);
  ASSERT_OK_AND_ASSIGN(written_.table, written_.WriterOf(100, 5)->ReplacePartitions());
  std::vector<int64_t> expected = Range(0, 105);
  for (int64_t id : Range(200, 100)) {
    expected.push_back(id);
  }
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(expected));
  EXPECT_EQ(Summary("replace-partitions"), "true");
}

TEST_P(TableWriterTest, PartitionsToWhichOthersAddedAreNotReplaced) {
  written_.Append(0, 100);
  auto writer = written_.WriterOf(0, 10);
  written_.Append(50, 10);
  EXPECT_THAT(writer->ReplacePartitions(), IsError(ErrorCode::kCommitConflict));
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(SizeIs(110)));
}

TEST_P(TableWriterTest, WithoutRowsNoPartitionIsReplaced) {
  written_.Append(0, 10);
  const int64_t commits = written_.catalog.commits();
  ASSERT_THAT(written_.WriterOf(0, 0)->ReplacePartitions(), IsOk());
  EXPECT_EQ(written_.catalog.commits(), commits);
}

TEST_P(TableWriterTest, AnAppendGoesOnTopOfWhatCameMeanwhile) {
  auto writer = written_.WriterOf(0, 10);
  written_.Append(10, 10);
  ASSERT_OK_AND_ASSIGN(written_.table, writer->Append());
  EXPECT_THAT(written_.SortedIds(), IsOkAnd(Range(0, 20)));
}

TEST_P(TableWriterTest, WhatFailedLeavesNoFiles) {
  {
    auto dropped = written_.WriterOf(0, 1000);
  }
  EXPECT_THAT(written_.DataFiles(), IsEmpty());
  written_.table.identifier.name = "dropped meanwhile";
  EXPECT_THAT(written_.WriterOf(0, 10)->Append(), IsError(ErrorCode::kNoSuchTable));
  EXPECT_THAT(written_.DataFiles(), IsEmpty());
}

TEST_P(TableWriterTest, AnUnknownOutcomeKeepsTheFiles) {
  auto writer = written_.WriterOf(0, 10);
  written_.catalog.FailNext(CommitFault::kUnknownApplied);
  auto committed = writer->Append();
  EXPECT_THAT(committed, IsOk()) << "the snapshot is found";
  EXPECT_THAT(written_.DataFiles(), SizeIs(1));
}

TEST_P(TableWriterTest, DataGoesWhereThePropertySays) {
  iceberg::TableMetadata metadata = *written_.table.metadata;
  EXPECT_EQ(DataLocationsOf(metadata).folder(), "memory://warehouse/t/data");
  metadata.properties = {{{"write.data.path", "memory://elsewhere/d/"}}, ""};
  EXPECT_EQ(DataLocationsOf(metadata).folder(), "memory://elsewhere/d");
}

TEST_P(TableWriterTest, BatchesThatDoNotFitAreRefused) {
  auto schema = arrow::schema({arrow::field("nobody", arrow::int64())});
  EXPECT_THAT(TableWriter::Make(written_.catalog, written_.table, *schema, written_.tools),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::table
