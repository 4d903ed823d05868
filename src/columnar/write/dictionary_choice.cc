#include <algorithm>
#include <span>
#include <vector>

#include <arrow/type.h>
#include <arrow/util/byte_size.h>

#include "columnar/kernels/row_hash.h"
#include "columnar/write/dictionary_choice_internal.h"

namespace firn::columnar {
namespace {

constexpr int64_t kLeastValues = 4096;

/// Of the rows that are not null, ascending.
std::vector<uint64_t> HashesOf(const std::shared_ptr<arrow::Array>& sample) {
  std::vector<uint64_t> hashes = HashRows(std::span(&sample, 1), sample->length());
  size_t kept = 0;
  for (size_t row = 0; row < hashes.size(); ++row) {
    if (sample->IsValid(static_cast<int64_t>(row))) {
      hashes[kept++] = hashes[row];
    }
  }
  hashes.resize(kept);
  std::ranges::sort(hashes);
  return hashes;
}

}  // namespace

bool OutgrowsDictionary(const std::shared_ptr<arrow::Array>& sample, int64_t dictionary_bytes) {
  if (sample->length() - sample->null_count() < kLeastValues) {
    return false;
  }
  std::vector<uint64_t> hashes = HashesOf(sample);
  int64_t repeated = 0;
  for (size_t i = 1; i < hashes.size(); ++i) {
    repeated += hashes[i] == hashes[i - 1] ? 1 : 0;
  }
  auto values = static_cast<double>(hashes.size());
  double distinct = values - static_cast<double>(repeated);
  if (distinct > values / 2) {
    // Few are seen again: among n draws from d values about n * n / 2d pairs are equal.
    distinct = values * values / (2 * std::max(static_cast<double>(repeated), 0.5));
  }
  auto sample_bytes = static_cast<double>(arrow::util::ReferencedBufferSize(*sample).ValueOr(0));
  return distinct * (sample_bytes / values) > static_cast<double>(dictionary_bytes);
}

}  // namespace firn::columnar
