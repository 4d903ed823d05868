#include "server/rest/large_bodies.h"

#include <optional>
#include <utility>

#include "base/testing/matchers.h"

namespace firn::rest {
namespace {

using testing::IsError;
using testing::IsOk;

const MonotonicTime kPast = MonotonicTime() + std::chrono::seconds(1);

TEST(LargeBodies, TogetherTheyHaveALimit) {
  LargeBodies bodies;
  auto first = bodies.Wait(20 << 20, kNoDeadline);
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(bodies.Wait(20 << 20, kPast), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(bodies.Wait(10 << 20, kPast), IsOk());
  EXPECT_THAT(bodies.Wait(LargeBodies::kSmallBytes, kPast), IsOk());
  {
    std::optional<LargeBodies::Turn> ends(*std::move(first));
  }
  EXPECT_THAT(bodies.Wait(20 << 20, kPast), IsOk());
}

TEST(LargeBodies, OneAboveTheLimitIsAlone) {
  LargeBodies bodies;
  auto huge = bodies.Wait(100 << 20, kPast);
  ASSERT_THAT(huge, IsOk());
  EXPECT_THAT(bodies.Wait(2 << 20, kPast), IsError(ErrorCode::kUnavailable));
}

}  // namespace
}  // namespace firn::rest
