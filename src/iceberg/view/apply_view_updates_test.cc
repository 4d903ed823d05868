#include "iceberg/view/apply_view_updates.h"

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/view/view_metadata_json.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::SchemaOfFields;

constexpr TimestampMs kNow{1'700'000'000'000};

ViewVersion Version(std::string_view sql, std::string_view dialect = "spark") {
  ViewVersion version;
  version.id = ViewVersionId(1);
  version.timestamp = TimestampMs(kNow.value() - 5);
  version.schema_id = SchemaId(kLastAdded);
  version.default_namespace = {"ns"};
  ViewRepresentation representation;
  representation.type = "sql";
  representation.sql = std::string(sql);
  representation.dialect = std::string(dialect);
  version.representations = {representation};
  return version;
}

Schema TestSchema() {
  return SchemaOfFields(R"({"id":5,"name":"a","required":false,"type":"int"})");
}

CreateViewSpec Spec() {
  CreateViewSpec spec;
  spec.schema = TestSchema().WithId(SchemaId(4));
  spec.version = Version("select 1");
  spec.version.schema_id = SchemaId(4);
  spec.location = "s3://warehouse/view";
  spec.properties = {{"comment", "x"}};
  spec.uuid = *Uuid::Parse("fa6506c3-7681-40c8-86dc-e36561f83385");
  return spec;
}

ViewMetadataPtr NewView() { return *NewViewMetadata(Spec(), kNow); }

Result<ViewMetadataPtr> Apply(const ViewMetadataPtr& base, std::vector<ViewUpdate> updates) {
  return ApplyViewUpdates(base, updates, TimestampMs(kNow.value() + 1000));
}

/// What a client sends to replace the view's query.
std::vector<ViewUpdate> Replace(const ViewMetadata& base, std::string_view sql) {
  ViewVersion version = Version(sql);
  version.schema_id = base.current_version().schema_id;
  version.id = ViewVersionId(base.current_version_id.value() + 1);
  return {AddViewVersion{version}, SetCurrentViewVersion{ViewVersionId(kLastAdded)}};
}

