#include "catalog/files/access_renewal.h"

#include <atomic>
#include <thread>
#include <vector>

#include "base/testing/matchers.h"

namespace firn::catalog {
namespace {

using firn::testing::IsError;

constexpr int64_t kStart = 1'000'000'000;
constexpr int64_t kHour = 3'600'000;

class AccessRenewalTest : public ::testing::Test {
 protected:
  /// Ends `life_ms` from now; the n-th one's key is `n`.
  FileAccess Access(int64_t life_ms) {
    std::string end = std::to_string(clock_.Now().value() + life_ms);
    return {.options = {},
            .scoped = {{"s3://b",
                        {{"s3.access-key-id", std::to_string(++made_)},
                         {std::string(kExpiryOption), end}}}},
            .signer = nullptr,
            .renew = [this] { return Renew(); }};
  }
  Result<FileAccess> Renew() {
    ++asked_;
    if (fails_) {
      return Error(ErrorCode::kUnavailable, "no catalog");
    }
    return Access(kHour);
  }
  static std::string KeyOf(AccessRenewal& renewal) {
    return renewal.Get().value()->scoped[0].options.at("s3.access-key-id");
  }

  ManualClock clock_{TimestampMs(kStart)};
  int made_ = 0;
  std::atomic<int> asked_ = 0;
  bool fails_ = false;
};

TEST_F(AccessRenewalTest, WhatHasNoEndIsNotRenewed) {
  AccessRenewal renewal({.options = {{"s3.session-token", "t"}},
                         .scoped = {},
                         .signer = nullptr,
                         .renew = [this] { return Renew(); }},
                        clock_);
  clock_.Advance(std::chrono::hours(100));
  EXPECT_EQ(renewal.Get().value()->options.at("s3.session-token"), "t");
  EXPECT_EQ(asked_, 0);
}

TEST_F(AccessRenewalTest, RenewedBeforeItEnds) {
  AccessRenewal renewal(Access(kHour), clock_);
  clock_.Advance(std::chrono::minutes(54));
  EXPECT_EQ(KeyOf(renewal), "1");
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(KeyOf(renewal), "2");
  EXPECT_EQ(KeyOf(renewal), "2");
  EXPECT_EQ(asked_, 1);
  clock_.Advance(std::chrono::minutes(56));
  EXPECT_EQ(KeyOf(renewal), "3") << "again and again";
}

TEST_F(AccessRenewalTest, AShortLifeIsRenewedInItsLastQuarter) {
  AccessRenewal renewal(Access(60'000), clock_);
  clock_.Advance(std::chrono::seconds(44));
  EXPECT_EQ(KeyOf(renewal), "1");
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(KeyOf(renewal), "2");
}

TEST_F(AccessRenewalTest, AFailureIsToldOnceNothingIsValid) {
  AccessRenewal renewal(Access(kHour), clock_);
  fails_ = true;
  clock_.Advance(std::chrono::minutes(56));
  EXPECT_EQ(KeyOf(renewal), "1");
  EXPECT_EQ(KeyOf(renewal), "1");
  EXPECT_EQ(asked_, 1) << "not at every call";
  clock_.Advance(AccessRenewal::kPause);
  EXPECT_EQ(KeyOf(renewal), "1");
  EXPECT_EQ(asked_, 2);
  clock_.Advance(std::chrono::minutes(5));
  EXPECT_THAT(renewal.Get(), IsError(ErrorCode::kUnavailable));
  fails_ = false;
  EXPECT_EQ(KeyOf(renewal), "2");
}

TEST_F(AccessRenewalTest, WhatIsOverWhenItComesIsNotAskedForWithoutPause) {
  AccessRenewal renewal(Access(-1), clock_);
  EXPECT_EQ(KeyOf(renewal), "1");
  EXPECT_EQ(asked_, 0);
  clock_.Advance(AccessRenewal::kPause);
  EXPECT_EQ(KeyOf(renewal), "2");
}

TEST_F(AccessRenewalTest, ManyThreadsRenewOnce) {
  AccessRenewal renewal(Access(60'000), clock_);
  clock_.Advance(std::chrono::seconds(61));
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(KeyOf(renewal), "2"); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(asked_, 1);
}

}  // namespace
}  // namespace firn::catalog
