#include "iceberg/manifest/avro/block_cursor.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "base/testing/matchers.h"
#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/manifest/avro/testing/avro_writer.h"

namespace firn::iceberg::avro {
namespace {

using testing::Long;
using testing::Text;

/// A block as a codec makes it: with bytes after its end that must mean nothing.
class Block {
 public:
  explicit Block(const std::string& content)
      : size_(content.size()), bytes_(content + std::string(kSlackBytes, '\x01')) {}

  BlockCursor cursor() const { return BlockCursor(std::string_view(bytes_).substr(0, size_)); }

 private:
  size_t size_;
  std::string bytes_;
};

std::vector<int64_t> Numbers() {
  std::vector<int64_t> numbers{0, -1, std::numeric_limits<int64_t>::max(),
                               std::numeric_limits<int64_t>::min()};
  for (int bits = 1; bits < 63; ++bits) {
    for (int64_t step : {-1, 0, 1}) {
      numbers.push_back((int64_t{1} << bits) + step);
      numbers.push_back(-(int64_t{1} << bits) + step);
    }
  }
  return numbers;
}

TEST(BlockCursorTest, IntegersOfEveryLength) {
  for (int64_t number : Numbers()) {
    Block block(Long(number));
    BlockCursor cursor = block.cursor();
    EXPECT_EQ(cursor.Varint(), number);
    EXPECT_TRUE(cursor.ok());
    EXPECT_EQ(cursor.remaining(), 0);
    // Cut, whatever lies behind the block.
    Block cut(Long(number).substr(0, Long(number).size() - 1));
    BlockCursor short_of = cut.cursor();
    short_of.Varint();
    EXPECT_FALSE(short_of.ok()) << number;
  }
}

TEST(BlockCursorTest, SkippingIsReading) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string content;
    std::vector<size_t> ends{0};
    for (int i = 0; i < 40; ++i) {
      content += Long(static_cast<int64_t>(random() >> (random() % 64)));
      ends.push_back(content.size());
    }
    Block block(content);
    for (uint64_t count = 0; count <= 40; ++count) {
      BlockCursor cursor = block.cursor();
      cursor.SkipVarints(count);
      ASSERT_TRUE(cursor.ok());
      EXPECT_EQ(cursor.remaining(), content.size() - ends[count]) << round;
    }
    BlockCursor cursor = block.cursor();
    cursor.SkipVarints(41);
    EXPECT_FALSE(cursor.ok());
  }
}

TEST(BlockCursorTest, PairsAreTwoIntegers) {
  for (int64_t first : Numbers()) {
    for (int64_t second : {int64_t{0}, int64_t{-64}, int64_t{64}, int64_t{1} << 40, first}) {
      Block block(Long(first) + Long(second));
      BlockCursor cursor = block.cursor();
      EXPECT_EQ(cursor.VarintPair(), std::pair(first, second));
      EXPECT_EQ(cursor.remaining(), 0);
      BlockCursor again = block.cursor();
      int64_t key = 0;
      int64_t number = 0;
      auto take_key = [&](int64_t value) {
        key = value;
        return true;
      };
      again.KeyAndNumber(take_key, [&](int64_t value) { number = value; });
      EXPECT_EQ(std::pair(key, number), std::pair(first, second));
      EXPECT_EQ(again.remaining(), 0);
      BlockCursor unwanted = block.cursor();
      unwanted.KeyAndNumber([](int64_t) { return false; }, [](int64_t) { FAIL(); });
      EXPECT_EQ(unwanted.remaining(), 0);
    }
  }
}

TEST(BlockCursorTest, LengthsAndCountsAreBoundedByTheData) {
  Block text(Text("abc"));
  BlockCursor cursor = text.cursor();
  EXPECT_EQ(cursor.LengthAndBytes(), "abc");
  for (int64_t wrong : {int64_t{4}, int64_t{-1}, std::numeric_limits<int64_t>::max()}) {
    Block block(Long(wrong) + "abc");
    BlockCursor bytes = block.cursor();
    EXPECT_EQ(bytes.LengthAndBytes(), "");
    EXPECT_FALSE(bytes.ok());
  }
  for (int64_t wrong :
       {int64_t{4}, std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    Block block(Long(wrong) + "abc");
    BlockCursor items = block.cursor();
    EXPECT_EQ(items.BeginItems(), 0);
    EXPECT_FALSE(items.ok());
  }
  // A negative count is followed by the run's bytes.
  Block block(Long(-2) + Long(9) + "ab");
  BlockCursor items = block.cursor();
  EXPECT_EQ(items.BeginItems(), 2);
  EXPECT_EQ(items.rest(), "ab");
}

TEST(BlockCursorTest, NothingFollowsADefect) {
  Block block(std::string(11, '\xFF') + "abc");
  BlockCursor cursor = block.cursor();
  cursor.Varint();
  EXPECT_FALSE(cursor.ok());
  EXPECT_EQ(cursor.remaining(), 0);
  EXPECT_EQ(cursor.Bytes(1), "");
  EXPECT_EQ(cursor.BeginItems(), 0);
  cursor.SkipVarints(3);
  cursor.Branch();
  EXPECT_FALSE(cursor.ok());
  Block third(Long(2));
  BlockCursor branch = third.cursor();
  branch.Branch();
  EXPECT_FALSE(branch.ok());
}

TEST(BlockCursorTest, AgreesWithTheTolerantDecoder) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string content;
    for (uint64_t size = random() % 24; size > 0; --size) {
      content += static_cast<char>(random() >> (random() % 2 == 0 ? 0 : 7));
    }
    Block block(content);
    BlockCursor cursor = block.cursor();
    Decoder decoder(content);
    while (cursor.ok() && decoder.ok()) {
      int64_t a = cursor.Varint();
      int64_t b = decoder.Varint();
      ASSERT_EQ(cursor.ok(), decoder.ok()) << round;
      if (cursor.ok()) {
        ASSERT_EQ(a, b);
        ASSERT_EQ(cursor.remaining(), decoder.remaining());
      }
    }
  }
}

}  // namespace
}  // namespace firn::iceberg::avro
