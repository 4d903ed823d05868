// The registry in tests/golden/feast_registry was written by Feast.
#include "features/definitions/feast_registry.h"

#include <fstream>
#include <iterator>
#include <string>

#include "base/testing/matchers.h"

namespace firn::features {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::IsNull;
using testing::IsOk;
using testing::IsOkAnd;
using ::testing::Pair;

std::string Golden(const std::string& name) {
  std::ifstream file(std::string(FIRN_SOURCE_DIR) + "/tests/golden/feast_registry/" + name,
                     std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class FeastRegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto read = ReadFeastRegistry(Golden("registry.db"));
    ASSERT_THAT(read, IsOk());
    registry_ = *std::move(read);
  }
  const FeastView& View(std::string_view name) {
    auto found = registry_.FindView("rides", name);
    EXPECT_THAT(found, IsOk());
    return **found;
  }

  FeastRegistry registry_;
};

TEST_F(FeastRegistryTest, AViewOfFeastsIcebergSource) {
  const FeastView& view = View("driver_stats");
  EXPECT_THAT(view.join_keys, ElementsAre("driver_id"));
  EXPECT_THAT(view.features, ElementsAre("rate", "trips"));
  EXPECT_EQ(view.ttl_us, int64_t{7} * 86'400'000'000 + 5);
  EXPECT_EQ(view.source.name, "stats");
  EXPECT_EQ(view.source.timestamp_field, "event_timestamp");
  EXPECT_EQ(view.source.created_timestamp_column, "created");
  EXPECT_EQ(view.source.ColumnOf("rate"), "conv_rate");
  EXPECT_EQ(view.source.ColumnOf("trips"), "trips");
  EXPECT_EQ(view.source.words, SourceWords::kIceberg);
  EXPECT_THAT(view.source.TableIn("default"),
              IsOkAnd(TableIdentifier{NamespacePath{{"db", "inner"}}, "driver_stats"}));
}

TEST_F(FeastRegistryTest, AnotherWarehouseIsRefusedByName) {
  auto table = View("driver_stats").source.TableIn("main");
  ASSERT_THAT(table, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(table.error().message(),
              HasSubstr("stats is of the warehouse default, but main is served here"));
}

TEST_F(FeastRegistryTest, ViewsWithoutEntitiesHaveNoKeys) {
  const FeastView& view = View("everywhere");
  EXPECT_THAT(view.join_keys, IsEmpty());
  EXPECT_EQ(view.ttl_us, 0);
  EXPECT_EQ(view.source.created_timestamp_column, "");
}

TEST_F(FeastRegistryTest, PushedViewsAreOfTheirBatchSource) {
  EXPECT_EQ(View("pushed").source.TableIn("default")->name, "pushed");
}

TEST_F(FeastRegistryTest, OtherSourcesAreRefusedByName) {
  auto table = View("of_files").source.TableIn("default");
  ASSERT_THAT(table, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(table.error().message(), HasSubstr("files"));
  EXPECT_THAT(table.error().message(), HasSubstr("FileSource"));
}

TEST_F(FeastRegistryTest, SourcesOfFirnNameTheirTable) {
  auto source = registry_.FindSource("rides", "of_firn");
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ((*source)->words, SourceWords::kArrow);
  EXPECT_THAT((*source)->TableIn("default"),
              IsOkAnd(TableIdentifier{NamespacePath{{"db"}}, "odd.name"}));
}

TEST_F(FeastRegistryTest, ProjectionsRenameKeys) {
  const FeastView& view = View("driver_stats");
  ASSERT_OK_AND_ASSIGN(const FeastProjection* origin, registry_.FindProjection(view, "origin"));
  ASSERT_NE(origin, nullptr);
  EXPECT_THAT(origin->join_keys, ElementsAre(Pair("driver_id", "origin_id")));
  EXPECT_EQ(origin->EntityColumnOf("driver_id"), "origin_id");
  EXPECT_EQ(origin->EntityColumnOf("other"), "other");
  EXPECT_THAT(registry_.FindProjection(view, "nowhere"), IsOkAnd(IsNull()));
  EXPECT_THAT(registry_.FindProjection(View("pushed"), "origin"), IsOkAnd(IsNull()));
}

TEST_F(FeastRegistryTest, ProjectionsThatCouldBeMeantHaveTheSameKeys) {
  const FeastView& view = View("driver_stats");
  FeastProjection other{.project = "rides",
                        .service = "other",
                        .view = "driver_stats",
                        .alias = "origin",
                        .join_keys = {{"driver_id", "origin_id"}, {"unknown", "x"}}};
  registry_.projections.push_back(other);
  EXPECT_THAT(registry_.FindProjection(view, "origin"), IsOk());
  registry_.projections.back().join_keys = {};
  auto refused = registry_.FindProjection(view, "origin");
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(refused.error().message(), HasSubstr("other"));
  EXPECT_THAT(refused.error().message(), HasSubstr("with_name"));
  registry_.projections.back().project = "elsewhere";
  EXPECT_THAT(registry_.FindProjection(view, "origin"), IsOk());
  registry_.projections.back() = other;
  registry_.projections.back().alias = "";
  refused = registry_.FindProjection(view, "");
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(refused.error().message(), HasSubstr("other"));
  registry_.projections.back().join_keys = {{"driver_id", "driver_id"}};
  EXPECT_THAT(registry_.FindProjection(view, ""), IsOk());
}

TEST_F(FeastRegistryTest, NamesOfSeveralProjectsNeedOne) {
  EXPECT_THAT(registry_.FindSource("rides", "stats"), IsOk());
  EXPECT_THAT(registry_.FindSource("", "files"), IsOk());
  EXPECT_THAT(registry_.FindSource("", "stats"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(registry_.FindSource("rides", "lost"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(registry_.FindView("other", "driver_stats"), IsError(ErrorCode::kNotFound));
}

TEST_F(FeastRegistryTest, AnyPrefixIsARegistryOrAnError) {
  const std::string bytes = Golden("registry.db");
  int errors = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    auto read = ReadFeastRegistry(std::string_view(bytes).substr(0, size));
    errors += read.has_value() ? 0 : 1;
  }
  EXPECT_GT(errors, 0);
  EXPECT_THAT(ReadFeastRegistry(""), IsOk());
}

TEST(FeastSourceJsonTest, AsClientsSendIt) {
  auto source = ReadFeastSourceJson(Golden("source.json"));
  ASSERT_THAT(source, IsOk());
  EXPECT_EQ(source->name, "stats");
  EXPECT_EQ(source->ColumnOf("rate"), "conv_rate");
  EXPECT_EQ(source->timestamp_field, "event_timestamp");
  EXPECT_EQ(source->created_timestamp_column, "created");
  EXPECT_THAT(source->TableIn("default"),
              IsOkAnd(TableIdentifier{NamespacePath{{"db", "inner"}}, "driver_stats"}));
}

TEST(FeastSourceJsonTest, AnOlderStateOfATableIsRefused) {
  // {"table_identifier": "db.t", "ref": "v1"}
  auto source = ReadFeastSourceJson(R"({"name":"s","type":"CUSTOM_SOURCE",
      "dataSourceClassType":"firn.feast.IcebergSource","customOptions":{"configuration":
      "eyJ0YWJsZV9pZGVudGlmaWVyIjogImRiLnQiLCAicmVmIjogInYxIn0="}})");
  ASSERT_THAT(source, IsOk());
  EXPECT_THAT(source->TableIn("default"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(source->kind, HasSubstr("ref is not served"));
}

TEST(FeastSourceJsonTest, WhatIsNoneIsAnError) {
  EXPECT_THAT(ReadFeastSourceJson("["), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadFeastSourceJson("[]"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadFeastSourceJson(R"({"customOptions":{"configuration":"?"}})"),
              IsError(ErrorCode::kInvalidArgument));
  auto files = ReadFeastSourceJson(R"({"name":"f","type":"BATCH_FILE"})");
  ASSERT_THAT(files, IsOk());
  EXPECT_THAT(files->TableIn("default"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(files->kind, "BATCH_FILE");
}

}  // namespace
}  // namespace firn::features
