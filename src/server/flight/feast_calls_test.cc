// What a call has while it waits for definitions. What calls answer is in tests/feast.
#include "server/flight/feast_calls.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/testing/matchers.h"
#include "server/service/testing/test_catalog.h"
#include "storage/memory_object_store.h"

namespace firn::flight {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

using Loaded = Result<FeastCalls::RegistryPtr>;

class ScriptedDefinitions final : public features::Definitions {
 public:
  const std::string& name() const override { return name_; }
  Loaded Load() override { return on_load(); }

  std::function<Loaded()> on_load = [] {
    return std::make_shared<const features::FeastRegistry>();
  };

 private:
  const std::string name_ = "scripted";
};

class FeastCallsTest : public ::testing::Test {
 protected:
  FeastCallsTest() {
    auto definitions = std::make_unique<ScriptedDefinitions>();
    definitions_ = definitions.get();
    calls_ = std::make_unique<FeastCalls>(catalog_.environment(), warehouses_, service_,
                                          std::move(definitions), FeastOptions());
  }
  void SetUp() override {
    ASSERT_THAT(warehouses_.Open("default", "s3://warehouse", catalog_.clock().Now()), IsOk());
  }

  Result<FeastCalls::Call> Begin(const char* api) {
    return calls_->Begin(FeastCommand{.api = api}, calls_->Deadline(), {});
  }
  /// Whether another call, one over HTTP say, gets a place now.
  bool HasPlace() { return service_.Begin(catalog_.call(), {}).has_value(); }

  SystemClock clock_;
  storage::InMemoryObjectStore files_{clock_};
  service::testing::TestCatalog catalog_{files_};
  service::WarehouseDirectory warehouses_{catalog_.store(),
                                          [](const std::string&) { return Status(); }};
  server_features::FeatureService service_{catalog_.environment(), {.max_running = 1}};
  ScriptedDefinitions* definitions_ = nullptr;
  std::unique_ptr<FeastCalls> calls_;
};

TEST_F(FeastCallsTest, WhoWaitsForDefinitionsHasNoPlace) {
  for (const char* api : {"get_historical_features", "pull_all_from_table_or_query",
                          "pull_latest_from_table_or_query", "offline_write_batch"}) {
    int loads = 0;
    definitions_->on_load = [&]() -> Loaded {
      ++loads;
      EXPECT_TRUE(HasPlace()) << api;
      return std::make_shared<const features::FeastRegistry>();
    };
    auto call = Begin(api);
    ASSERT_THAT(call, IsOk()) << api;
    EXPECT_EQ(loads, 1) << api;
    EXPECT_NE(call->registry, nullptr) << api;
    EXPECT_FALSE(HasPlace()) << api;
  }
  EXPECT_TRUE(HasPlace());
}

TEST_F(FeastCallsTest, WhatNeedsNoDefinitionsWaitsForNone) {
  definitions_->on_load = []() -> Loaded {
    ADD_FAILURE() << "nobody asked";
    return Error(ErrorCode::kUnavailable, "down");
  };
  EXPECT_THAT(Begin("get_table_column_names_and_types_from_data_source"), IsOk());
  EXPECT_THAT(Begin("validate_data_source"), IsOk());
}

TEST_F(FeastCallsTest, SoManyWaitForDefinitionsAtATime) {
  int waiting = 0;
  definitions_->on_load = [&]() -> Loaded {
    const int place = ++waiting;
    auto next = Begin("pull_all_from_table_or_query");
    EXPECT_THAT(next, place == FeastCalls::kMaxLoading ? IsError(ErrorCode::kResourceExhausted)
                                                       : IsError(ErrorCode::kUnavailable));
    return Error(ErrorCode::kUnavailable, "down");
  };
  EXPECT_THAT(Begin("get_historical_features"), IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(waiting, FeastCalls::kMaxLoading);
  definitions_->on_load = [] { return std::make_shared<const features::FeastRegistry>(); };
  EXPECT_THAT(Begin("get_historical_features"), IsOk()) << "all have gone";
}

TEST_F(FeastCallsTest, WhatOnlyTheServersLogSaysIsSaidToBeThere) {
  definitions_->on_load = []() -> Loaded {
    return Error(ErrorCode::kUnavailable, "Not let in").With("postgresql", "FATAL: of the inside");
  };
  auto refused = Begin("get_historical_features");
  ASSERT_THAT(refused, IsError(ErrorCode::kUnavailable));
  EXPECT_EQ(refused.error().message(), "Not let in; the server's log says why");
  definitions_->on_load = []() -> Loaded { return Error(ErrorCode::kNotFound, "Not there"); };
  refused = Begin("get_historical_features");
  ASSERT_THAT(refused, IsError(ErrorCode::kNotFound));
  EXPECT_EQ(refused.error().message(), "Not there");
}

}  // namespace
}  // namespace firn::flight
