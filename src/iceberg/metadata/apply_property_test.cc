// Random updates on random tables: whatever is accepted keeps the invariants, leaves the base as it
// was, and prints what reads back.
#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include <fmt/format.h>

#include "base/testing/matchers.h"
#include "iceberg/metadata/apply_updates.h"
#include "iceberg/metadata/table_metadata_json.h"
#include "iceberg/metadata/testing/tables.h"
#include "iceberg/schema/testing/parse.h"

namespace firn::iceberg {
namespace {

using ::firn::testing::IsOk;
using testing::At;
using testing::NewTestTable;

/// Makes updates that mostly fit a table, and sometimes do not.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::vector<TableUpdate> Commit(const TableMetadata& table, int64_t seconds) {
    std::vector<TableUpdate> updates;
    for (unsigned i = Below(4); i < 4; ++i) {
      AddUpdate(table, seconds, updates);
    }
    return updates;
  }

  unsigned Below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }

 private:
  /// Numbers that mean something else somewhere, or overflow.
  int64_t EdgeNumber() {
    constexpr auto kEdges = std::to_array<int64_t>(
        {0, -1, 1, -2, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max(),
         std::numeric_limits<int32_t>::max()});
    return kEdges[Below(kEdges.size())];
  }

  /// A snapshot on top of the current one, now and then with a strange field.
  Snapshot SomeNewSnapshot(const TableMetadata& table, int64_t seconds) {
    Snapshot snapshot =
        testing::NextSnapshot(table, 1000 + static_cast<int64_t>(random_() % 100000), seconds);
    switch (Below(40)) {
      case 0:
        snapshot.id = SnapshotId(EdgeNumber());
        break;
      case 1:
        snapshot.parent_id = SnapshotId(EdgeNumber());
        break;
      case 2:
        snapshot.sequence_number = SequenceNumber(EdgeNumber());
        break;
      case 3:
        if (snapshot.first_row_id) {  // what the parser lets through
          snapshot.first_row_id = std::max<int64_t>(EdgeNumber(), 0);
        }
        break;
      case 4:
        if (snapshot.first_row_id) {
          snapshot.added_rows = std::max<int64_t>(EdgeNumber(), 0);
        }
        break;
      case 5:
        snapshot.operation = std::nullopt;
        snapshot.summary = {};
        break;
      case 6:
        snapshot.summary.Add("", "\x01\"\\\xC3\xA9");
        break;
      default:
        break;
    }
    return snapshot;
  }

  int64_t SomeSnapshot(const TableMetadata& table) {
    if (table.snapshots.empty() || Below(10) == 0) {
      return 999;
    }
    return std::next(table.snapshots.begin(), Below(static_cast<unsigned>(table.snapshots.size())))
        ->id.value();
  }

  SetSnapshotRef Ref(const TableMetadata& table) {
    constexpr std::string_view kNames[] = {"main", "audit", "tag"};
    unsigned choice = Below(3);
    SetSnapshotRef set{std::string(kNames[choice]), {}};
    set.ref.snapshot_id = SnapshotId(SomeSnapshot(table));
    set.ref.type = choice == 2 ? SnapshotRefType::kTag : SnapshotRefType::kBranch;
    if (Below(3) == 0) {
      set.ref.max_ref_age_ms = Below(100);
    }
    return set;
  }

  Schema SomeSchema() {
    std::string fields = R"({"id":1,"name":"id","required":true,"type":"long"},)"
                         R"({"id":2,"name":"at","required":false,"type":"timestamp"})";
    for (unsigned id = 3, end = 3 + Below(4); id < end; ++id) {
      fields +=
          fmt::format(R"(,{{"id":{},"name":"c{}","required":false,"type":"string"}})", id, id);
    }
    return testing::SchemaOfFields(fields);
  }

  UnboundPartitionSpec SomeSpec() {
    constexpr std::string_view kTransforms[] = {"identity", "bucket[8]", "void", "truncate[2]"};
    return testing::SpecOf(
        fmt::format(R"({{"fields":[{{"name":"p{}","transform":"{}","source-id":1}}]}})", Below(3),
                    kTransforms[Below(4)]));
  }

  void AddUpdate(const TableMetadata& table, int64_t seconds, std::vector<TableUpdate>& updates) {
    switch (Below(12)) {
      case 0:
        updates.emplace_back(AddSchema{SomeSchema()});
        updates.emplace_back(SetCurrentSchema{SchemaId(kLastAdded)});
        break;
      case 1:
        updates.emplace_back(AddSpec{SomeSpec()});
        updates.emplace_back(SetDefaultSpec{SpecId(kLastAdded)});
        break;
      case 2:
        updates.emplace_back(Ref(table));
        break;
      case 3:
        updates.emplace_back(
            RemoveSnapshots{{SnapshotId(SomeSnapshot(table)), SnapshotId(SomeSnapshot(table))}});
        break;
      case 4:
        updates.emplace_back(RemoveSnapshotRef{Below(2) == 0 ? "audit" : "main"});
        break;
      case 5:
        updates.emplace_back(SetProperties{{{fmt::format("k{}", Below(5)), "v\"\n"}}});
        break;
      case 6:
        updates.emplace_back(
            SetStatistics{{SnapshotId(SomeSnapshot(table)), "s3://stats", 1, 1, {}}});
        break;
      case 7:
        updates.emplace_back(UpgradeFormatVersion{static_cast<int32_t>(Below(4))});
        break;
      default:
        for (TableUpdate& update : testing::AppendUpdates(SomeNewSnapshot(table, seconds),
                                                          Below(4) == 0 ? "audit" : "main")) {
          updates.push_back(std::move(update));
        }
    }
  }

  std::mt19937 random_;
};

