#include "storage/store_router.h"

#include <filesystem>
#include <iterator>

#include "base/testing/matchers.h"
#include "base/uuid.h"
#include "storage/memory_object_store.h"

namespace firn::storage {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;
namespace fs = std::filesystem;

class StoreRouterTest : public ::testing::Test {
 protected:
  StoreRouterTest()
      : folder_(fs::temp_directory_path() / ("firn-" + Uuid::Random().ToString())),
        router_(LocalObjectStore::Make({.roots = std::vector{folder_.string()}}).value()) {
    router_.AddScheme("s3", [this]() -> Result<std::unique_ptr<ObjectStore>> {
      ++made_;
      return std::make_unique<InMemoryObjectStore>(clock_);
    });
  }
  ~StoreRouterTest() override { fs::remove_all(folder_); }

  SystemClock clock_;
  fs::path folder_;
  int made_ = 0;
  StoreRouter router_;
};

TEST_F(StoreRouterTest, TheSchemeChoosesTheStore) {
  ASSERT_THAT(router_.AddRoot("s3://bucket/warehouse"), IsOk());
  std::string local = (folder_ / "a").string();
  ASSERT_THAT(router_.Write("file://" + local, "local", WriteMode::kCreateNew), IsOk());
  ASSERT_THAT(router_.Write("s3://bucket/warehouse/a", "s3", WriteMode::kCreateNew), IsOk());
  EXPECT_THAT(router_.Read(local, 10), IsOkAnd("local"));
  EXPECT_THAT(router_.Read("s3a://bucket/warehouse/a", 10), IsOkAnd("s3"));
  EXPECT_THAT(router_.ReadRange("s3://bucket/warehouse/a", 1, 1), IsOkAnd("3"));
  EXPECT_NE(*router_.OpenLocal(local), nullptr);
  EXPECT_EQ(*router_.OpenLocal("s3://bucket/warehouse/a"), nullptr);
  EXPECT_EQ(router_.Glance(local), Sighting::kThere);
  EXPECT_EQ(router_.Stat("s3://bucket/warehouse/a")->size_bytes, 2);
  EXPECT_TRUE(router_.StillThere("s3://bucket/warehouse/a"));
  EXPECT_EQ(router_.List("s3://bucket/warehouse", {})->files.size(), 1U);
  EXPECT_THAT(router_.EnsureDirectory("s3://bucket/warehouse/t"), IsOk());
  EXPECT_THAT(router_.DeleteMany(std::vector<std::string>{local, "s3://bucket/warehouse/a"}),
              IsOk());
  EXPECT_FALSE(fs::exists(local));
  EXPECT_FALSE(router_.StillThere("s3://bucket/warehouse/a"));
}

TEST_F(StoreRouterTest, WhatLiesOutsideTheRootsIsForbidden) {
  ASSERT_THAT(router_.AddRoot("s3://bucket/warehouse"), IsOk());
  for (std::string location :
       {"s3://bucket/other", "s3://bucket/warehouse2/a", "s3://b/warehouse/a", "s3://bucket"}) {
    EXPECT_THAT(router_.Read(location, 1), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_THAT(router_.Delete(location), IsError(ErrorCode::kForbidden)) << location;
    EXPECT_EQ(router_.Glance(location), Sighting::kUnknown);
    EXPECT_FALSE(router_.StillThere(location));
  }
  EXPECT_THAT(router_.Read("/etc/passwd", 1), IsError(ErrorCode::kForbidden));
  EXPECT_THAT(router_.Read("s3://bucket/warehouse/../other", 1),
              IsError(ErrorCode::kInvalidArgument));
  std::vector<std::string> some = {"s3://bucket/warehouse/a", "s3://bucket/other"};
  EXPECT_THAT(router_.DeleteMany(some), IsError(ErrorCode::kForbidden));
  ASSERT_THAT(router_.AddRoot("s3://bucket"), IsOk());
  EXPECT_THAT(router_.Read("s3://bucket/other", 1), IsError(ErrorCode::kNotFound));
}

TEST_F(StoreRouterTest, AStoreIsMadeOnceWhenItIsNeeded) {
  EXPECT_EQ(made_, 0);
  EXPECT_THAT(router_.Read("s3://bucket/a", 1), IsError(ErrorCode::kForbidden));
  EXPECT_EQ(made_, 0);
  ASSERT_THAT(router_.AddRoot("s3://bucket/a"), IsOk());
  ASSERT_THAT(router_.AddRoot("s3a://other"), IsOk());
  ASSERT_THAT(router_.AddRoot("s3://bucket/a/"), IsOk());
  EXPECT_EQ(made_, 1);
}

TEST_F(StoreRouterTest, APlaceThatIsAllowedAlreadyTakesNoDescriptor) {
  auto descriptors = [] {
    fs::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const std::string place = (folder_ / "w").string();
  ASSERT_THAT(router_.AddRoot(place), IsOk());
  const auto before = descriptors();
  for (const std::string& again : {place, "file://" + place, place + "/"}) {
    ASSERT_THAT(router_.AddRoot(again), IsOk());
    EXPECT_EQ(descriptors(), before) << again;
  }
}

TEST_F(StoreRouterTest, APlaceThatWasRemovedIsMadeAgain) {
  const fs::path place = folder_ / "elsewhere/w";
  StoreRouter router(LocalObjectStore::Make({.roots = std::vector<std::string>()}).value());
  for (int round = 0; round < 3; ++round) {
    ASSERT_THAT(router.AddRoot(place.string()), IsOk());
    ASSERT_THAT(router.Write((place / "t/a").string(), "x", WriteMode::kCreateNew), IsOk());
    EXPECT_TRUE(fs::exists(place / "t/a"));
    fs::remove_all(place);
  }
}

TEST_F(StoreRouterTest, RequestedPlacesHaveALimit) {
  for (size_t i = 0; i < StoreRouter::kMaxRoots; ++i) {
    ASSERT_THAT(router_.AddRequestedRoot("s3://bucket/" + std::to_string(i)), IsOk());
  }
  EXPECT_THAT(router_.AddRequestedRoot("s3://bucket/more"), IsError(ErrorCode::kConflict));
  EXPECT_THAT(router_.AddRequestedRoot((folder_ / "more").string()), IsError(ErrorCode::kConflict));
  EXPECT_FALSE(fs::exists(folder_ / "more"));
  EXPECT_THAT(router_.AddRequestedRoot("s3://bucket/7"), IsOk());
  // What is there at start has none.
  EXPECT_THAT(router_.AddRoot("s3://bucket/more"), IsOk());
  EXPECT_THAT(router_.AddRequestedRoot("s3://bucket/another"), IsError(ErrorCode::kConflict));
}

TEST_F(StoreRouterTest, ASchemeWithoutAStoreIsRefused) {
  EXPECT_THAT(router_.AddRoot("gs://bucket"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(router_.Read("gs://bucket/a", 1), IsError(ErrorCode::kInvalidArgument));
  router_.AddScheme("gs", []() -> Result<std::unique_ptr<ObjectStore>> {
    return Error(ErrorCode::kInternal, "cannot be made");
  });
  EXPECT_THAT(router_.AddRoot("gs://bucket"), IsError(ErrorCode::kInternal));
  EXPECT_THAT(router_.AddRoot("gs://bucket"), IsError(ErrorCode::kInternal));
}

}  // namespace
}  // namespace firn::storage
