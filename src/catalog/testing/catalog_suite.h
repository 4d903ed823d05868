// One suite for every Catalog: what the port promises (catalog.h). A client's test links
// catalog_suite.cc and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, CatalogTest, ::testing::Values(my_kind), &CatalogKindName);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "catalog/catalog.h"

namespace firn::catalog {

/// An empty catalog, for one test.
struct CatalogUnderTest {
  std::unique_ptr<Catalog> catalog;
  /// Lives as long as the test: a folder, a server.
  std::shared_ptr<void> keeper;
  /// What is not installed for it; then there is no catalog, and the tests are skipped.
  std::string missing;
};

/// How deep a catalog's namespaces may be.
enum class NamespaceLevels : uint8_t {
  kAny,
  kOne,  ///< One level, in lower case; what needs more is skipped.
};

struct CatalogKind {
  std::string name;
  std::function<CatalogUnderTest()> make;
  NamespaceLevels levels = NamespaceLevels::kAny;
};

void PrintTo(const CatalogKind& kind, std::ostream* out);
std::string CatalogKindName(const ::testing::TestParamInfo<CatalogKind>& instance);

class CatalogTest : public ::testing::TestWithParam<CatalogKind> {
 protected:
  void SetUp() override;

  /// With one column `id`; fails the test where it cannot be made.
  table::Table MakeTable(const TableIdentifier& identifier);
  /// A new metadata file of a view, where this catalog's files are; its location. Makes and drops a
  /// table in the namespace, to know where that is.
  std::string WriteViewFile(const NamespacePath& name_space);

  CatalogUnderTest made_;
  Catalog* catalog_ = nullptr;
};

/// A schema of one optional long column `id`.
iceberg::Schema OneColumnSchema();

}  // namespace firn::catalog
