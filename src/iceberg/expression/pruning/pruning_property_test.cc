// Pruning against brute force: random schemas, specs, filters and files with metrics of many
// writers (testing/random_files.h). Each seed is its own case; the failing one is printed.
#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "iceberg/expression/bind.h"
#include "iceberg/expression/expression_text.h"
#include "iceberg/expression/pruning/entry_filter.h"
#include "iceberg/expression/pruning/manifest_evaluator.h"
#include "iceberg/expression/pruning/metrics_evaluator.h"
#include "iceberg/expression/pruning/projection.h"
#include "iceberg/expression/pruning/residual_evaluator.h"
#include "iceberg/expression/pruning/testing/random_files.h"
#include "iceberg/expression/row_evaluator.h"
#include "iceberg/manifest/testing/columns.h"

namespace firn::iceberg {
namespace {

using testing::RandomCases;
using testing::RandomFiles;
using testing::TestFile;
using testing::TestManifest;

constexpr uint32_t kSeeds = 300;
constexpr int kManifests = 3;
constexpr int kFilters = 12;
constexpr int kDepth = 2;

/// How often pruning did something: a test of what never happens proves nothing.
struct Tally {
  int files = 0;
  int matching = 0;
  int excluded_by_partition = 0;
  int excluded_by_metrics = 0;
  int excluded_by_entry_filter = 0;
  int all_by_partition = 0;
  int all_by_metrics = 0;
  int shorter_residuals = 0;
  int manifests = 0;
  int excluded_manifests = 0;
};

/// One filter over one manifest, every way.
class Checker {
 public:
  Checker(const BoundExpression& filter, const TestManifest& manifest, Tally& tally)
      : filter_(filter),
        manifest_(manifest),
        tally_(tally),
        may_match_(ProjectInclusive(filter, manifest.spec)),
        must_match_(ProjectStrict(filter, manifest.spec)),
        residuals_(filter, manifest.spec) {}

  void Check() {
    std::vector<ManifestEntry> entries;
    for (const TestFile& file : manifest_.files) {
      entries.push_back(file.entry);
    }
    ManifestColumns columns = testing::ColumnsOf(entries);
    EntryFilter entry_filter(filter_, manifest_.spec);
    std::vector<uint32_t> selected = entry_filter.Select(columns, LiveRows(columns));
    std::vector<uint32_t> by_partition = entry_filter.SelectByPartition(columns, LiveRows(columns));
    bool any = false;
    for (uint32_t i = 0; i < manifest_.files.size(); ++i) {
      SCOPED_TRACE(fmt::format("file {}", i));
      bool is_selected = std::binary_search(selected.begin(), selected.end(), i);
      bool in_partition = std::binary_search(by_partition.begin(), by_partition.end(), i);
      any = CheckFile(manifest_.files[i], is_selected, in_partition) || any;
    }
    bool manifest_may =
        ManifestEvaluator::ForRows(filter_, manifest_.spec).MayMatch(manifest_.manifest);
    EXPECT_TRUE(manifest_may || !any);
    tally_.manifests += 1;
    tally_.excluded_manifests += manifest_may ? 0 : 1;
  }

 private:
  /// Whether a row of the file matches.
  bool CheckFile(const TestFile& file, bool is_selected, bool in_partition) {
    const DataFile& data = file.entry.file;
    BoundExpression residual = residuals_.For(data.partition);
    bool any = false;
    bool all = true;
    for (const StructValue& row : file.rows) {
      bool matches = Evaluate(filter_, row);
      any = any || matches;
      all = all && matches;
      EXPECT_EQ(Evaluate(residual, row), matches) << ToString(Unbind(residual));
    }
    bool partition_may = Evaluate(may_match_, data.partition);
    bool partition_must = Evaluate(must_match_, data.partition);
    bool metrics_may = InclusiveMetricsEvaluator(filter_).MayMatch(data);
    bool metrics_must = StrictMetricsEvaluator(filter_).MustMatch(data);
    EXPECT_TRUE(partition_may || !any) << ToString(Unbind(may_match_));
    EXPECT_TRUE(metrics_may || !any);
    EXPECT_TRUE(in_partition || !any);
    EXPECT_TRUE(is_selected || !any);
    EXPECT_TRUE(all || !partition_must) << ToString(Unbind(must_match_));
    EXPECT_TRUE(all || !metrics_must);
    // The whole manifest at once excludes what either of the two does.
    EXPECT_TRUE(!is_selected || (partition_may && metrics_may));
    EXPECT_TRUE(!in_partition || partition_may);
    if (manifest_.spec.fields.empty()) {
      EXPECT_EQ(is_selected, metrics_may);
    }
    Count(any, partition_may, metrics_may, is_selected);
    tally_.all_by_partition += partition_must ? 1 : 0;
    tally_.all_by_metrics += metrics_must ? 1 : 0;
    tally_.shorter_residuals += residual != RewriteNot(filter_) ? 1 : 0;
    return any;
  }

