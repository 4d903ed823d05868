#include "table/evolve/schema_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/type_text.h"
#include "table/commit/testing/commit_fixture.h"
#include "table/evolve/type_promotion.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::FieldId;
using iceberg::Type;
using iceberg::TypeId;
using testing::CommitFixture;

iceberg::TypePtr Plain(TypeId id) { return Type::Plain(id); }

/// Commits the steps to a table with id, at, name.
class SchemaChangeTest : public ::testing::Test {
 protected:
  Result<Table> Change(std::vector<SchemaStep> steps,
                       Compatibility compatibility = Compatibility::kRequired) {
    UpdatesAction action([=](const iceberg::TableMetadata& table) {
      return ChangeSchema(table, steps, compatibility);
    });
    return fixture_.Commit(fixture_.Load(), action);
  }

  std::string Columns() {
    std::string text;
    for (const auto& field : fixture_.Load().metadata->current_schema().fields()) {
      text += (text.empty() ? "" : ", ") + iceberg::ToString(field);
    }
    return text;
  }

  /// points: list<struct<x, y>>, tags: map<string, struct<v>>.
  void AddNested() {
    auto point = Type::Struct(
        {{FieldId(1), "x", Plain(TypeId::kFloat)}, {FieldId(2), "y", Plain(TypeId::kFloat)}});
    auto tag = Type::Struct({{FieldId(1), "v", Plain(TypeId::kInt)}});
    ASSERT_THAT(
        Change({AddColumn{.parent = "",
                          .name = "points",
                          .type = Type::List(FieldId(3), point, true),
                          .doc = {},
                          .default_value = {}},
                AddColumn{.parent = "",
                          .name = "tags",
                          .type = Type::Map({FieldId(8), "key", Plain(TypeId::kString), true},
                                            {FieldId(9), "value", tag}),
                          .doc = {},
                          .default_value = {}}}),
        IsOk());
  }

  static AddColumn Add(std::string parent, std::string name, iceberg::TypePtr type) {
    return {.parent = std::move(parent),
            .name = std::move(name),
            .type = std::move(type),
            .doc = {},
            .default_value = {}};
  }

  static UpdateColumn Retype(std::string name, iceberg::TypePtr type) {
    return {.name = std::move(name),
            .type = std::move(type),
            .required = {},
            .doc = {},
            .write_default = {}};
  }

  CommitFixture fixture_{3};
};

TEST_F(SchemaChangeTest, StepsFollowEachOther) {
  ASSERT_THAT(Change({Add("", "price", Plain(TypeId::kFloat)), RenameColumn{"price", "cost"},
                      Retype("cost", Plain(TypeId::kDouble)), DropColumn{"name"},
                      MoveColumn{"cost", MoveColumn::Where::kAfter, "id"}}),
              IsOk());
  EXPECT_EQ(Columns(), "1: id: required long, 4: cost: optional double, 2: at: optional timestamp");
  EXPECT_EQ(fixture_.Load().metadata->last_column_id, FieldId(4));
}

TEST_F(SchemaChangeTest, IdsAreNeverUsedTwice) {
  ASSERT_THAT(Change({Add("", "x", Plain(TypeId::kInt))}), IsOk());
  ASSERT_THAT(Change({DropColumn{"x"}}), IsOk());
  ASSERT_THAT(Change({Add("", "x", Plain(TypeId::kInt))}), IsOk());
  EXPECT_EQ(fixture_.Load().metadata->current_schema().FindField("x")->id, FieldId(5));
}

