// ManifestEvaluator, the metrics evaluators, ResidualEvaluator and EntryFilter, each on its own
// terms; what they agree on is in pruning_property_test.cc.
#include <limits>

#include <gmock/gmock.h>

#include "iceberg/expression/pruning/entry_filter.h"
#include "iceberg/expression/pruning/manifest_evaluator.h"
#include "iceberg/expression/pruning/metrics_evaluator.h"
#include "iceberg/expression/pruning/residual_evaluator.h"
#include "iceberg/expression/testing/filters.h"
#include "iceberg/manifest/testing/columns.h"
#include "iceberg/schema/literal_binary.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::testing::ElementsAre;
using testing::FilterOf;
using ::testing::IsEmpty;
using testing::PartitionBy;
using testing::TextOf;

constexpr FieldId kFirst = kFirstPartitionFieldId;

const Schema& TestSchema() {
  static const Schema kSchema = testing::SchemaOfFields(R"json(
      {"id":1,"name":"id","type":"long","required":true},
      {"id":2,"name":"ts","type":"timestamp","required":false},
      {"id":3,"name":"s","type":"string","required":false},
      {"id":4,"name":"d","type":"double","required":false},
      {"id":5,"name":"price","type":"decimal(20, 2)","required":false})json");
  return kSchema;
}

BoundExpression Filter(std::string_view text) { return FilterOf(text, TestSchema()); }

std::string Bytes(Literal::Value value) { return EncodeLiteral(Literal(std::move(value))); }

// --- ManifestEvaluator

FieldSummary Summary(bool has_null, std::optional<int64_t> lower, std::optional<int64_t> upper) {
  FieldSummary summary{.contains_null = has_null};
  if (lower) {
    summary.lower_bound = Bytes(*lower);
  }
  if (upper) {
    summary.upper_bound = Bytes(*upper);
  }
  return summary;
}

bool ManifestMay(std::string_view text, const PartitionSpec& spec, FieldSummary summary) {
  ManifestFile manifest;
  manifest.partitions = {std::move(summary)};
  return ManifestEvaluator::ForRows(Filter(text), spec).MayMatch(manifest);
}

TEST(ManifestEvaluator, LooksAtTheSumsOfItsFields) {
  PartitionSpec spec = PartitionBy({{1, "identity"}});
  EXPECT_TRUE(ManifestMay("id = 5", spec, Summary(false, 1, 9)));
  EXPECT_FALSE(ManifestMay("id = 10", spec, Summary(false, 1, 9)));
  EXPECT_FALSE(ManifestMay("not id < 10", spec, Summary(false, 1, 9)));
  EXPECT_TRUE(ManifestMay("id = 10 or s = 'a'", spec, Summary(false, 1, 9)));
  EXPECT_FALSE(ManifestMay("id = 10 and s = 'a'", spec, Summary(false, 1, 9)));
}

TEST(ManifestEvaluator, NoBoundsMeanNoOrdinaryValueUnlessTheFlagsDenyIt) {
  PartitionSpec spec = PartitionBy({{2, "identity"}});
  EXPECT_FALSE(ManifestMay("ts = 5", spec, Summary(true, std::nullopt, std::nullopt)));
  EXPECT_TRUE(ManifestMay("ts is null", spec, Summary(true, std::nullopt, std::nullopt)));
  EXPECT_TRUE(ManifestMay("ts = 5", spec, Summary(false, std::nullopt, std::nullopt)));
  EXPECT_FALSE(ManifestMay("ts is null", spec, Summary(false, 1, 9)));
  EXPECT_TRUE(ManifestMay("ts != 5", spec, Summary(true, 5, 5)));
  EXPECT_FALSE(ManifestMay("ts != 5", spec, Summary(false, 5, 5)));
}

TEST(ManifestEvaluator, NaNsAreKnownOnlyWhereTheWriterSaysSo) {
  PartitionSpec spec = PartitionBy({{4, "identity"}});
  FieldSummary summary{
      .contains_null = false, .lower_bound = Bytes(1.0), .upper_bound = Bytes(1.0)};
  EXPECT_TRUE(ManifestMay("d is nan", spec, summary));
  EXPECT_TRUE(ManifestMay("d != 1", spec, summary));
  summary.contains_nan = false;
  EXPECT_FALSE(ManifestMay("d is nan", spec, summary));
  EXPECT_FALSE(ManifestMay("d != 1", spec, summary));
}

TEST(ManifestEvaluator, ReadsBoundsOfBeforeAPromotion) {
  PartitionSpec spec = PartitionBy({{1, "identity"}});
  FieldSummary summary{.lower_bound = Bytes(int32_t{1}), .upper_bound = Bytes(int32_t{9})};
  EXPECT_TRUE(ManifestMay("id = 5", spec, summary));
  EXPECT_FALSE(ManifestMay("id = 10", spec, summary));
}

