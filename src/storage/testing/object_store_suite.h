// One suite for every ObjectStore: what the port promises (object_store.h). A store's test links
// object_store_suite.cc and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, ObjectStoreTest, ::testing::Values(my_kind), &KindName);
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "storage/object_store.h"

namespace firn::storage {

/// A store and an empty place in it, for one test.
struct StoreUnderTest {
  std::unique_ptr<ObjectStore> store;
  /// Without a trailing slash.
  std::string base;
  /// Lives as long as the test: a folder, a server.
  std::shared_ptr<void> keeper;
};

struct StoreKind {
  std::string name;
  std::function<StoreUnderTest()> make;
  /// Another spelling of a location.
  std::function<std::string(const std::string&)> alias;
  /// Whether Glance can tell.
  bool glances = true;
};

void PrintTo(const StoreKind& kind, std::ostream* out);

/// Names the instances of the suite.
std::string KindName(const ::testing::TestParamInfo<StoreKind>& instance);

class ObjectStoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override;

  /// `relative` below the test's place, the place itself for an empty one.
  std::string At(std::string_view relative) const;

  /// Names below the test's place, page by page.
  std::vector<std::string> ListAll(std::string_view prefix, int32_t limit);

  StoreUnderTest made_;
  ObjectStore* store_ = nullptr;
};

}  // namespace firn::storage
