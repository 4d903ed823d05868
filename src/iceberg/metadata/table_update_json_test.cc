#include "iceberg/metadata/table_update_json.h"

#include <set>

#include "base/testing/matchers.h"
#include "iceberg/metadata/table_requirement_json.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Json;

class UpdateRoundTrip : public ::testing::TestWithParam<std::string_view> {};

TEST_P(UpdateRoundTrip, IsStable) {
  json::Document document = Json(GetParam());
  ASSERT_OK_AND_ASSIGN(TableUpdate update, ParseTableUpdate(document.root()));
  std::string text;
  JsonWriter out(text);
  AppendTableUpdate(update, out);
  EXPECT_EQ(text, GetParam());
}

constexpr std::string_view kUpdates[] = {
    R"({"action":"assign-uuid","uuid":"9c12d441-03fe-4693-9a96-a0705ddf69c1"})",
    R"({"action":"upgrade-format-version","format-version":2})",
    R"({"action":"add-schema","schema":{"type":"struct","schema-id":1,"fields":[)"
    R"({"id":4,"name":"a","required":true,"type":"int"}]},"last-column-id":4})",
    R"({"action":"set-current-schema","schema-id":-1})",
    R"({"action":"add-spec","spec":{"spec-id":1,"fields":[{"name":"x","transform":"day",)"
    R"("source-id":2,"field-id":1001}]}})",
    R"({"action":"add-spec","spec":{"fields":[{"name":"x","transform":"day","source-id":2}]}})",
    R"({"action":"set-default-spec","spec-id":-1})",
    R"({"action":"add-sort-order","sort-order":{"order-id":1,"fields":[{"transform":"identity",)"
    R"("source-id":1,"direction":"asc","null-order":"nulls-first"}]}})",
    R"({"action":"set-default-sort-order","sort-order-id":-1})",
    R"({"action":"add-snapshot","snapshot":{"sequence-number":1,"snapshot-id":3,)"
    R"("parent-snapshot-id":2,"timestamp-ms":4,"summary":{"operation":"append","b":"1","a":"2"},)"
    R"("manifest-list":"s3://l","schema-id":0,"first-row-id":5,"added-rows":6,"key-id":"k"}})",
    R"({"action":"set-snapshot-ref","ref-name":"b","snapshot-id":3,"type":"branch",)"
    R"("min-snapshots-to-keep":1,"max-snapshot-age-ms":2,"max-ref-age-ms":3})",
    R"({"action":"remove-snapshots","snapshot-ids":[1,2]})",
    R"({"action":"remove-snapshot-ref","ref-name":"b"})",
    R"({"action":"set-location","location":"s3://x"})",
    R"({"action":"set-properties","updates":{"a":"b"}})",
    R"({"action":"remove-properties","removals":["a"]})",
    R"({"action":"set-statistics","snapshot-id":1,"statistics":{"snapshot-id":1,)"
    R"("statistics-path":"p","file-size-in-bytes":2,"file-footer-size-in-bytes":3,)"
    R"("blob-metadata":[{"type":"t","snapshot-id":1,"sequence-number":2,"fields":[1]}]}})",
    R"({"action":"remove-statistics","snapshot-id":1})",
    R"({"action":"set-partition-statistics","partition-statistics":{"snapshot-id":1,)"
    R"("statistics-path":"p","file-size-in-bytes":2}})",
    R"({"action":"remove-partition-statistics","snapshot-id":1})",
    R"({"action":"remove-partition-specs","spec-ids":[1]})",
    R"({"action":"remove-schemas","schema-ids":[1,2]})",
    R"({"action":"add-encryption-key","encryption-key":{"key-id":"k",)"
    R"("encrypted-key-metadata":"a2V5","encrypted-by-id":"m","properties":{"a":"b"}}})",
    R"({"action":"remove-encryption-key","key-id":"k"})",
};

