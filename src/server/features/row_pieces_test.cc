#include "server/features/row_pieces.h"

#include <string>
#include <utility>
#include <vector>

#include <arrow/array/util.h>
#include <arrow/scalar.h>

#include "base/testing/matchers.h"

namespace firn::server_features {
namespace {

using firn::testing::IsOk;
using ::testing::ElementsAre;

/// Parts of `rows` rows, each a text of `bytes` bytes.
class Texts final : public FeatureRows {
 public:
  Texts(std::vector<int64_t> parts, size_t bytes) : parts_(std::move(parts)), bytes_(bytes) {}

  Result<std::shared_ptr<arrow::Schema>> Open() override {
    return arrow::schema({arrow::field("text", arrow::utf8())});
  }
  Result<std::shared_ptr<arrow::Table>> Next() override {
    if (at_ == parts_.size()) {
      return std::shared_ptr<arrow::Table>();
    }
    auto texts =
        arrow::MakeArrayFromScalar(arrow::StringScalar(std::string(bytes_, 'a')), parts_[at_++]);
    return arrow::Table::Make(*Open(), arrow::ArrayVector{texts.ValueOrDie()});
  }

 private:
  const std::vector<int64_t> parts_;
  const size_t bytes_;
  size_t at_ = 0;
};

std::vector<int64_t> RowsOfPieces(std::vector<int64_t> parts, size_t bytes) {
  RowPieces pieces(std::make_unique<Texts>(std::move(parts), bytes));
  std::vector<int64_t> rows;
  while (true) {
    auto piece = pieces.Next();
    EXPECT_THAT(piece, IsOk());
    if (!piece.has_value() || *piece == nullptr) {
      return rows;
    }
    rows.push_back((*piece)->num_rows());
  }
}

TEST(RowPiecesTest, PartsAreCutByTheirBytes) {
  // A text and its offset: three to a piece.
  EXPECT_THAT(RowsOfPieces({7, 2}, kPieceBytes / 3 - 100), ElementsAre(3, 3, 1, 2));
  EXPECT_THAT(RowsOfPieces({10}, 10), ElementsAre(10));
}

TEST(RowPiecesTest, ARowLargerThanAPieceIsOne) {
  EXPECT_THAT(RowsOfPieces({2}, kPieceBytes + 1), ElementsAre(1, 1));
}

}  // namespace
}  // namespace firn::server_features
