#include "iceberg/manifest/manifest_columns.h"

#include <bit>
#include <cstring>

#include "base/testing/matchers.h"
#include "iceberg/manifest/testing/columns.h"

namespace firn::iceberg {
namespace {

using testing::ColumnsOf;

ManifestEntry Entry(std::string path) {
  ManifestEntry entry;
  entry.status = EntryStatus::kAdded;
  entry.snapshot_id = SnapshotId(7);
  entry.sequence_number = SequenceNumber(3);
  entry.file_sequence_number = SequenceNumber(4);
  entry.file.path = std::move(path);
  entry.file.format = FileFormat::kParquet;
  entry.file.record_count = 10;
  entry.file.file_size_bytes = 1000;
  return entry;
}

std::string Long(int64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

TEST(ManifestColumnsTest, EntriesComeBackAsTheyWentIn) {
  std::vector<ManifestEntry> entries{Entry("a"), Entry("b"), Entry("c")};
  entries[0].file.partition.fields = {{FieldId(1000), Literal(int32_t{5})}};
  entries[2].file.partition = entries[0].file.partition;
  entries[1].status = EntryStatus::kDeleted;
  entries[1].sequence_number.reset();
  DataFile& full = entries[1].file;
  full.content = FileContent::kEqualityDeletes;
  full.column_sizes = {{FieldId(1), 11}, {FieldId(2), 12}};
  full.value_counts = {{FieldId(2), 13}};
  full.null_value_counts = {{FieldId(1), 0}};
  full.nan_value_counts = {{FieldId(3), 1}};
  full.lower_bounds = {{FieldId(1), Long(-5)}, {FieldId(2), "a text of more than a head"}};
  full.upper_bounds = {{FieldId(1), Long(5)}, {FieldId(2), ""}};
  full.key_metadata = "key";
  full.split_offsets = {4, 100, 1'000'000'000'000};
  full.equality_ids = {FieldId(1), FieldId(2)};
  full.sort_order_id = SortOrderId(0);
  full.first_row_id = 0;
  full.referenced_data_file = "a";
  full.content_offset = 4;
  full.content_size_bytes = 40;
  ManifestColumns columns = ColumnsOf(entries);
  ASSERT_EQ(columns.size(), 3);
  for (size_t row = 0; row < entries.size(); ++row) {
    EXPECT_EQ(columns.EntryAt(row), entries[row]) << row;
  }
  EXPECT_EQ(columns.partitions.size(), 2);
  EXPECT_EQ(columns.partition_ids[0], columns.partition_ids[2]);
  EXPECT_TRUE(columns.is_live(0));
  EXPECT_FALSE(columns.is_live(1));
}

TEST(ManifestColumnsTest, BoundsAreComparedByTheirHeads) {
  BoundColumn bounds;
  bounds.Set(1, Long(-3));
  bounds.Set(2, "abcdefghij");
  bounds.Set(3, "ab");
  bounds.Finish(5);
  ASSERT_EQ(bounds.heads().size(), 5);
  EXPECT_EQ(bounds.sizes()[0], BoundColumn::kNone);
  EXPECT_EQ(bounds.Value(0), std::nullopt);
  EXPECT_EQ(static_cast<int64_t>(bounds.heads()[1]), -3);
  EXPECT_EQ(bounds.Value(1), Long(-3));
  EXPECT_EQ(bounds.Value(2), "abcdefghij");
  EXPECT_EQ(bounds.Value(3), "ab");
  EXPECT_EQ(bounds.heads()[3], 0x6261);
  EXPECT_EQ(bounds.Value(4), std::nullopt);
  EXPECT_EQ(bounds.common_size(), BoundColumn::kNone);

  BoundColumn numbers;
  numbers.Set(0, Long(1));
  numbers.Set(1, Long(2));
  numbers.Finish(2);
  EXPECT_EQ(numbers.common_size(), 8);
  BoundColumn none;
  none.Finish(2);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.Value(1), std::nullopt);
}

TEST(ManifestColumnsTest, OnlyProjectedMetricsAreThere) {
  std::vector<ManifestEntry> entries{Entry("a")};
  entries[0].file.value_counts = {{FieldId(1), 1}, {FieldId(2), 2}, {FieldId(9), 3}};
  ManifestColumns columns = ColumnsOf(entries, MetricsProjection::Of({FieldId(9), FieldId(2)}));
  EXPECT_EQ(columns.FindMetrics(FieldId(1)), nullptr);
  ASSERT_NE(columns.FindMetrics(FieldId(2)), nullptr);
  EXPECT_EQ(columns.FindMetrics(FieldId(9))->value_counts[0], 3);
  EXPECT_EQ(columns.FindMetrics(FieldId(9))->nan_value_counts[0], kAbsent);
}

TEST(ManifestColumnsTest, MemoryGrowsWithWhatIsHeld) {
  std::vector<ManifestEntry> entries{Entry("a")};
  size_t small = ColumnsOf(entries).MemoryBytes();
  entries[0].file.path = std::string(100'000, 'p');
  entries[0].file.lower_bounds = {{FieldId(1), std::string(50'000, 'b')}};
  entries[0].file.partition.fields = {{FieldId(1000), Literal(std::string(10'000, 't'))}};
  EXPECT_GE(ColumnsOf(entries).MemoryBytes(), small + 160'000);
}

TEST(MetricsProjectionTest, CoversAndUnion) {
  auto none = MetricsProjection::None();
  auto all = MetricsProjection::All();
  auto some = MetricsProjection::Of({FieldId(3), FieldId(1), FieldId(3)});
  EXPECT_EQ(some.fields().size(), 2);
  EXPECT_TRUE(some.Includes(FieldId(3)));
  EXPECT_FALSE(some.Includes(FieldId(2)));
  EXPECT_TRUE(all.Includes(FieldId(2)));
  EXPECT_TRUE(all.Covers(some));
  EXPECT_TRUE(all.Covers(all));
  EXPECT_FALSE(some.Covers(all));
  EXPECT_TRUE(some.Covers(none));
  EXPECT_FALSE(none.Covers(some));
  EXPECT_TRUE(some.Covers(MetricsProjection::Of({FieldId(3)})));
  EXPECT_FALSE(some.Covers(MetricsProjection::Of({FieldId(3), FieldId(4)})));
  EXPECT_EQ(some.Union(MetricsProjection::Of({FieldId(2)})),
            MetricsProjection::Of({FieldId(1), FieldId(2), FieldId(3)}));
  EXPECT_EQ(some.Union(all), all);
}

}  // namespace
}  // namespace firn::iceberg