TEST_F(SchemaChangeTest, NestedColumns) {
  AddNested();
  ASSERT_THAT(
      Change({Add("points", "z", Plain(TypeId::kDouble)),
              RenameColumn{"points.element.x", "easting"}, DropColumn{"points.y"},
              Add("tags", "w", Plain(TypeId::kLong)), Retype("tags.value.v", Plain(TypeId::kLong)),
              MoveColumn{"points.z", MoveColumn::Where::kFirst, ""}}),
      IsOk());
  const auto& schema = fixture_.Load().metadata->current_schema();
  EXPECT_EQ(iceberg::ToString(*schema.FindField("points")->type->element().type),
            "struct<12: z: optional double, 6: easting: optional float>");
  EXPECT_EQ(schema.FindField("tags.v")->type->id(), TypeId::kLong);
  EXPECT_NE(schema.FindField("tags.value.w"), nullptr);
}

TEST_F(SchemaChangeTest, ListsAndMapsKeepTheirParts) {
  AddNested();
  for (const SchemaStep& step :
       std::vector<SchemaStep>{DropColumn{"points.element"}, RenameColumn{"tags.value", "v"},
                               Retype("tags.key", Plain(TypeId::kBinary)), DropColumn{"tags.key"},
                               MoveColumn{"points.x", MoveColumn::Where::kAfter, "id"}}) {
    EXPECT_THAT(Change({step}), IsError(ErrorCode::kInvalidArgument));
  }
}

TEST_F(SchemaChangeTest, WhatIsNotThereOrIsThereAlready) {
  for (const SchemaStep& step : std::vector<SchemaStep>{
           RenameColumn{"none", "x"}, DropColumn{"none"}, RenameColumn{"at", "name"},
           Add("", "at", Plain(TypeId::kInt)), Add("at", "x", Plain(TypeId::kInt)),
           Retype("name", Plain(TypeId::kInt)),
           MoveColumn{"at", MoveColumn::Where::kAfter, "at"}}) {
    EXPECT_THAT(Change({step}), IsError(ErrorCode::kInvalidArgument));
  }
}

