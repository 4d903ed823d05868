// Many callers at once: one winner, no orphan, no gap.
#include <atomic>
#include <set>
#include <thread>

#include "server/store/testing/store_test.h"

namespace firn::store::testing {
namespace {

class ConcurrencySuite : public StoreTest {};

constexpr int kThreads = 8;

void InParallel(const std::function<void(int)>& body) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&body, i] { body(i); });
  }
}

TEST_P(ConcurrencySuite, OfManyCreatorsOfOneNameOneWins) {
  for (int round = 0; round < 20; ++round) {
    std::string name = "ns.t" + std::to_string(round);
    std::atomic<int> winners = 0;
    InParallel([&](int) {
      auto created = Create(name);
      if (created.has_value()) {
        ++winners;
      } else {
        EXPECT_THAT(created, IsError(ErrorCode::kAlreadyExists));
      }
    });
    EXPECT_EQ(winners, 1);
  }
}

TEST_P(ConcurrencySuite, OfManySwapsAtOneVersionOneWins) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  for (int64_t version = 1; version <= 20; ++version) {
    std::atomic<int> winners = 0;
    InParallel([&](int i) {
      auto swapped = Swap("ns.t", version, std::to_string(i));
      if (swapped.has_value()) {
        ++winners;
      } else {
        EXPECT_THAT(swapped, IsError(ErrorCode::kLostRace));
      }
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(Find("ns.t")->version, version + 1);
  }
}

TEST_P(ConcurrencySuite, NoSwapIsLost) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  constexpr int kSwapsEach = 25;
  InParallel([&](int i) {
    for (int done = 0; done < kSwapsEach;) {
      ObjectRef seen = Find("ns.t");
      auto swapped = Swap("ns.t", seen->version, std::to_string(i) + "-" + std::to_string(done));
      if (swapped.has_value()) {
        ++done;
        // Own writes are seen at once.
        EXPECT_GE(Find("ns.t")->version, swapped->objects[0].version);
      } else {
        EXPECT_THAT(swapped, IsError(ErrorCode::kLostRace));
      }
    }
  });
  EXPECT_EQ(Find("ns.t")->version, 1 + kThreads * kSwapsEach);
  int64_t sequence = 0;
  for (const EventRecord& event : Events()) {
    EXPECT_EQ(event.sequence, ++sequence);
  }
}

TEST_P(ConcurrencySuite, DroppingANamespaceNeverLeavesAnOrphan) {
  for (int round = 0; round < 40; ++round) {
    std::string name = "n" + std::to_string(round);
    ASSERT_THAT(CreateNs(name), IsOk());
    bool created = false;
    bool dropped = false;
    {
      std::jthread creator([&] { created = Create(name + ".t").has_value(); });
      std::jthread dropper([&] { dropped = DropNs(name).has_value(); });
    }
    EXPECT_NE(created, dropped);
    EXPECT_EQ(Find(name + ".t") != nullptr, created);
    EXPECT_EQ(store_->GetNamespace(warehouse_, Path(name)).has_value(), created);
  }
}

TEST_P(ConcurrencySuite, OneKeyRunsOnce) {
  std::atomic<int> ran = 0;
  InParallel([&](int) {
    MutationContext context = Context();
    context.idempotency = IdempotencyKey{.key = "k",
                                         .principal = "p",
                                         .warehouse = warehouse_,
                                         .operation = "o",
                                         .body_hash = "h",
                                         .expires_at = TimestampMs(INT64_MAX)};
    context.outcome = {200, "r"};
    auto result = store_->Execute(CreateNamespace{.path = Path("once")}, context);
    ASSERT_THAT(result, IsOk());
    ran += result->replayed.has_value() ? 0 : 1;
  });
  EXPECT_EQ(ran, 1);
}

TEST_P(ConcurrencySuite, ReadersNeverSeeAPointerGoBack) {
  ASSERT_THAT(Create("ns.t"), IsOk());
  std::atomic<bool> stop = false;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        int64_t last = 0;
        while (!stop) {
          ObjectRef seen = Find("ns.t");
          if (seen != nullptr) {
            EXPECT_GE(seen->version, last);
            last = seen->version;
          }
        }
      });
    }
    for (int64_t version = 1; version <= 300; ++version) {
      // No ASSERT: the readers must be told to stop.
      EXPECT_THAT(Swap("ns.t", version, std::to_string(version)), IsOk());
    }
    stop = true;
  }
}

TEST_P(ConcurrencySuite, EventsStayDenseUnderMixedLoad) {
  InParallel([&](int i) {
    std::string mine = "ns.t" + std::to_string(i);
    for (int k = 0; k < 20; ++k) {
      EXPECT_THAT(Create(mine), IsOk());
      EXPECT_THAT(Create("ns.shared"),
                  ::testing::AnyOf(IsOk(), IsError(ErrorCode::kAlreadyExists)));
      EXPECT_THAT(Drop("ns.shared"), ::testing::AnyOf(IsOk(), IsError(ErrorCode::kNoSuchTable)));
      EXPECT_THAT(Drop(mine), IsOk());
    }
  });
  auto events = Events();
  std::set<std::string> live;
  for (size_t i = 0; i < events.size(); ++i) {
    ASSERT_EQ(events[i].sequence, static_cast<int64_t>(i) + 1);
    if (events[i].type == "table.created") {
      EXPECT_TRUE(live.insert(events[i].name).second);
    } else if (events[i].type == "table.dropped") {
      EXPECT_EQ(live.erase(events[i].name), 1);
    }
  }
  EXPECT_EQ(Names("ns").size(), live.size());
}

INSTANTIATE_TEST_SUITE_P(Stores, ConcurrencySuite, ::testing::ValuesIn(StoreFactories()));

}  // namespace
}  // namespace firn::store::testing
