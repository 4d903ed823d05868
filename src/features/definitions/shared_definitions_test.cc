#include "features/definitions/shared_definitions.h"

#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using Loaded = Result<std::shared_ptr<const FeastRegistry>>;

class Scripted final : public Definitions {
 public:
  explicit Scripted(std::function<Loaded()> load) : load_(std::move(load)) {}

  const std::string& name() const override { return name_; }
  Loaded Load() override { return load_(); }

 private:
  const std::string name_ = "scripted";
  const std::function<Loaded()> load_;
};

TEST(SharedDefinitionsTest, WhoWaitsSharesTheNextLook) {
  constexpr int kCallers = 8;
  std::atomic<int> looks = 0;
  std::atomic<bool> held = true;
  SharedDefinitions definitions(std::make_unique<Scripted>([&]() -> Loaded {
    auto registry = std::make_shared<FeastRegistry>();
    registry->views.resize(static_cast<size_t>(++looks));
    held.wait(true);
    return std::shared_ptr<const FeastRegistry>(std::move(registry));
  }));
  const auto ask = [&](size_t look) {
    auto loaded = definitions.Load();
    ASSERT_THAT(loaded, IsOk());
    EXPECT_EQ((*loaded)->views.size(), look);
  };
  {
    std::jthread first([&] { ask(1); });
    while (looks == 0) {
      std::this_thread::yield();
    }
    std::vector<std::jthread> others;
    for (int i = 0; i < kCallers; ++i) {
      others.emplace_back([&] { ask(2); });
    }
    while (definitions.waiting() < kCallers) {
      std::this_thread::yield();
    }
    held = false;
    held.notify_all();
  }
  EXPECT_EQ(looks, 2);
  ask(3);
}

TEST(SharedDefinitionsTest, ErrorsAreOfTheirLookAlone) {
  int looks = 0;
  SharedDefinitions definitions(std::make_unique<Scripted>([&]() -> Loaded {
    if (++looks == 1) {
      return Error(ErrorCode::kUnavailable, "not yet");
    }
    if (looks == 2) {
      throw std::runtime_error("odd");
    }
    return std::make_shared<const FeastRegistry>();
  }));
  EXPECT_THAT(definitions.Load(), IsError(ErrorCode::kUnavailable));
  EXPECT_THAT(definitions.Load(), IsError(ErrorCode::kInternal));
  EXPECT_THAT(definitions.Load(), IsOk());
}

}  // namespace
}  // namespace firn::features