TEST(ApplyViewUpdates, VersionsHaveRepresentationsAndIdsLeaveRoom) {
  ViewMetadataPtr view = NewView();
  ViewVersion version = Version("select 2");
  version.schema_id = SchemaId(0);
  version.representations.clear();
  EXPECT_THAT(Apply(view, {AddViewVersion{version}}), IsError(ErrorCode::kInvalidArgument));
  version = Version("select 2");
  version.schema_id = SchemaId(0);
  version.id = ViewVersionId(2'147'483'647);
  EXPECT_THAT(Apply(view, {AddViewVersion{version}}), IsError(ErrorCode::kInvalidArgument));
  version.id = ViewVersionId(-1);
  ASSERT_OK_AND_ASSIGN(ViewMetadataPtr next, Apply(view, {AddViewVersion{version}}));
  EXPECT_EQ(next->versions.back().id, ViewVersionId(2));
  EXPECT_THAT(Apply(view, std::vector<ViewUpdate>(kMaxViewUpdates + 1, SetProperties{})),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(NewViewMetadata, SchemaIdIsAssigned) {
  ViewMetadataPtr view = NewView();
  EXPECT_EQ(view->schemas.front().id(), SchemaId(0));
  EXPECT_EQ(view->current_version().schema_id, SchemaId(0));
  EXPECT_EQ(view->current_schema().FindField("a")->id, FieldId(5));
  EXPECT_EQ(view->current_version_id, ViewVersionId(1));
  ASSERT_EQ(view->history.size(), 1);
  EXPECT_EQ(view->history.front().timestamp, TimestampMs(kNow.value() - 5));
  EXPECT_THAT(ParseViewMetadata(PrintViewMetadata(*view)), IsOk());
}

TEST(NewViewMetadata, Refuses) {
  CreateViewSpec spec = Spec();
  spec.version.representations.clear();
  EXPECT_THAT(NewViewMetadata(spec, kNow), IsError(ErrorCode::kInvalidArgument));
  spec = Spec();
  spec.location = "";
  EXPECT_THAT(NewViewMetadata(spec, kNow), IsError(ErrorCode::kInvalidArgument));
  spec = Spec();
  spec.version.representations.front().type = "plan";
  EXPECT_THAT(NewViewMetadata(spec, kNow), IsError(ErrorCode::kInvalidArgument));
}

TEST(NewViewMetadata, OneQueryADialect) {
  CreateViewSpec spec = Spec();
  spec.version = Version("select 1", "trino");
  spec.version.representations.push_back(spec.version.representations.front());
  spec.version.representations.back().dialect = "TRINO";
  auto view = NewViewMetadata(spec, kNow);
  ASSERT_THAT(view, IsError(ErrorCode::kIllegalView));
  EXPECT_EQ(view.error().message(),
            "Invalid view version: Cannot add multiple queries for dialect trino");
}

TEST(ApplyViewUpdates, NothingChangedIsTheBaseItself) {
  ViewMetadataPtr base = NewView();
  ASSERT_OK_AND_ASSIGN(
      auto same, Apply(base, {SetLocation{base->location}, AssignUuid{base->uuid},
                              UpgradeFormatVersion{1}, SetProperties{}, AddSchema{TestSchema()},
                              SetCurrentViewVersion{ViewVersionId(1)}}));
  EXPECT_EQ(same, base);
}

TEST(ApplyViewUpdates, ReplaceAndGoBack) {
  ViewMetadataPtr base = NewView();
  ASSERT_OK_AND_ASSIGN(auto second, Apply(base, Replace(*base, "select 2")));
  EXPECT_EQ(second->current_version_id, ViewVersionId(2));
  EXPECT_EQ(second->versions.size(), 2);
  EXPECT_EQ(second->history.size(), 2);
  ASSERT_OK_AND_ASSIGN(auto back, Apply(second, {SetCurrentViewVersion{ViewVersionId(1)}}));
  EXPECT_EQ(back->history.size(), 3);
  EXPECT_EQ(back->history.back().timestamp, TimestampMs(kNow.value() + 1000));
  // The same query again is the same version.
  ASSERT_OK_AND_ASSIGN(auto again, Apply(back, Replace(*back, "select 2")));
  EXPECT_EQ(again->current_version_id, ViewVersionId(2));
  EXPECT_EQ(again->versions.size(), 2);
}

TEST(ApplyViewUpdates, NewSchemaAndVersionTogether) {
  ViewMetadataPtr base = NewView();
  ASSERT_OK_AND_ASSIGN(
      auto next,
      Apply(
          base,
          {AddSchema{SchemaOfFields(R"({"id":1,"name":"b","required":false,"type":"int"})")},
           AddViewVersion{Version("select 3")}, SetCurrentViewVersion{ViewVersionId(kLastAdded)}}));
  EXPECT_EQ(next->current_version().schema_id, SchemaId(1));
  EXPECT_EQ(next->current_version_id, ViewVersionId(2));
}

TEST(ApplyViewUpdates, Refuses) {
  ViewMetadataPtr base = NewView();
  auto refused = [&base](std::vector<ViewUpdate> updates) {
    EXPECT_THAT(Apply(base, std::move(updates)), IsError(ErrorCode::kInvalidArgument));
  };
  refused({SetCurrentViewVersion{ViewVersionId(kLastAdded)}});
  refused({SetCurrentViewVersion{ViewVersionId(9)}});
  refused({AddViewVersion{Version("select 2")}});
  refused({AssignUuid{"00000000-0000-0000-0000-000000000001"}});
  refused({UpgradeFormatVersion{0}});
  refused({UpgradeFormatVersion{2}});
  ViewVersion unknown_schema = Version("select 2");
  unknown_schema.schema_id = SchemaId(7);
  refused({AddViewVersion{unknown_schema}});
  refused({SetProperties{{{std::string(kVersionHistoryProperty), "0"}}}});
  refused({SetProperties{{{std::string(kVersionHistoryProperty), "x"}}}});
}

TEST(ApplyViewUpdates, DialectsAreNotLostUnlessAllowed) {
  ViewMetadataPtr base = NewView();
  ViewVersion trino = Version("select 1", "trino");
  trino.schema_id = SchemaId(0);
  std::vector<ViewUpdate> updates{AddViewVersion{trino},
                                  SetCurrentViewVersion{ViewVersionId(kLastAdded)}};
  auto refused = Apply(base, updates);
  ASSERT_THAT(refused, IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(refused.error().message(),
            "Cannot replace view due to loss of view dialects "
            "(replace.drop-dialect.allowed=false):\nPrevious dialects: [spark]\nNew dialects: "
            "[trino]");
  updates.emplace_back(SetProperties{{{std::string(kDropDialectProperty), "True"}}});
  EXPECT_THAT(Apply(base, updates), IsOk());
}

TEST(ApplyViewUpdates, OldVersionsExpire) {
  ViewMetadataPtr view = NewView();
  ASSERT_OK_AND_ASSIGN(view,
                       Apply(view, {SetProperties{{{std::string(kVersionHistoryProperty), "3"}}}}));
  for (int n = 2; n <= 6; ++n) {
    ASSERT_OK_AND_ASSIGN(view, Apply(view, Replace(*view, fmt::format("select {}", n))));
  }
  EXPECT_EQ(view->versions.size(), 3);
  EXPECT_EQ(view->versions.front().id, ViewVersionId(4));
  EXPECT_EQ(view->history.size(), 3);
  // The current version stays, however old.
  ASSERT_OK_AND_ASSIGN(view, Apply(view, {SetCurrentViewVersion{ViewVersionId(4)}}));
  ASSERT_OK_AND_ASSIGN(view,
                       Apply(view, {SetProperties{{{std::string(kVersionHistoryProperty), "1"}}}}));
  ASSERT_EQ(view->versions.size(), 1);
  EXPECT_EQ(view->current_version_id, ViewVersionId(4));
  EXPECT_EQ(view->history.size(), 1);
}

}  // namespace
}  // namespace firn::iceberg