TEST(ManifestEvaluator, WithoutSumsOnlyFalseExcludes) {
  PartitionSpec spec = PartitionBy({{1, "identity"}});
  ManifestFile manifest;
  EXPECT_TRUE(ManifestEvaluator::ForRows(Filter("id = 5"), spec).MayMatch(manifest));
  EXPECT_FALSE(ManifestEvaluator::ForRows(Filter("id is null"), spec).MayMatch(manifest));
  manifest.partitions.emplace();  // of another spec
  EXPECT_TRUE(ManifestEvaluator::ForRows(Filter("id = 5"), spec).MayMatch(manifest));
}

// --- metrics

/// Ten rows: id 1 to 50, s "aa" to "cc" with two nulls, d 1 to 2 with a NaN.
DataFile TestFile() {
  DataFile file;
  file.record_count = 10;
  file.value_counts = {{FieldId(1), 10}, {FieldId(3), 10}, {FieldId(4), 10}};
  file.null_value_counts = {{FieldId(1), 0}, {FieldId(3), 2}, {FieldId(4), 0}};
  file.nan_value_counts = {{FieldId(4), 1}};
  file.lower_bounds = {
      {FieldId(1), Bytes(int64_t{1})}, {FieldId(3), "aa"}, {FieldId(4), Bytes(1.0)}};
  file.upper_bounds = {
      {FieldId(1), Bytes(int64_t{50})}, {FieldId(3), "cc"}, {FieldId(4), Bytes(2.0)}};
  return file;
}

bool May(std::string_view text) {
  return InclusiveMetricsEvaluator(Filter(text)).MayMatch(TestFile());
}
bool Must(std::string_view text) {
  return StrictMetricsEvaluator(Filter(text)).MustMatch(TestFile());
}

TEST(InclusiveMetricsEvaluator, JoinsPredicates) {
  EXPECT_TRUE(May("id < 5 and s > 'b'"));
  EXPECT_FALSE(May("id < 5 and s > 'd'"));
  EXPECT_TRUE(May("id < 5 or s > 'd'"));
  EXPECT_FALSE(May("not (id <= 50 or s > 'd')"));
  EXPECT_TRUE(May("not s <= 'cc'"));  // a null does not
  EXPECT_TRUE(May("not d <= 2"));     // nor a NaN
  EXPECT_FALSE(May("not id <= 50"));
}

TEST(InclusiveMetricsEvaluator, MissingMetricsMayMatch) {
  EXPECT_TRUE(May("ts = '2026-01-01' and price > 5"));
  DataFile bare;
  bare.record_count = 3;
  EXPECT_TRUE(InclusiveMetricsEvaluator(Filter("id = 5")).MayMatch(bare));
  bare.record_count = 0;
  EXPECT_FALSE(InclusiveMetricsEvaluator(Filter("true")).MayMatch(bare));
  bare.record_count = -1;
  EXPECT_TRUE(InclusiveMetricsEvaluator(Filter("id = 5")).MayMatch(bare));
}

TEST(StrictMetricsEvaluator, ProvesOrDoesNot) {
  EXPECT_TRUE(Must("id >= 1"));
  EXPECT_TRUE(Must("id < 51 and id > 0"));
  EXPECT_FALSE(Must("id < 50"));
  EXPECT_TRUE(Must("id != 51"));
  EXPECT_TRUE(Must("id not in (0, 51)"));
  EXPECT_TRUE(Must("id < 51 or s = 'x'"));
  EXPECT_FALSE(Must("s < 'd'"));  // two nulls
  EXPECT_FALSE(Must("d < 3"));    // a NaN
  EXPECT_TRUE(Must("d is not null"));
  EXPECT_TRUE(Must("not id > 50"));
  EXPECT_TRUE(StrictMetricsEvaluator(Filter("false")).MustMatch(DataFile()));  // no rows
}

TEST(StrictMetricsEvaluator, AMissingCountProvesNothing) {
  DataFile file = TestFile();
  file.null_value_counts = {{FieldId(1), 0}};
  file.nan_value_counts.clear();
  EXPECT_TRUE(StrictMetricsEvaluator(Filter("id >= 1")).MustMatch(file));
  EXPECT_FALSE(StrictMetricsEvaluator(Filter("s >= 'a'")).MustMatch(file));
  EXPECT_FALSE(StrictMetricsEvaluator(Filter("d >= 1")).MustMatch(file));
}

// --- residuals

TEST(ResidualEvaluator, DaysInBetweenNeedNoFilter) {
  PartitionSpec spec = PartitionBy({{2, "day"}});
  BoundExpression filter =
      Filter("ts >= '2017-12-01T10:00:00' and ts < '2017-12-03T10:00:00' and s = 'a'");
  ResidualEvaluator residuals(filter, spec);
  auto of_day = [&](int32_t day) {
    return TextOf(residuals.For(StructValue{{{kFirst, Literal(day)}}}));
  };
  constexpr int32_t kFirstDay = 17501;
  EXPECT_EQ(of_day(kFirstDay - 1), "false");
  EXPECT_EQ(of_day(kFirstDay), "ts >= '2017-12-01T10:00:00' and s = 'a'");
  EXPECT_EQ(of_day(kFirstDay + 1), "s = 'a'");
  EXPECT_EQ(of_day(kFirstDay + 2), "ts < '2017-12-03T10:00:00' and s = 'a'");
  EXPECT_EQ(of_day(kFirstDay + 3), "false");
  EXPECT_EQ(TextOf(residuals.For({})), "false");  // ts is null
  EXPECT_EQ(residuals.For({{{kFirst, Literal(kFirstDay + 1)}}}), Filter("s = 'a'"));
}

