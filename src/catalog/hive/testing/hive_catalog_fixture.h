// HiveCatalogFixture: catalogs over one FakeMetastore and a folder, for tests.
//
// Thread-safety: belongs to its test; the metastore may be used from any thread.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "catalog/hive/hive_catalog.h"
#include "catalog/hive/testing/fake_metastore.h"
#include "storage/http/testing/recording_sleeper.h"
#include "storage/testing/test_folder.h"

namespace firn::catalog::hive::testing {

inline const NamespacePath kDb{{"db"}};
inline const TableIdentifier kT{kDb, "t"};

class HiveCatalogFixture : public ::testing::Test {
 protected:
  /// With the folder as its warehouse where the properties name none.
  std::unique_ptr<Catalog> Open(PropertyMap properties = {}) {
    properties.emplace("uri", "thrift://h");
    properties.emplace("warehouse", folder_.At("wh"));
    return OpenHiveCatalogOver(metastore_.Connections(),
                               {.type = CatalogType::kHive, .properties = std::move(properties)},
                               environment_)
        .value();
  }
  static iceberg::Schema OneColumn() {
    return iceberg::Schema::Make(
               iceberg::SchemaId(0),
               {{iceberg::FieldId(1), "id", iceberg::Type::Plain(iceberg::TypeId::kLong)}}, {})
        .value();
  }
  /// `db.t`, both made.
  static table::Table MakeTable(Catalog& catalog) {
    EXPECT_THAT(catalog.CreateNamespace(kDb, {}), firn::testing::IsOk());
    return catalog.CreateTable(kT, {.schema = OneColumn()}).value();
  }
  static table::TableChange Set(const std::string& key) {
    return {.updates = {iceberg::SetProperties{{{key, "v"}}}}, .requirements = {}};
  }
  size_t FileCount() { return folder_.FileCount("wh"); }
  PropertyMap Parameters(const std::string& table = "t") {
    return metastore_.table("db", table).TextsAt(9);
  }

  storage::testing::TestFolder folder_;
  ManualClock clock_{TimestampMs(1'700'000'000'000)};
  storage::http::testing::RecordingSleeper sleeper_{&clock_};
  FakeMetastore metastore_;
  CatalogEnvironment environment_{.clock = clock_,
                                  .variables = [](std::string_view) { return std::nullopt; },
                                  .sleeper = &sleeper_};
};

}  // namespace firn::catalog::hive::testing