void ExpectInvariants(const TableMetadata& before, const TableMetadata& after) {
  EXPECT_GE(after.format_version, before.format_version);
  EXPECT_GE(after.last_sequence_number, before.last_sequence_number);
  EXPECT_GE(after.last_column_id, before.last_column_id);
  EXPECT_GE(after.last_partition_id, before.last_partition_id);
  EXPECT_GE(after.next_row_id, before.next_row_id);
  EXPECT_EQ(after.uuid, before.uuid);
  const SnapshotRef* main = after.FindRef(kMainBranch);
  EXPECT_EQ(main != nullptr, after.current_snapshot_id.has_value());
  if (main != nullptr) {
    EXPECT_EQ(main->snapshot_id, *after.current_snapshot_id);
    EXPECT_EQ(after.snapshot_log.back().snapshot_id, main->snapshot_id);
  }
  for (const NamedRef& named : after.refs) {
    EXPECT_NE(after.FindSnapshot(named.ref.snapshot_id), nullptr) << named.name;
  }
  EXPECT_LE(after.metadata_log.size(), static_cast<size_t>(kPreviousVersionsMaxDefault));
}

/// Everything that is read again is what was written.
void ExpectSame(const TableMetadata& a, const TableMetadata& b) {
  EXPECT_EQ(a.format_version, b.format_version);
  EXPECT_EQ(a.uuid, b.uuid);
  EXPECT_EQ(a.location, b.location);
  EXPECT_EQ(a.last_sequence_number, b.last_sequence_number);
  EXPECT_EQ(a.last_updated, b.last_updated);
  EXPECT_EQ(a.last_column_id, b.last_column_id);
  EXPECT_EQ(a.last_partition_id, b.last_partition_id);
  EXPECT_EQ(a.current_snapshot_id, b.current_snapshot_id);
  EXPECT_EQ(a.next_row_id, b.next_row_id);
  EXPECT_EQ(a.current_schema(), b.current_schema());
  EXPECT_EQ(a.default_spec(), b.default_spec());
  EXPECT_EQ(a.default_sort_order(), b.default_sort_order());
  EXPECT_EQ(*a.properties, *b.properties);
  ASSERT_EQ(a.refs.size(), b.refs.size());
  for (const NamedRef& named : a.refs) {
    ASSERT_NE(b.FindRef(named.name), nullptr) << named.name;
    EXPECT_EQ(*b.FindRef(named.name), named.ref);
  }
  ASSERT_EQ(a.snapshots.size(), b.snapshots.size());
  for (const SnapshotEntry& entry : a.snapshots) {
    ASSERT_NE(b.FindSnapshot(entry.id), nullptr);
    EXPECT_EQ(*b.FindSnapshot(entry.id), *entry.snapshot);
  }
  EXPECT_EQ(PrintTableMetadata(a), PrintTableMetadata(b));
}

TEST(ApplyProperty, AcceptedUpdatesKeepInvariants) {
  int accepted = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Generator generator(seed);
    TableMetadataPtr table = NewTestTable(1 + static_cast<FormatVersion>(seed % 3));
    for (int64_t step = 1; step <= 60; ++step) {
      std::string before = PrintTableMetadata(*table);
      At at(step);
      auto next = ApplyUpdates(table, generator.Commit(*table, step), at);
      ASSERT_EQ(PrintTableMetadata(*table), before);
      if (!next.has_value()) {
        EXPECT_NE(next.error().code(), ErrorCode::kInvalidMetadata);
        continue;
      }
      ++accepted;
      ExpectInvariants(*table, **next);
      ASSERT_OK_AND_ASSIGN(auto again, ParseTableMetadata(PrintTableMetadata(**next)));
      ExpectSame(*again, **next);
      ASSERT_FALSE(HasFailure());
      table = *next;
    }
  }
  EXPECT_GT(accepted, 1000);
}

TEST(ApplyProperty, LongHistoriesShareAndReadBack) {
  TableMetadataPtr table = NewTestTable(2);
  std::vector<TableMetadataPtr> versions;
  for (int64_t n = 1; n <= 300; ++n) {
    table = testing::Append(table, n, n);
    versions.push_back(table);
  }
  EXPECT_EQ(table->snapshots.size(), 300);
  EXPECT_EQ(versions[63]->snapshots.size(), 64);
  EXPECT_EQ(versions[64]->snapshots.back().id, SnapshotId(65));
  EXPECT_EQ(table->FindSnapshot(SnapshotId(1))->id, SnapshotId(1));
  std::vector<SnapshotId> old;
  for (int64_t n = 1; n < 290; ++n) {
    old.emplace_back(n);
  }
  TableMetadataPtr expired = testing::MustApply(table, {RemoveSnapshots{old}}, At(301));
  std::vector<TableUpdate> one_by_one;
  for (SnapshotId id : old) {
    one_by_one.emplace_back(RemoveSnapshots{{id}});
  }
  EXPECT_EQ(PrintTableMetadata(*testing::MustApply(table, one_by_one, At(301))),
            PrintTableMetadata(*expired));
  EXPECT_EQ(expired->snapshots.size(), 11);
  EXPECT_EQ(expired->snapshot_log.size(), 11);
  EXPECT_THAT(ParseTableMetadata(PrintTableMetadata(*expired)), IsOk());
  EXPECT_EQ(table->snapshots.size(), 300);
}

}  // namespace
}  // namespace firn::iceberg
