#include "features/definitions/load_troubles.h"

#include <string>
#include <vector>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using ::testing::ElementsAre;

TEST(LoadTroublesTest, ACauseIsToldOnceUntilItIsOver) {
  std::vector<std::string> told;
  LoadTroubles troubles([&told](LoadTrouble trouble, const Error& error) {
    told.push_back((trouble == LoadTrouble::kKept ? "kept: " : "failed: ") + error.message());
  });
  const Error down(ErrorCode::kUnavailable, "down");
  const Error slow(ErrorCode::kUnavailable, "slow");
  for (int i = 0; i < 3; ++i) {
    troubles.Tell(LoadTrouble::kFailed, down);
    troubles.Tell(LoadTrouble::kFailed, slow);
    troubles.Tell(LoadTrouble::kKept, slow);
  }
  EXPECT_THAT(told, ElementsAre("failed: down", "failed: slow", "kept: slow"));
  troubles.Over();
  troubles.Tell(LoadTrouble::kFailed, slow);
  EXPECT_THAT(told, ElementsAre("failed: down", "failed: slow", "kept: slow", "failed: slow"));
}

TEST(LoadTroublesTest, CausesWithoutEndAreNotAllTold) {
  size_t told = 0;
  LoadTroubles troubles([&told](LoadTrouble, const Error&) { ++told; });
  for (size_t i = 0; i < 2 * LoadTroubles::kMaxCauses; ++i) {
    troubles.Tell(LoadTrouble::kFailed, Error(ErrorCode::kUnavailable, std::to_string(i)));
  }
  EXPECT_EQ(told, LoadTroubles::kMaxCauses);
}

TEST(LoadTroublesTest, NobodyNeedListen) {
  LoadTroubles troubles(nullptr);
  troubles.Tell(LoadTrouble::kFailed, Error(ErrorCode::kUnavailable, "down"));
  troubles.Over();
}

}  // namespace
}  // namespace firn::features
