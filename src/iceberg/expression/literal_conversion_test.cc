#include "iceberg/expression/literal_conversion.h"

#include <limits>

#include <gtest/gtest.h>

#include "iceberg/schema/civil_time.h"

namespace firn::iceberg {
namespace {

Literal Promoted(TypeId to, int32_t days) { return Promote(*Type::Plain(to), Literal(days)); }

TEST(PromoteTest, DaysBecomeInstantsWhereTheyFit) {
  for (int32_t days : {0, 20'000, -20'000, 106'751'991, -106'751'991}) {
    EXPECT_EQ(Promoted(TypeId::kTimestamp, days), Literal(days * kMicrosPerDay));
  }
  for (int32_t days : {106'751, -106'751}) {
    EXPECT_EQ(Promoted(TypeId::kTimestampNs, days), Literal(days * kMicrosPerDay * 1000));
  }
}

TEST(PromoteTest, DaysThatDoNotFitStayDays) {
  constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
  constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
  for (int32_t days : {106'751'992, -106'751'992, kMin, kMax}) {
    EXPECT_EQ(Promoted(TypeId::kTimestamp, days), Literal(days));
    EXPECT_EQ(Promoted(TypeId::kTimestampNs, days), Literal(days));
  }
  EXPECT_EQ(Promoted(TypeId::kTimestampNs, 106'752), Literal(int32_t{106'752}));
}

}  // namespace
}  // namespace firn::iceberg
