#include "table/evolve/spec_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "table/commit/testing/commit_fixture.h"

namespace firn::table {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;
using iceberg::Transform;
using iceberg::TransformKind;
using testing::CommitFixture;

/// The table is partitioned by id_bucket: bucket[4](id).
class SpecChangeTest : public ::testing::TestWithParam<int> {
 protected:
  Result<Table> Change(std::vector<SpecStep> steps) {
    UpdatesAction action(
        [=](const iceberg::TableMetadata& table) { return ChangeSpec(table, steps); });
    return fixture_.Commit(fixture_.Load(), action);
  }

  iceberg::PartitionSpec Spec() { return fixture_.Load().metadata->default_spec(); }

  CommitFixture fixture_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Versions, SpecChangeTest, ::testing::Values(1, 2, 3));

AddPartitionField Day() { return {"at", Transform::Plain(TransformKind::kDay), {}}; }

TEST_P(SpecChangeTest, FieldsAreAddedUnderTheirUsualNames) {
  ASSERT_THAT(Change({Day(), AddPartitionField{"name", Transform::Truncate(4), {}},
                      AddPartitionField{"id", Transform::Bucket(16), {}},
                      AddPartitionField{"name", Transform::Plain(TransformKind::kIdentity), "n"}}),
              IsOk());
  std::vector<std::string> names;
  std::vector<int32_t> ids;
  for (const auto& field : Spec().fields) {
    names.push_back(field.name);
    ids.push_back(field.field_id.value());
  }
  EXPECT_THAT(names,
              ::testing::ElementsAre("id_bucket", "at_day", "name_trunc_4", "id_bucket_16", "n"));
  EXPECT_THAT(ids, ::testing::ElementsAre(1000, 1001, 1002, 1003, 1004));
}

TEST_P(SpecChangeTest, ARemovedFieldIsVoidInV1Only) {
  ASSERT_THAT(Change({RemovePartitionField{"id_bucket"}, Day()}), IsOk());
  iceberg::PartitionSpec spec = Spec();
  if (GetParam() == 1) {
    ASSERT_EQ(spec.fields.size(), 2U);
    EXPECT_EQ(spec.fields[0].transform.kind(), TransformKind::kVoid);
  } else {
    ASSERT_EQ(spec.fields.size(), 1U);
  }
  EXPECT_EQ(spec.fields.back().field_id, iceberg::FieldId(1001));
}

TEST_P(SpecChangeTest, AFieldThatComesBack) {
  ASSERT_THAT(Change({RemovePartitionField{"id_bucket"}}), IsOk());
  ASSERT_THAT(Change({AddPartitionField{"id", Transform::Bucket(4), "id_bucket"}}), IsOk());
  iceberg::PartitionSpec spec = Spec();
  EXPECT_EQ(spec.fields.back().name, "id_bucket");
  EXPECT_EQ(spec.fields.back().field_id, iceberg::FieldId(GetParam() == 1 ? 1001 : 1000));
  // From v2 on that is the spec which the table had.
  EXPECT_EQ(spec.id == iceberg::SpecId(0), GetParam() > 1);
}

TEST_P(SpecChangeTest, RenamedFieldsKeepTheirIds) {
  ASSERT_THAT(Change({RenamePartitionField{"id_bucket", "shard"}}), IsOk());
  EXPECT_EQ(Spec().fields[0].name, "shard");
  EXPECT_EQ(Spec().fields[0].field_id, iceberg::FieldId(1000));
}

TEST_P(SpecChangeTest, Refused) {
  for (const SpecStep& step : std::vector<SpecStep>{
           RemovePartitionField{"none"},
           AddPartitionField{"none", Transform::Plain(TransformKind::kIdentity), {}},
           AddPartitionField{"id", Transform::Bucket(4), "again"},
           AddPartitionField{"name", Transform::Plain(TransformKind::kDay), {}},
           AddPartitionField{"at", Transform::Plain(TransformKind::kDay), "id_bucket"},
           RenamePartitionField{"none", "x"}}) {
    EXPECT_THAT(Change({step}), IsError(ErrorCode::kInvalidArgument));
  }
  EXPECT_THAT(Change({Day(), AddPartitionField{"at", Transform::Plain(TransformKind::kHour), {}}}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(fixture_.store.commits(), 0);
}

/// The one AddSpec among updates, as catalogs read it: the reference implementation refuses a spec
/// without its id, and one of which some fields have ids.
iceberg::UnboundPartitionSpec AddedSpec(const Updates& updates) {
  for (const iceberg::TableUpdate& update : updates) {
    if (const auto* add = std::get_if<iceberg::AddSpec>(&update)) {
      return add->spec;
    }
  }
  return {};
}

std::vector<int32_t> FieldIds(const iceberg::UnboundPartitionSpec& spec) {
  std::vector<int32_t> ids;
  for (const iceberg::UnboundPartitionField& field : spec.fields) {
    ids.push_back(field.field_id.value_or(iceberg::FieldId(-1)).value());
  }
  return ids;
}

TEST_P(SpecChangeTest, AllIdsAreInTheUpdate) {
  ASSERT_OK_AND_ASSIGN(
      Updates updates,
      ChangeSpec(*fixture_.Load().metadata,
                 std::vector<SpecStep>{Day(), AddPartitionField{"id", Transform::Bucket(16), {}}}));
  iceberg::UnboundPartitionSpec spec = AddedSpec(updates);
  EXPECT_EQ(spec.id, iceberg::SpecId(1));
  EXPECT_THAT(FieldIds(spec), ::testing::ElementsAre(1000, 1001, 1002));
  // After a spec that is the default no longer.
  ASSERT_THAT(Change({Day()}), IsOk());
  ASSERT_THAT(Change({RemovePartitionField{"at_day"}, RemovePartitionField{"id_bucket"}}), IsOk());
  ASSERT_OK_AND_ASSIGN(
      updates,
      ChangeSpec(*fixture_.Load().metadata,
                 std::vector<SpecStep>{AddPartitionField{"id", Transform::Bucket(4), {}},
                                       AddPartitionField{"name", Transform::Truncate(2), {}}}));
  spec = AddedSpec(updates);
  EXPECT_EQ(spec.id, iceberg::SpecId(3));
  if (GetParam() == 1) {
    EXPECT_THAT(FieldIds(spec), ::testing::ElementsAre(1000, 1001, 1002, 1003));
  } else {
    // bucket[4](id) is the field it was.
    EXPECT_THAT(FieldIds(spec), ::testing::ElementsAre(1000, 1002));
  }
}

TEST(NewSpecTest, AllIdsAreThere) {
  CommitFixture fixture;
  ASSERT_OK_AND_ASSIGN(iceberg::UnboundPartitionSpec spec,
                       NewSpec(fixture.Load().metadata->current_schema(),
                               std::vector<AddPartitionField>{
                                   {"id", Transform::Bucket(4), {}},
                                   {"name", Transform::Plain(TransformKind::kIdentity), {}}}));
  EXPECT_EQ(spec.id, iceberg::SpecId(0));
  EXPECT_THAT(FieldIds(spec), ::testing::ElementsAre(1000, 1001));
}

TEST_P(SpecChangeTest, SortOrders) {
  auto sort_by = [&](std::vector<SortColumn> columns) {
    UpdatesAction action(
        [=](const iceberg::TableMetadata& table) { return ReplaceSortOrder(table, columns); });
    return fixture_.Commit(fixture_.Load(), action);
  };
  ASSERT_THAT(sort_by({{.source = "name", .direction = iceberg::SortDirection::kDescending}}),
              IsOk());
  EXPECT_EQ(fixture_.Load().metadata->default_sort_order().fields.size(), 1U);
  EXPECT_THAT(sort_by({{.source = "none"}}), IsError(ErrorCode::kInvalidArgument));
  ASSERT_THAT(sort_by({}), IsOk());
  EXPECT_FALSE(fixture_.Load().metadata->default_sort_order().is_sorted());
}

}  // namespace
}  // namespace firn::table