TEST_F(SchemaChangeTest, RequiredColumnsNeedADefaultOrPermission) {
  AddColumn add = Add("", "n", Plain(TypeId::kInt));
  add.required = true;
  EXPECT_THAT(Change({add}), IsError(ErrorCode::kInvalidArgument));
  add.default_value = iceberg::Literal(int32_t{7});
  EXPECT_THAT(Change({add}), IsOk());
  UpdateColumn require = Retype("at", nullptr);
  require.required = true;
  EXPECT_THAT(Change({require}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Change({require}, Compatibility::kMayBreak), IsOk());
  require.required = false;
  EXPECT_THAT(Change({require}), IsOk());
}

TEST_F(SchemaChangeTest, DefaultsArePromotedWithTheirColumns) {
  struct Promotion {
    iceberg::TypePtr from;
    iceberg::TypePtr to;
    iceberg::Literal before;
    iceberg::Literal after;
  };
  constexpr int64_t kMicrosOf20000Days = 20'000 * int64_t{86'400'000'000};
  const std::vector<Promotion> promotions = {
      {Plain(TypeId::kInt), Plain(TypeId::kLong), iceberg::Literal(int32_t{-7}),
       iceberg::Literal(int64_t{-7})},
      {Plain(TypeId::kFloat), Plain(TypeId::kDouble), iceberg::Literal(0.1F),
       iceberg::Literal(double{0.1F})},
      {Type::Decimal(9, 2), Type::Decimal(18, 2), iceberg::Literal(iceberg::Decimal{-123, 2}),
       iceberg::Literal(iceberg::Decimal{-123, 2})},
      {Plain(TypeId::kDate), Plain(TypeId::kTimestamp), iceberg::Literal(int32_t{20'000}),
       iceberg::Literal(kMicrosOf20000Days)},
      {Plain(TypeId::kDate), Plain(TypeId::kTimestampNs), iceberg::Literal(int32_t{20'000}),
       iceberg::Literal(kMicrosOf20000Days * 1000)}};
  for (size_t i = 0; i < promotions.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    AddColumn add = Add("", name, promotions[i].from);
    add.default_value = promotions[i].before;
    ASSERT_THAT(Change({add}), IsOk());
    ASSERT_THAT(Change({Retype(name, promotions[i].to)}), IsOk());
    const iceberg::TableMetadataPtr metadata = fixture_.Load().metadata;
    const iceberg::NestedField& field = *metadata->current_schema().FindField(name);
    EXPECT_EQ(field.initial_default, promotions[i].after) << name;
    EXPECT_EQ(field.write_default, promotions[i].after) << name;
    const std::string printed = iceberg::PrintTableMetadata(*metadata);
    ASSERT_OK_AND_ASSIGN(auto read, iceberg::ParseTableMetadata(printed));
    EXPECT_EQ(iceberg::PrintTableMetadata(*read), printed);
    EXPECT_EQ(*read->current_schema().FindField(name), field);
  }
}

TEST_F(SchemaChangeTest, ADefaultThatDoesNotFitKeepsItsColumn) {
  AddColumn add = Add("", "day", Plain(TypeId::kDate));
  add.default_value = iceberg::Literal(int32_t{106'752});
  ASSERT_THAT(Change({add}), IsOk());
  EXPECT_THAT(Change({Retype("day", Plain(TypeId::kTimestampNs))}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Change({Retype("day", Plain(TypeId::kTimestamp))}), IsOk());
}

TEST_F(SchemaChangeTest, IdentifierFields) {
  ASSERT_THAT(Change({SetIdentifierFields{{"id"}}}), IsOk());
  EXPECT_THAT(Change({DropColumn{"id"}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Change({SetIdentifierFields{{"name"}}}), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Change({SetIdentifierFields{}}), IsOk());
}

TEST_F(SchemaChangeTest, NothingChangedIsNoCommit) {
  ASSERT_THAT(Change({RenameColumn{"name", "x"}, RenameColumn{"x", "name"}}), IsOk());
  EXPECT_EQ(fixture_.store.commits(), 0);
}

TEST_F(SchemaChangeTest, ALostRaceGetsOtherIds) {
  fixture_.store.BeforeNextCommit(
      [&] { ASSERT_THAT(Change({Add("", "theirs", Plain(TypeId::kInt))}), IsOk()); });
  ASSERT_THAT(Change({Add("", "ours", Plain(TypeId::kInt))}), IsOk());
  const auto& schema = fixture_.Load().metadata->current_schema();
  EXPECT_EQ(schema.FindField("theirs")->id, FieldId(4));
  EXPECT_EQ(schema.FindField("ours")->id, FieldId(5));
}

TEST(TypePromotionTest, AsTheSpecificationLists) {
  auto can = [](const iceberg::TypePtr& from, const iceberg::TypePtr& to, int version) {
    return CanPromote(*from, *to, version);
  };
  EXPECT_TRUE(can(Plain(TypeId::kInt), Plain(TypeId::kLong), 1));
  EXPECT_TRUE(can(Plain(TypeId::kFloat), Plain(TypeId::kDouble), 1));
  EXPECT_TRUE(can(Type::Decimal(9, 2), Type::Decimal(18, 2), 1));
  EXPECT_FALSE(can(Type::Decimal(9, 2), Type::Decimal(18, 3), 1));
  EXPECT_FALSE(can(Type::Decimal(9, 2), Type::Decimal(8, 2), 1));
  EXPECT_FALSE(can(Plain(TypeId::kLong), Plain(TypeId::kInt), 3));
  EXPECT_FALSE(can(Plain(TypeId::kInt), Plain(TypeId::kDouble), 3));
  EXPECT_FALSE(can(Plain(TypeId::kDate), Plain(TypeId::kTimestamp), 2));
  EXPECT_TRUE(can(Plain(TypeId::kDate), Plain(TypeId::kTimestamp), 3));
  EXPECT_FALSE(can(Plain(TypeId::kDate), Plain(TypeId::kTimestampTz), 3));
  EXPECT_TRUE(can(Plain(TypeId::kUnknown), Plain(TypeId::kString), 3));
}

}  // namespace
}  // namespace firn::table
