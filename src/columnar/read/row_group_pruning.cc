#include "columnar/read/row_group_pruning.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <parquet/bloom_filter.h>
#include <parquet/bloom_filter_reader.h>
#include <parquet/file_reader.h>

#include "columnar/io/arrow_status.h"
#include "columnar/pages/column_range.h"
#include "iceberg/expression/pruning/value_range.h"
#include "iceberg/schema/literal_binary.h"

namespace firn::columnar {
namespace {

using iceberg::BoundExpression;
using iceberg::BoundPredicate;
using iceberg::Literal;
using iceberg::Operation;
using iceberg::TypeId;

/// Evaluates a filter without not, where `may_match` says of predicates whether rows may satisfy
/// them.
template <class MayMatch>
Result<bool> Evaluate(const BoundExpression& filter, MayMatch&& may_match) {
  switch (filter.kind()) {
    case BoundExpression::Kind::kTrue:
      return true;
    case BoundExpression::Kind::kFalse:
      return false;
    case BoundExpression::Kind::kPredicate:
      return may_match(filter.predicate());
    default:
      break;
  }
  bool is_or = filter.kind() == BoundExpression::Kind::kOr;
  for (const BoundExpression& child : filter.children()) {
    ASSIGN_OR_RETURN(bool matches, Evaluate(child, may_match));
    if (matches == is_or) {
      return is_or;
    }
  }
  return !is_or;
}

std::optional<uint64_t> HashOf(const parquet::BloomFilter& filter,
                               parquet::Type::type physical,
                               const Literal& literal) {
  const auto* narrow = literal.As<int32_t>();
  const auto* wide = literal.As<int64_t>();
  if (physical == parquet::Type::INT32) {
    if (narrow != nullptr) {
      return filter.Hash(*narrow);
    }
    // A long in a column that was an int.
    bool fits = wide != nullptr && *wide == static_cast<int32_t>(*wide);
    return fits ? std::optional(filter.Hash(static_cast<int32_t>(*wide))) : std::nullopt;
  }
  if (physical == parquet::Type::INT64) {
    return wide != nullptr ? std::optional(filter.Hash(*wide)) : std::nullopt;
  }
  bool is_bytes = literal.As<std::string>() != nullptr || literal.As<iceberg::Bytes>() != nullptr ||
                  literal.As<Uuid>() != nullptr;
  if (!is_bytes) {
    return std::nullopt;
  }
  std::string bytes = iceberg::EncodeLiteral(literal);
  if (physical == parquet::Type::BYTE_ARRAY) {
    parquet::ByteArray value(bytes);
    return filter.Hash(&value);
  }
  if (physical == parquet::Type::FIXED_LEN_BYTE_ARRAY) {
    parquet::FLBA value(reinterpret_cast<const uint8_t*>(bytes.data()));
    return filter.Hash(&value, static_cast<uint32_t>(bytes.size()));
  }
  return std::nullopt;
}

class Chooser {
 public:
  Chooser(ParquetSource& source,
          const std::vector<SourceField>& fields,
          const BoundExpression& filter)
      : source_(source), fields_(fields), filter_(filter) {}

  Result<RowGroupChoice> Choose(std::vector<WantedRowGroup> groups) {
    RowGroupChoice choice;
    for (WantedRowGroup& wanted : groups) {
      const int number = wanted.group;
      auto group = source_.metadata().RowGroup(number);
      if (group->num_rows() == 0) {
        continue;
      }
      ASSIGN_OR_RETURN(bool by_statistics, Evaluate(filter_, [&](const BoundPredicate& predicate) {
                         return ByStatistics(predicate, *group);
                       }));
      if (!by_statistics) {
        ++choice.skipped_by_statistics;
        continue;
      }
      ASSIGN_OR_RETURN(bool by_bloom, Evaluate(filter_, [&](const BoundPredicate& predicate) {
                         return ByBloomFilter(predicate, *group, number);
                       }));
      if (!by_bloom) {
        ++choice.skipped_by_bloom_filter;
        continue;
      }
      choice.groups.push_back(std::move(wanted));
    }
    return choice;
  }

 private:
  Result<bool> ByStatistics(const BoundPredicate& predicate,
                            const parquet::RowGroupMetaData& group) const {
    const SourceField* leaf = ComparableLeaf(fields_, predicate.term);
    return leaf == nullptr ||
           iceberg::MayMatch(predicate, RangeInGroup(predicate.term, group, leaf->leaf));
  }

  Result<bool> ByBloomFilter(const BoundPredicate& predicate,
                             const parquet::RowGroupMetaData& group,
                             int number) {
    bool equality = predicate.op == Operation::kEq || predicate.op == Operation::kIn;
    const SourceField* leaf = ComparableLeaf(fields_, predicate.term);
    bool promoted_time = leaf != nullptr && leaf->type->id() == arrow::Type::DATE32 &&
                         predicate.term.source_type->id() != TypeId::kDate;
    if (!equality || predicate.term.transform || leaf == nullptr || promoted_time) {
      return true;
    }
    auto chunk = group.ColumnChunk(leaf->leaf);
    if (!chunk->bloom_filter_offset()) {
      return true;
    }
    auto reader = source_.parquet().GetBloomFilterReader().RowGroup(number);
    auto filter = reader != nullptr ? reader->GetColumnBloomFilter(leaf->leaf) : nullptr;
    if (filter == nullptr) {
      return true;
    }
    return std::any_of(predicate.literals.begin(), predicate.literals.end(),
                       [&](const Literal& literal) {
                         auto hash = HashOf(*filter, chunk->type(), literal);
                         return !hash || filter->FindHash(*hash);
                       });
  }

  ParquetSource& source_;
  const std::vector<SourceField>& fields_;
  const BoundExpression& filter_;
};

}  // namespace

Result<RowGroupChoice> ChooseRowGroups(ParquetSource& source,
                                       const std::vector<SourceField>& fields,
                                       const BoundExpression& filter,
                                       std::vector<WantedRowGroup> groups) {
  auto chosen = Guarded([&] { return Chooser(source, fields, filter).Choose(std::move(groups)); });
  if (!chosen.has_value()) {
    return source.Explain(std::move(chosen).error());
  }
  return chosen;
}

}  // namespace firn::columnar
