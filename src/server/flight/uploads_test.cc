#include "server/flight/uploads.h"

#include <memory>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"

namespace firn::flight {
namespace {

using testing::IsError;
using testing::IsOk;

const arrow::FieldVector& Fields() {
  static const arrow::FieldVector fields{arrow::field("a", arrow::int64())};
  return fields;
}

std::shared_ptr<arrow::RecordBatch> Batch() {
  return features::testing::BatchOfJson(Fields(), R"([{"a":1}])");
}

int64_t BatchBytes() {
  Uploads uploads({});
  auto upload = uploads.Begin();
  EXPECT_THAT(upload->Add(Batch()), IsOk());
  return uploads.bytes();
}

TEST(UploadsTest, WhatWasAddedIsATable) {
  Uploads uploads({});
  auto upload = uploads.Begin();
  ASSERT_THAT(upload->Add(Batch()), IsOk());
  ASSERT_THAT(upload->Add(Batch()), IsOk());
  auto table = upload->Finish(arrow::schema(Fields()));
  ASSERT_THAT(table, IsOk());
  EXPECT_EQ((*table)->num_rows(), 2);
  EXPECT_EQ(uploads.bytes(), 2 * BatchBytes()) << "its call works with them";
  upload.reset();
  EXPECT_EQ(uploads.bytes(), 0);
}

TEST(UploadsTest, OneThatACallWorksWithCountsUntilThatHasEnded) {
  Uploads uploads({});
  auto upload = uploads.Begin();
  ASSERT_THAT(upload->Add(Batch()), IsOk());
  ASSERT_THAT(upload->Finish(arrow::schema(Fields())), IsOk());
  upload->GiveBack({ErrorCode::kDeadlineExceeded, "late"});
  EXPECT_EQ(uploads.bytes(), BatchBytes());
  upload.reset();
  EXPECT_EQ(uploads.bytes(), 0);
}

TEST(UploadsTest, EachIsBounded) {
  Uploads uploads({.max_bytes = BatchBytes()});
  auto upload = uploads.Begin();
  EXPECT_THAT(upload->Add(Batch()), IsOk());
  EXPECT_THAT(upload->Add(Batch()), IsError(ErrorCode::kPayloadTooLarge));
  EXPECT_EQ(uploads.bytes(), BatchBytes());
}

TEST(UploadsTest, AllTogetherAreBounded) {
  Uploads uploads({.max_all_bytes = BatchBytes()});
  auto first = uploads.Begin();
  auto second = uploads.Begin();
  EXPECT_THAT(first->Add(Batch()), IsOk());
  EXPECT_THAT(second->Add(Batch()), IsError(ErrorCode::kResourceExhausted));
  first.reset();
  EXPECT_THAT(second->Add(Batch()), IsOk());
}

TEST(UploadsTest, OneThatIsGivenBackHoldsNothing) {
  Uploads uploads({});
  auto upload = uploads.Begin();
  std::shared_ptr<arrow::RecordBatch> batch = Batch();
  const std::weak_ptr<arrow::RecordBatch> memory = batch;
  ASSERT_THAT(upload->Add(std::move(batch)), IsOk());
  upload->GiveBack({ErrorCode::kDeadlineExceeded, "late"});
  EXPECT_TRUE(memory.expired());
  EXPECT_EQ(uploads.bytes(), 0);
  EXPECT_THAT(upload->Add(Batch()), IsError(ErrorCode::kDeadlineExceeded));
  EXPECT_THAT(upload->Finish(arrow::schema(Fields())), IsError(ErrorCode::kDeadlineExceeded));
  upload->GiveBack({ErrorCode::kUnavailable, "again"});
  upload.reset();
  EXPECT_EQ(uploads.bytes(), 0);
}

}  // namespace
}  // namespace firn::flight
