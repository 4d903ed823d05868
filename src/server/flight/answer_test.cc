// What an answer holds, until when.
#include "server/flight/answer.h"

#include <memory>
#include <utility>

#include <arrow/table.h>

#include "base/testing/matchers.h"
#include "features/testing/feature_table.h"
#include "server/features/feature_service.h"
#include "server/service/testing/test_catalog.h"
#include "storage/memory_object_store.h"

namespace firn::flight {
namespace {

using server_features::FeatureService;
using testing::IsError;
using testing::IsOk;

/// So many rows, each a part, then an error or the end.
class SomeRows final : public server_features::FeatureRows {
 public:
  SomeRows(int count, Status end) : left_(count), end_(std::move(end)) {}
  Result<std::shared_ptr<arrow::Schema>> Open() override { return part_->schema(); }
  Result<std::shared_ptr<arrow::Table>> Next() override {
    if (left_ > 0) {
      --left_;
      return part_;
    }
    RETURN_IF_ERROR(end_);
    return nullptr;
  }

 private:
  const std::shared_ptr<arrow::Table> part_ =
      features::testing::TableOfJson({arrow::field("a", arrow::int64())}, R"([{"a":1}])");
  int left_;
  const Status end_;
};

class FakeUpload final : public Held {
 public:
  void GiveBack(const Error&) override {}
};

class AnswerTest : public ::testing::Test {
 protected:
  std::shared_ptr<Answer> Open(int rows, Status end) {
    auto run = service_.Begin(catalog_.call(), {});
    EXPECT_THAT(run, IsOk());
    auto upload = std::make_shared<FakeUpload>();
    upload_ = upload;
    auto answer = Answer::Open(*std::move(run), std::make_unique<SomeRows>(rows, std::move(end)),
                               std::move(upload));
    EXPECT_THAT(answer, IsOk());
    return *std::move(answer);
  }
  bool HoldsNothing() const { return service_.counters().running == 0 && upload_.expired(); }

  SystemClock clock_;
  storage::InMemoryObjectStore files_{clock_};
  service::testing::TestCatalog catalog_{files_};
  FeatureService service_{catalog_.environment(), {.max_running = 1}};
  std::weak_ptr<Held> upload_;
};

TEST_F(AnswerTest, HoldsAllUntilItsRowsEnd) {
  auto answer = Open(1, {});
  auto batch = answer->Next();
  ASSERT_THAT(batch, IsOk());
  EXPECT_EQ((*batch)->num_rows(), 1);
  EXPECT_FALSE(HoldsNothing());
  for (int i = 0; i < 2; ++i) {
    batch = answer->Next();
    ASSERT_THAT(batch, IsOk());
    EXPECT_EQ(*batch, nullptr);
    EXPECT_TRUE(HoldsNothing());
  }
  answer->GiveBack({ErrorCode::kDeadlineExceeded, "late"});
  EXPECT_THAT(answer->Next(), IsOk()) << "it had ended";
  EXPECT_EQ(service_.counters().completed, 1U);
}

TEST_F(AnswerTest, OrFail) {
  auto answer = Open(0, Error(ErrorCode::kInternal, "broken"));
  EXPECT_THAT(answer->Next(), IsError(ErrorCode::kInternal));
  EXPECT_TRUE(HoldsNothing());
  EXPECT_THAT(answer->Next(), IsError(ErrorCode::kInternal));
  EXPECT_EQ(service_.counters().failed, 1U);
}

TEST_F(AnswerTest, GivesBackOnceWhileItsRowsAreSent) {
  auto answer = Open(9, {});
  auto sending = answer->Next();
  ASSERT_THAT(sending, IsOk());
  answer->GiveBack({ErrorCode::kDeadlineExceeded, "late"});
  EXPECT_TRUE(HoldsNothing());
  EXPECT_EQ((*sending)->num_rows(), 1) << "what is being sent stays";
  EXPECT_THAT(answer->Next(), IsError(ErrorCode::kDeadlineExceeded));
  answer->GiveBack({ErrorCode::kUnavailable, "again"});
  answer.reset();
  EXPECT_EQ(service_.counters().failed, 1U);
  EXPECT_EQ(service_.counters().running, 0);
  EXPECT_THAT(service_.Begin(catalog_.call(), {}), IsOk());
}

TEST_F(AnswerTest, LetsGoWhenItGoes) {
  Open(9, {}).reset();
  EXPECT_TRUE(HoldsNothing());
}

}  // namespace
}  // namespace firn::flight
