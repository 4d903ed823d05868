#include "iceberg/view/view_metadata_json.h"

#include <set>

#include "base/testing/matchers.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"
#include "iceberg/view/view_update.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsError;
using ::firn::testing::IsOk;
using testing::Json;
using testing::JsonFiles;
using testing::ReadFile;

const std::filesystem::path kGolden =
    std::filesystem::path(FIRN_SOURCE_DIR) / "tests/golden/view_metadata";

TEST(ViewMetadataJson, GoldenFilesAreStable) {
  for (const auto& path : JsonFiles(kGolden)) {
    SCOPED_TRACE(path.filename());
    ASSERT_OK_AND_ASSIGN(auto metadata, ParseViewMetadata(ReadFile(path)));
    std::string printed = PrintViewMetadata(*metadata);
    ASSERT_OK_AND_ASSIGN(auto again, ParseViewMetadata(printed));
    EXPECT_EQ(PrintViewMetadata(*again), printed);
  }
}

TEST(ViewMetadataJson, BrokenFilesAreRefused) {
  auto paths = JsonFiles(kGolden / "broken");
  ASSERT_GT(paths.size(), 10);
  for (const auto& path : paths) {
    EXPECT_THAT(ParseViewMetadata(ReadFile(path)), IsError(ErrorCode::kInvalidMetadata))
        << path.filename();
  }
  EXPECT_THAT(ParseViewMetadata("{"), IsError(ErrorCode::kInvalidMetadata));
}

TEST(ViewMetadataJson, ReadsTheExampleOfTheSpecification) {
  ASSERT_OK_AND_ASSIGN(auto view, ParseViewMetadata(ReadFile(kGolden / "spec.json")));
  EXPECT_EQ(view->current_version().default_catalog, "prod");
  EXPECT_EQ(view->current_version().default_namespace, std::vector<std::string>{"default"});
  EXPECT_EQ(view->current_version().summary.at("engine-name"), "Spark");
  EXPECT_EQ(view->current_version().representations[1].dialect, "trino");
  EXPECT_EQ(view->current_schema().FindField("event_date")->type->id(), TypeId::kDate);
  EXPECT_EQ(view->properties.at("comment"), "Daily event counts");
}

TEST(ViewMetadataJson, KeepsRepresentationsItDoesNotKnow) {
  ASSERT_OK_AND_ASSIGN(auto view,
                       ParseViewMetadata(ReadFile(kGolden / "unknown_representation.json")));
  EXPECT_EQ(view->current_version().representations.back().type, "plan");
  EXPECT_NE(PrintViewMetadata(*view).find(R"({"type":"plan","bytes":"AAEC"})"), std::string::npos);
}

constexpr std::string_view kUpdates[] = {
    R"({"action":"assign-uuid","uuid":"fa6506c3-7681-40c8-86dc-e36561f83385"})",
    R"({"action":"upgrade-format-version","format-version":1})",
    R"({"action":"add-schema","schema":{"type":"struct","schema-id":0,"fields":[]},)"
    R"("last-column-id":0})",
    R"({"action":"set-location","location":"s3://x"})",
    R"({"action":"set-properties","updates":{"a":"b"}})",
    R"({"action":"remove-properties","removals":["a"]})",
    R"({"action":"add-view-version","view-version":{"version-id":2,"timestamp-ms":3,)"
    R"("schema-id":-1,"summary":{"a":"b"},"default-catalog":"c","default-namespace":["n","m"],)"
    R"("representations":[{"type":"sql","sql":"select 1","dialect":"spark"}]}})",
    R"({"action":"set-current-view-version","view-version-id":-1})",
};

TEST(ViewUpdateJson, RoundTrip) {
  std::set<size_t> seen;
  for (std::string_view text : kUpdates) {
    json::Document document = Json("[" + std::string(text) + "]");
    ASSERT_OK_AND_ASSIGN(json::Array array, json::AsArray(document.root(), "updates"));
    ASSERT_OK_AND_ASSIGN(auto updates, ParseViewUpdates(array));
    std::string printed;
    JsonWriter out(printed);
    AppendViewUpdate(updates.front(), out);
    EXPECT_EQ(printed, text);
    seen.insert(updates.front().index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<ViewUpdate>);
}

TEST(ViewUpdateJson, RefusesTheUnknownAndTheMalformed) {
  for (std::string_view text :
       {R"([{"action":"add-snapshot"}])", R"([{"action":"set-current-schema","schema-id":1}])",
        "[1]", "[{}]", R"([{"action":"add-view-version"}])",
        R"([{"action":"add-view-version","view-version":{"version-id":1}}])"}) {
    json::Document document = Json(text);
    ASSERT_OK_AND_ASSIGN(json::Array array, json::AsArray(document.root(), "updates"));
    EXPECT_THAT(ParseViewUpdates(array), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(ViewRequirement, ComparesTheUuid) {
  ASSERT_OK_AND_ASSIGN(auto view, ParseViewMetadata(ReadFile(kGolden / "spec.json")));
  json::Document document =
      Json(R"([{"type":"assert-view-uuid","uuid":"FA6506C3-7681-40c8-86dc-e36561f83385"}])");
  ASSERT_OK_AND_ASSIGN(json::Array array, json::AsArray(document.root(), "requirements"));
  ASSERT_OK_AND_ASSIGN(auto requirements, ParseViewRequirements(array));
  EXPECT_THAT(CheckViewRequirements(*view, requirements), IsOk());
  requirements.emplace_back(AssertViewUuid{"x"});
  auto status = CheckViewRequirements(*view, requirements);
  ASSERT_THAT(status, IsError(ErrorCode::kCommitConflict));
  EXPECT_EQ(status.error().message(),
            "Requirement failed: view UUID does not match: expected " + view->uuid + " != x");
  json::Document other = Json(R"([{"type":"assert-table-uuid","uuid":"x"}])");
  ASSERT_OK_AND_ASSIGN(json::Array others, json::AsArray(other.root(), "requirements"));
  EXPECT_THAT(ParseViewRequirements(others), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::iceberg
