#include "server/store/sql/pointer_cache.h"

#include <gtest/gtest.h>

namespace firn::store::sql {
namespace {

class PointerCacheTest : public ::testing::Test {
 protected:
  static ObjectRef Object(int64_t version) {
    ObjectRecord object;
    object.version = version;
    return std::make_shared<const ObjectRecord>(std::move(object));
  }

  static PointerCache::Key Key(const TableIdentifier& name) {
    return {WarehouseId(1), name, ObjectKind::kTable};
  }

  void Write(const TableIdentifier& name, ObjectRef object) {
    PointerChange change{WarehouseId(1), name, ObjectKind::kTable, std::move(object)};
    cache_.Apply({&change, 1});
  }

  int64_t Version(const TableIdentifier& name) {
    ObjectRef found = cache_.Find(Key(name));
    return found == nullptr ? 0 : found->version;
  }

  PointerCache cache_{size_t{1} << 20};
  TableIdentifier name_{{{"a", "b"}}, "t"};
};

TEST_F(PointerCacheTest, KeysDifferInEveryPart) {
  Write(name_, Object(1));
  EXPECT_EQ(Version(name_), 1);
  EXPECT_EQ(Version({{{"a"}}, "t"}), 0);
  EXPECT_EQ(Version({{{"a.b"}}, "t"}), 0);
  EXPECT_EQ(Version({{{"a", "b"}}, "u"}), 0);
  EXPECT_EQ(cache_.Find({WarehouseId(2), name_, ObjectKind::kTable}), nullptr);
  EXPECT_EQ(cache_.Find({WarehouseId(1), name_, ObjectKind::kView}), nullptr);
  Write(name_, nullptr);
  EXPECT_EQ(Version(name_), 0);
}

TEST_F(PointerCacheTest, AMissIsCountedOnceByWhoAsksTheDatabase) {
  EXPECT_EQ(cache_.Find(Key(name_)), nullptr);  // on the I/O thread
  EXPECT_EQ(cache_.Find(Key(name_)), nullptr);  // again on a worker
  PointerCache::Ticket ticket = cache_.Begin(Key(name_));
  cache_.Install(Key(name_), ticket, Object(1));
  EXPECT_EQ(Version(name_), 1);
  EXPECT_EQ(cache_.stats().misses, 1U);
  EXPECT_EQ(cache_.stats().hits, 1U);
}

TEST_F(PointerCacheTest, AReaderThatWasOvertakenInstallsNothing) {
  PointerCache::Ticket ticket = cache_.Begin(Key(name_));
  Write(name_, Object(2));
  cache_.Install(Key(name_), ticket, Object(1));
  EXPECT_EQ(Version(name_), 2);

  ticket = cache_.Begin(Key(name_));
  Write(name_, nullptr);
  cache_.Install(Key(name_), ticket, Object(2));
  EXPECT_EQ(Version(name_), 0) << "a dropped table does not come back";

  ticket = cache_.Begin(Key(name_));
  PointerChange unknown{WarehouseId(1), name_, ObjectKind::kTable, Object(3)};
  cache_.Forget({&unknown, 1});
  cache_.Install(Key(name_), ticket, Object(2));
  EXPECT_EQ(Version(name_), 0);

  ticket = cache_.Begin(Key(name_));
  cache_.Install(Key(name_), ticket, Object(4));
  EXPECT_EQ(Version(name_), 4);
}

TEST_F(PointerCacheTest, BytesAreBoundedAndTheRecentlyUsedStay) {
  Write(name_, Object(1));
  for (int i = 0; i < 20'000; ++i) {
    Write({{{"a"}}, "table" + std::to_string(i)}, Object(1));
    EXPECT_EQ(Version(name_), 1) << i;
  }
  EXPECT_LE(cache_.bytes(), size_t{1} << 20);
  EXPECT_GT(cache_.bytes(), size_t{1} << 19);
  EXPECT_EQ(Version({{{"a"}}, "table0"}), 0);
  EXPECT_EQ(Version({{{"a"}}, "table19999"}), 1);
}

}  // namespace
}  // namespace firn::store::sql
