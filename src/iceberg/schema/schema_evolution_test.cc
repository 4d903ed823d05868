#include "iceberg/schema/schema_evolution.h"

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;

Schema Of(std::string_view type) {
  return testing::SchemaOfFields(
      fmt::format(R"({{"id":1,"name":"c","required":false,"type":{}}})", type));
}

Status Change(std::string_view from, std::string_view to, FormatVersion version = 3) {
  return CheckEvolution(Of(from), Of(to), version);
}

TEST(SchemaEvolution, PromotionsOfTheSpecification) {
  EXPECT_THAT(Change(R"("int")", R"("int")"), IsOk());
  EXPECT_THAT(Change(R"("int")", R"("long")"), IsOk());
  EXPECT_THAT(Change(R"("float")", R"("double")"), IsOk());
  EXPECT_THAT(Change("\"decimal(9,2)\"", "\"decimal(12,2)\""), IsOk());
  EXPECT_THAT(Change(R"("date")", R"("timestamp")"), IsOk());
  EXPECT_THAT(Change(R"("unknown")", R"("string")"), IsOk());
}

TEST(SchemaEvolution, DatesBecomeTimestampsFromVersionThreeOn) {
  for (std::string_view to : {R"("timestamp")", R"("timestamp_ns")"}) {
    EXPECT_THAT(Change(R"("date")", to, 3), IsOk());
    EXPECT_THAT(Change(R"("date")", to, 2), IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(Change(R"("date")", to, 1), IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(Change(R"("int")", R"("long")", 1), IsOk());
}

TEST(SchemaEvolution, AllElseIsRefused) {
  for (auto [from, to] : {std::pair(R"("int")", R"("uuid")"),
                          {R"("int")", R"("boolean")"},
                          {R"("long")", R"("int")"},
                          {R"("double")", R"("float")"},
                          {"\"decimal(9,2)\"", "\"decimal(12,3)\""},
                          {"\"decimal(9,2)\"", "\"decimal(8,2)\""},
                          {R"("date")", R"("timestamptz")"},
                          {R"("fixed[3]")", R"("fixed[4]")"},
                          {R"("string")", R"({"type":"struct","fields":[]})"}}) {
    EXPECT_THAT(Change(from, to), IsError(ErrorCode::kInvalidArgument)) << from << to;
  }
}

TEST(SchemaEvolution, NestedFieldsAreComparedByTheirIds) {
  auto list = [](std::string_view element) {
    return fmt::format(
        R"({{"type":"list","element-id":2,"element":"{}","element-required":false}})", element);
  };
  EXPECT_THAT(Change(list("int"), list("long")), IsOk());
  EXPECT_THAT(Change(list("int"), list("string")), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(CheckEvolution(Of(R"("int")"), Schema(), 2), IsOk());
  EXPECT_THAT(CheckEvolution(Schema(), Of(R"("int")"), 2), IsOk());
}

}  // namespace
}  // namespace firn::iceberg
