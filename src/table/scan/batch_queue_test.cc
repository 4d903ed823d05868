#include "table/scan/batch_queue.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "columnar/testing/batches.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

/// Of `rows` integers: 8 bytes each.
BatchPtr Longs(int64_t rows) {
  auto values = columnar::testing::Longs(std::vector<int64_t>(static_cast<size_t>(rows), 7));
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("x", arrow::int64())}), rows,
                                  {std::move(values)});
}

TEST(BatchQueueTest, FilesComeInTheirOrder) {
  BatchQueue queue(1 << 20);
  ASSERT_TRUE(queue.Push(1, Longs(11)));
  ASSERT_TRUE(queue.Push(0, Longs(10)));
  queue.End(1, {});
  queue.End(0, {});
  queue.SetCount(2, {});
  for (int64_t rows : {10, 11}) {
    ASSERT_OK_AND_ASSIGN(auto batch, queue.Pop(kNoDeadline));
    EXPECT_EQ((*batch)->num_rows(), rows);
  }
  ASSERT_OK_AND_ASSIGN(auto end, queue.Pop(kNoDeadline));
  EXPECT_EQ(*end, nullptr);
}

TEST(BatchQueueTest, AFileThatFailedIsToldAfterItsBatches) {
  BatchQueue queue(1 << 20);
  ASSERT_TRUE(queue.Push(0, Longs(1)));
  queue.End(0, Error(ErrorCode::kIoError, "gone"));
  ASSERT_THAT(queue.Pop(kNoDeadline), IsOk());
  EXPECT_THAT(queue.Pop(kNoDeadline), IsError(ErrorCode::kIoError));
}

// What a filter keeps of a row group that was decoded at once may be one slice: it holds the group.
TEST(BatchQueueTest, ASliceCountsAsWhatItHolds) {
  BatchQueue queue(1 << 20);
  BatchPtr group = Longs(1000);
  ASSERT_TRUE(queue.Push(0, group->Slice(10, 5)));
  const int64_t whole = queue.waiting_bytes();
  EXPECT_GE(whole, 8000);
  ASSERT_TRUE(queue.Push(0, group->Slice(500, 5)));
  EXPECT_EQ(queue.waiting_bytes(), whole);
  ASSERT_TRUE(queue.Push(0, Longs(100)));
  EXPECT_GT(queue.waiting_bytes(), whole);
  for (int i = 0; i < 2; ++i) {
    EXPECT_GE(queue.waiting_bytes(), whole);
    ASSERT_THAT(queue.Pop(kNoDeadline), IsOk());
  }
  EXPECT_LT(queue.waiting_bytes(), whole);
  ASSERT_THAT(queue.Pop(kNoDeadline), IsOk());
  EXPECT_EQ(queue.waiting_bytes(), 0);
}

TEST(BatchQueueTest, ReadersWaitForRoomButTheQueueMoves) {
  BatchQueue queue(100);
  ASSERT_TRUE(queue.Push(1, Longs(100)));
  // Above the bound, and yet the first file's turn.
  ASSERT_TRUE(queue.Push(0, Longs(100)));
  std::atomic<int> pushed = 0;
  std::thread first([&] { pushed += queue.Push(0, Longs(100)) ? 1 : 0; });
  std::thread later([&] { pushed += queue.Push(2, Longs(1)) ? 1 : 0; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(pushed, 0);
  ASSERT_THAT(queue.Pop(kNoDeadline), IsOk());
  first.join();
  ASSERT_THAT(queue.Pop(kNoDeadline), IsOk());
  queue.End(0, {});
  ASSERT_THAT(queue.Pop(kNoDeadline), IsOk());
  later.join();
  EXPECT_EQ(pushed, 2);
  queue.Stop();
  EXPECT_FALSE(queue.Push(1, Longs(1)));
}

}  // namespace
}  // namespace firn::table