INSTANTIATE_TEST_SUITE_P(All, UpdateRoundTrip, ::testing::ValuesIn(kUpdates));

TEST(TableUpdateJson, EveryAlternativeIsCovered) {
  std::set<size_t> seen;
  for (std::string_view text : kUpdates) {
    json::Document document = Json(text);
    seen.insert(ParseTableUpdate(document.root())->index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<TableUpdate>);
}

TEST(TableUpdateJson, OldNamesOfPropertyFields) {
  json::Document set = Json(R"({"action":"set-properties","updated":{"a":"b"}})");
  EXPECT_EQ(std::get<SetProperties>(*ParseTableUpdate(set.root())).updates.at("a"), "b");
  json::Document remove = Json(R"({"action":"Remove-Properties","removed":["a"]})");
  EXPECT_EQ(std::get<RemoveProperties>(*ParseTableUpdate(remove.root())).removals.front(), "a");
}

TEST(TableUpdateJson, RefusesTheUnknownAndTheMalformed) {
  for (std::string_view text : {
           R"({"action":"drop-everything"})",
           R"({"action":"add-view-version"})",
           R"({"action":1})",
           R"({})",
           R"([])",
           R"({"action":"assign-uuid"})",
           R"({"action":"add-snapshot","snapshot":{"snapshot-id":1}})",
           R"({"action":"add-snapshot","snapshot":{"snapshot-id":1,"timestamp-ms":1,
               "manifest-list":"x","summary":{"operation":"append","a":1}}})",
           R"({"action":"set-snapshot-ref","ref-name":"t","snapshot-id":1,"type":"tag",
               "min-snapshots-to-keep":1})",
           R"({"action":"set-snapshot-ref","ref-name":"t","snapshot-id":1,"type":"branch",
               "max-ref-age-ms":0})",
           R"({"action":"set-properties","updates":{"a":1}})",
           R"({"action":"remove-snapshots","snapshot-ids":["1"]})",
           R"({"action":"remove-snapshots","snapshot-ids":[1.5]})",
           R"({"action":"add-encryption-key","encryption-key":{"key-id":"k",
               "encrypted-key-metadata":"not base64!"}})",
       }) {
    json::Document document = Json(text);
    EXPECT_THAT(ParseTableUpdate(document.root()), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(TableRequirementJson, RoundTrip) {
  constexpr std::string_view kRequirements[] = {
      R"({"type":"assert-create"})",
      R"({"type":"assert-table-uuid","uuid":"x"})",
      R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":1})",
      R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null})",
      R"({"type":"assert-last-assigned-field-id","last-assigned-field-id":1})",
      R"({"type":"assert-current-schema-id","current-schema-id":1})",
      R"({"type":"assert-last-assigned-partition-id","last-assigned-partition-id":1})",
      R"({"type":"assert-default-spec-id","default-spec-id":1})",
      R"({"type":"assert-default-sort-order-id","default-sort-order-id":1})",
  };
  std::set<size_t> seen;
  for (std::string_view text : kRequirements) {
    json::Document document = Json(text);
    ASSERT_OK_AND_ASSIGN(TableRequirement requirement, ParseTableRequirement(document.root()));
    std::string printed;
    JsonWriter out(printed);
    AppendTableRequirement(requirement, out);
    EXPECT_EQ(printed, text);
    seen.insert(requirement.index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<TableRequirement>);
}

TEST(TableRequirementJson, RefusesTheUnknownAndTheMalformed) {
  for (std::string_view text :
       {R"({"type":"assert-view-uuid","uuid":"x"})", R"({"type":"x"})", R"({})", "1",
        R"({"type":"assert-table-uuid"})", R"({"type":"assert-ref-snapshot-id","snapshot-id":1})",
        R"({"type":"assert-current-schema-id"})"}) {
    json::Document document = Json(text);
    EXPECT_THAT(ParseTableRequirement(document.root()), IsError(ErrorCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace firn::iceberg