TEST(ResidualEvaluator, WithoutPartitionsIsTheFilterWithoutNot) {
  ResidualEvaluator residuals(Filter("not (s = 'a' or id = 1)"), PartitionBy({}));
  EXPECT_EQ(TextOf(residuals.For({})), "s != 'a' and id != 1");
}

TEST(ResidualEvaluator, NullPartitionsSatisfyWhatNullsDo) {
  PartitionSpec spec = PartitionBy({{3, "identity"}});
  EXPECT_EQ(TextOf(ResidualEvaluator(Filter("s < 'a'"), spec).For({})), "false");
  EXPECT_EQ(TextOf(ResidualEvaluator(Filter("s != 'a'"), spec).For({})), "true");
  EXPECT_EQ(TextOf(ResidualEvaluator(Filter("not s < 'a'"), spec).For({})), "true");
  EXPECT_EQ(TextOf(ResidualEvaluator(Filter("s not like 'a%'"), spec).For({})), "true");
}

// --- EntryFilter

ManifestEntry Entry(int64_t bucket, int64_t least, int64_t greatest) {
  ManifestEntry entry;
  entry.status = EntryStatus::kAdded;
  entry.file.record_count = 10;
  entry.file.partition = {{{kFirst, Literal(static_cast<int32_t>(bucket))}}};
  entry.file.null_value_counts = {{FieldId(2), 0}};
  entry.file.lower_bounds = {{FieldId(2), Bytes(least)}};
  entry.file.upper_bounds = {{FieldId(2), Bytes(greatest)}};
  return entry;
}

class EntryFilterTest : public ::testing::Test {
 protected:
  std::vector<uint32_t> Select(std::string_view text) {
    ManifestColumns columns = testing::ColumnsOf(entries_);
    return EntryFilter(Filter(text), spec_).Select(columns, LiveRows(columns));
  }

  PartitionSpec spec_ = PartitionBy({{1, "bucket[16]"}});
  // 34 hashes to bucket 3 of 16.
  std::vector<ManifestEntry> entries_{Entry(3, 0, 9), Entry(3, 10, 19), Entry(4, 0, 9),
                                      Entry(4, 10, 19)};
};

TEST_F(EntryFilterTest, PartitionAndMetricsMustBothAllow) {
  EXPECT_THAT(Select("id = 34"), ElementsAre(0, 1));
  EXPECT_THAT(Select("ts < 5"), ElementsAre(0, 2));
  EXPECT_THAT(Select("id = 34 and ts < 5"), ElementsAre(0));
  EXPECT_THAT(Select("id = 34 or ts < 5"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Select("id is null"), IsEmpty());
  EXPECT_THAT(Select("true"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Select("not ts >= 10"), ElementsAre(0, 2));
}

TEST_F(EntryFilterTest, OneSideOfAnOrMustAllowWhole) {
  // Bucket 3 is not of the second side, whose metrics alone would allow it.
  EXPECT_THAT(Select("(bucket[16](id) = 3 and ts < 5) or (bucket[16](id) = 4 and ts >= 10)"),
              ElementsAre(0, 3));
}

TEST_F(EntryFilterTest, DeletedAndEmptyEntriesAreNotSelected) {
  entries_[0].status = EntryStatus::kDeleted;
  entries_[2].file.record_count = 0;
  EXPECT_THAT(Select("ts < 100"), ElementsAre(1, 3));
}

TEST_F(EntryFilterTest, RowsMayLackMetrics) {
  entries_[1].file.lower_bounds.clear();
  entries_[3].file.lower_bounds.clear();
  entries_[3].file.upper_bounds.clear();
  entries_[3].file.null_value_counts = {{FieldId(2), 10}};  // all null
  EXPECT_THAT(Select("ts < 5"), ElementsAre(0, 1, 2));
  EXPECT_THAT(Select("ts > 15"), ElementsAre(1));
  EXPECT_THAT(Select("ts is null"), ElementsAre(3));
}

TEST_F(EntryFilterTest, DeletesGoByPartitionAlone) {
  ManifestColumns columns = testing::ColumnsOf(entries_);
  EntryFilter filter(Filter("id = 34 and ts > 100"), spec_);
  EXPECT_THAT(filter.SelectByPartition(columns, LiveRows(columns)), ElementsAre(0, 1));
  EXPECT_THAT(filter.Select(columns, LiveRows(columns)), IsEmpty());
  EXPECT_THAT(filter.metrics().fields(), ElementsAre(FieldId(1), FieldId(2)));
}

}  // namespace
}  // namespace firn::iceberg
