#include "table/write/row_matcher.h"

#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "iceberg/expression/pruning/manifest_evaluator.h"
#include "iceberg/expression/pruning/metrics_evaluator.h"
#include "iceberg/expression/pruning/residual_evaluator.h"

namespace firn::table {
namespace {

using iceberg::BoundExpression;

class RowMatcher final : public FileMatcher {
 public:
  RowMatcher(const iceberg::TableMetadata& table, const BoundExpression& filter) {
    for (const iceberg::PartitionSpec& spec : table.specs) {
      specs_.emplace(spec.id, OfSpec{iceberg::ManifestEvaluator::ForRows(filter, spec),
                                     iceberg::ResidualEvaluator(filter, spec)});
    }
  }

  bool MayMatch(const iceberg::ManifestFile& manifest) const override {
    auto spec = specs_.find(manifest.spec_id);
    return spec == specs_.end() || spec->second.manifests.MayMatch(manifest);
  }

  Result<FileMatch> Match(const iceberg::DataFile& file, iceberg::SpecId spec_id) const override {
    auto spec = specs_.find(spec_id);
    if (spec == specs_.end()) {
      return Error(
          ErrorCode::kCommitConflict,
          fmt::format("Another commit wrote files of the new partition spec {}", spec_id.value()));
    }
    BoundExpression residual = spec->second.residuals.For(file.partition);
    if (residual.is_false()) {
      return FileMatch::kNone;
    }
    if (residual.is_true()) {
      return FileMatch::kAll;
    }
    if (file.content != iceberg::FileContent::kData) {
      return FileMatch::kMaybe;
    }
    if (!iceberg::InclusiveMetricsEvaluator(residual).MayMatch(file)) {
      return FileMatch::kNone;
    }
    bool all = iceberg::StrictMetricsEvaluator(residual).MustMatch(file);
    return all ? FileMatch::kAll : FileMatch::kMaybe;
  }

 private:
  struct OfSpec {
    iceberg::ManifestEvaluator manifests;
    iceberg::ResidualEvaluator residuals;
  };

  std::map<iceberg::SpecId, OfSpec> specs_;
};

}  // namespace

FileMatcherPtr MatchRows(const iceberg::TableMetadata& table, const BoundExpression& filter) {
  return std::make_shared<RowMatcher>(table, filter);
}

}  // namespace firn::table
