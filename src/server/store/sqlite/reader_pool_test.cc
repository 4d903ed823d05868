// Who gets a session for reading, and who waits how long.
#include "server/store/sql/reader_pool.h"

#include <chrono>
#include <thread>

#include "server/store/sqlite/sqlite_store.h"
#include "server/store/testing/store_test.h"

namespace firn::store::sqlite {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

TEST(ReaderPoolTest, AWaitEndsAtItsDeadlineOrWithASession) {
  store::testing::TestFolder folder;
  auto engine = OpenSqliteEngine({.path = folder.path() + "/catalog.db"});
  ASSERT_THAT(engine, IsOk());
  sql::ReaderPool pool(**engine, 1);
  std::jthread waiting;
  {
    auto loan = pool.Take(kNoDeadline);
    ASSERT_THAT(loan, IsOk());
    auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
    EXPECT_THAT(pool.Take(soon), IsError(ErrorCode::kDeadlineExceeded));
    waiting = std::jthread([&pool] {
      auto later = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      EXPECT_THAT(pool.Take(later), IsOk());
    });
  }
  waiting.join();
  EXPECT_THAT(pool.Take(kNoDeadline), IsOk());
}

}  // namespace
}  // namespace firn::store::sqlite
