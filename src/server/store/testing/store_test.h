// The fixture of the suites that every CatalogStore must pass (the *_suite.cc files beside it). An
// engine's room lists them among its tests and defines StoreFactories().
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "server/store/catalog_store.h"

namespace firn::store::testing {

using firn::testing::IsError;
using firn::testing::IsOk;
using firn::testing::IsOkAnd;

/// Opens a store on a folder: the same folder again is the same database.
struct StoreFactory {
  std::string name;
  std::function<Result<std::unique_ptr<CatalogStore>>(const std::string& folder,
                                                      const Clock& clock)>
      open;

  friend void PrintTo(const StoreFactory& factory, std::ostream* out) { *out << factory.name; }
};

/// The stores to test; defined by the test program.
std::vector<StoreFactory> StoreFactories();

/// A folder that is removed at the end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

class StoreTest : public ::testing::TestWithParam<StoreFactory> {
 protected:
  StoreTest();
  void SetUp() override;

  /// Closes the store and opens it again.
  void Reopen();

  MutationContext Context() const;
  Result<MutationResult> Run(const Mutation& mutation) {
    return store_->Execute(mutation, Context());
  }

  /// `a.b` as a path, `a.b.t` as an identifier.
  static NamespacePath Path(std::string_view dotted);
  static TableIdentifier Name(std::string_view dotted);
  /// A pointer with a location of its own below /w.
  static ObjectPointer Pointer(std::string_view label);

  Result<MutationResult> CreateNs(std::string_view dotted, Properties properties = {});
  Result<MutationResult> DropNs(std::string_view dotted);
  Result<MutationResult> Create(std::string_view dotted, ObjectKind kind = ObjectKind::kTable);
  Result<MutationResult> CreateAt(std::string_view dotted, std::string location);
  Result<MutationResult> Drop(std::string_view dotted, ObjectKind kind = ObjectKind::kTable);
  Result<MutationResult> Rename(std::string_view from,
                                std::string_view to,
                                ObjectKind kind = ObjectKind::kTable);
  /// Moves the table's pointer from `version` to one labelled `label`, at the same location.
  Result<MutationResult> Swap(std::string_view dotted, int64_t version, std::string_view label);

  ObjectRef Find(std::string_view dotted, ObjectKind kind = ObjectKind::kTable);
  std::vector<std::string> Names(std::string_view dotted, ObjectKind kind = ObjectKind::kTable);
  std::vector<EventRecord> Events(int64_t after = 0);
  std::vector<std::string> EventTypes();

  TestFolder folder_;
  ManualClock clock_{TimestampMs(1'700'000'000'000)};
  std::unique_ptr<CatalogStore> store_;
  WarehouseId warehouse_;
};

/// The message of an error, for the texts that clients compare.
template <class T>
std::string MessageOf(const Result<T>& result) {
  return result.has_value() ? std::string("ok") : result.error().message();
}

}  // namespace firn::store::testing