  void Count(bool any, bool partition_may, bool metrics_may, bool is_selected) {
    tally_.files += 1;
    tally_.matching += any ? 1 : 0;
    tally_.excluded_by_partition += partition_may ? 0 : 1;
    tally_.excluded_by_metrics += metrics_may ? 0 : 1;
    tally_.excluded_by_entry_filter += is_selected ? 0 : 1;
  }

  const BoundExpression& filter_;
  const TestManifest& manifest_;
  Tally& tally_;
  BoundExpression may_match_;
  BoundExpression must_match_;
  ResidualEvaluator residuals_;
};

void CheckSeed(uint32_t seed, Tally& tally) {
  RandomCases cases(seed);
  Schema schema = cases.NewSchema();
  RandomFiles files(cases, schema);
  std::vector<TestManifest> manifests;
  std::vector<StructValue> rows;
  for (int i = 0; i < kManifests; ++i) {
    manifests.push_back(files.NewManifest(files.NewSpec()));
    for (const TestFile& file : manifests.back().files) {
      rows.insert(rows.end(), file.rows.begin(), file.rows.end());
    }
  }
  // Filters take values of the schema's types, not of before their promotion.
  std::erase_if(rows, [&](const StructValue& row) {
    return std::any_of(row.fields.begin(), row.fields.end(), [&](const auto& field) {
      const Type& type = *schema.FindField(field.first)->type;
      return type.is_primitive() &&
             cases.Value(type).value().index() != field.second.value().index();
    });
  });
  for (int i = 0; i < kFilters; ++i) {
    Expression expression = cases.Filter(schema, rows, kDepth);
    auto filter = Bind(expression, schema, NameCase::kSensitive);
    if (!filter.has_value()) {
      continue;
    }
    SCOPED_TRACE(ToString(Unbind(*filter)));
    for (const TestManifest& manifest : manifests) {
      SCOPED_TRACE(ToString(manifest.spec));
      Checker(*filter, manifest, tally).Check();
    }
  }
}

TEST(PruningProperty, NeverExcludesAMatchNorClaimsAnother) {
  Tally tally;
  for (uint32_t seed = 0; seed < kSeeds && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    CheckSeed(seed, tally);
  }
  fmt::print(
      "files {}, matching {}, excluded by partition {}, metrics {}, entry filter {}, all by "
      "partition {}, metrics {}, residuals {}, manifests {} of {}\n",
      tally.files, tally.matching, tally.excluded_by_partition, tally.excluded_by_metrics,
      tally.excluded_by_entry_filter, tally.all_by_partition, tally.all_by_metrics,
      tally.shorter_residuals, tally.excluded_manifests, tally.manifests);
  if (!::testing::Test::HasFailure()) {
    EXPECT_GT(tally.excluded_by_partition, tally.files / 20);
    EXPECT_GT(tally.excluded_by_metrics, tally.files / 20);
    EXPECT_GT(tally.all_by_partition, tally.files / 50);
    EXPECT_GT(tally.all_by_metrics, tally.files / 50);
    EXPECT_GT(tally.shorter_residuals, tally.files / 20);
    EXPECT_GT(tally.excluded_manifests, tally.manifests / 50);
  }
}

}  // namespace
}  // namespace firn::iceberg
