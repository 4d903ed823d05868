#include "server/flight/pending_uploads.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"

namespace firn::flight {
namespace {

using testing::IsError;
using testing::IsOk;

std::shared_ptr<arrow::Table> Rows(int count) {
  std::string rows = "[";
  for (int i = 0; i < count; ++i) {
    rows += i == 0 ? R"({"a":1})" : R"(,{"a":1})";
  }
  return features::testing::TableOfJson({arrow::field("a", arrow::int64())}, rows + "]");
}

TEST(PendingUploadsTest, AreTakenOnce) {
  ManualClock clock(TimestampMs(0));
  PendingUploads uploads(clock, 1 << 20);
  EXPECT_THAT(uploads.Put("x", Rows(1)), IsOk());
  EXPECT_TRUE(uploads.Has("x"));
  EXPECT_FALSE(uploads.Has("y"));
  EXPECT_THAT(uploads.Put("x", Rows(2)), IsOk());
  auto taken = uploads.Take("x");
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken->num_rows(), 2);
  EXPECT_EQ(uploads.Take("x"), nullptr);
}

TEST(PendingUploadsTest, AreBounded) {
  ManualClock clock(TimestampMs(0));
  PendingUploads uploads(clock, 100'000);
  for (size_t i = 0; i < PendingUploads::kMaxUploads; ++i) {
    EXPECT_THAT(uploads.Put(std::to_string(i), Rows(1)), IsOk());
  }
  EXPECT_THAT(uploads.Put("more", Rows(1)), IsError(ErrorCode::kResourceExhausted));
  clock.Advance(PendingUploads::kLifetime);
  EXPECT_FALSE(uploads.Has("0"));
  EXPECT_THAT(uploads.Put("more", Rows(1)), IsOk());
  EXPECT_THAT(uploads.Put("large", Rows(20'000)), IsError(ErrorCode::kResourceExhausted));
  EXPECT_NE(uploads.Take("more"), nullptr);
}

TEST(PendingUploadsTest, WhatIsOldGoesWithoutACall) {
  ManualClock clock(TimestampMs(0));
  PendingUploads uploads(clock, 1 << 20);
  auto rows = Rows(1);
  const std::weak_ptr<arrow::Table> kept = rows;
  EXPECT_THAT(uploads.Put("x", std::move(rows)), IsOk());
  clock.Advance(PendingUploads::kLifetime - std::chrono::milliseconds(1));
  uploads.ForgetOld();
  EXPECT_FALSE(kept.expired());
  clock.Advance(std::chrono::milliseconds(1));
  uploads.ForgetOld();
  EXPECT_TRUE(kept.expired());
}

}  // namespace
}  // namespace firn::flight
