#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include <arrow/array/array_nested.h>
#include <sys/resource.h>

#include "base/testing/matchers.h"
#include "columnar/sort/spilled_rows_internal.h"
#include "columnar/testing/batches.h"

namespace firn::columnar {
namespace {

using firn::testing::IsError;
using firn::testing::IsOk;

std::shared_ptr<arrow::RecordBatch> Numbers(int64_t count) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(i * 0x9E3779B97F4A7C15);  // does not compress
  }
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}), count,
                                  {testing::Longs(values)});
}

TEST(SpilledRowsTest, BatchesComeBackAsTheyWere) {
  const auto rows = Numbers(1'000);
  ASSERT_OK_AND_ASSIGN(auto spilled,
                       SpilledRows::Make("", rows->schema(), arrow::default_memory_pool()));
  ASSERT_THAT(spilled->Write(*rows), IsOk());
  ASSERT_THAT(spilled->Write(*rows->Slice(10, 5)), IsOk());
  ASSERT_OK_AND_ASSIGN(auto source, spilled->Read());
  spilled.reset();
  ASSERT_OK_AND_ASSIGN(auto first, source->Next());
  EXPECT_TRUE(first->Equals(*rows));
  ASSERT_OK_AND_ASSIGN(auto second, source->Next());
  EXPECT_TRUE(second->Equals(*rows->Slice(10, 5)));
  ASSERT_OK_AND_ASSIGN(auto end, source->Next());
  EXPECT_EQ(end, nullptr);
}

TEST(SpilledRowsTest, AsDeepAsSchemasAre) {
  std::shared_ptr<arrow::Array> column = testing::Longs({1, 2, 3});
  for (int depth = 0; depth < 100; ++depth) {
    column = arrow::StructArray::Make({column}, std::vector<std::string>{"f"}).ValueOrDie();
  }
  const auto rows =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("n", column->type())}), 3, {column});
  ASSERT_OK_AND_ASSIGN(auto spilled,
                       SpilledRows::Make("", rows->schema(), arrow::default_memory_pool()));
  ASSERT_THAT(spilled->Write(*rows), IsOk());
  ASSERT_OK_AND_ASSIGN(auto source, spilled->Read());
  ASSERT_OK_AND_ASSIGN(auto read, source->Next());
  EXPECT_TRUE(read->Equals(*rows));
}

TEST(SpilledRowsTest, ATmpdirThatIsNoFolderIsNamed) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before != nullptr ? before : "";
  setenv("TMPDIR", "/nowhere/at/all", 1);
  auto spilled = SpilledRows::Make("", Numbers(1)->schema(), arrow::default_memory_pool());
  before != nullptr ? setenv("TMPDIR", kept.c_str(), 1) : unsetenv("TMPDIR");
  ASSERT_THAT(spilled, IsError(ErrorCode::kIoError));
  EXPECT_THAT(std::string(spilled.error().message()), ::testing::HasSubstr("TMPDIR"));
}

/// Files of this process may not grow beyond it.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, SIG_DFL);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

TEST(SpilledRowsTest, ADiskWithoutRoomIsNamed) {
  const auto rows = Numbers(100'000);
  Status written;
  {
    const FileSizeLimit limit(4'096);
    ASSERT_OK_AND_ASSIGN(auto spilled,
                         SpilledRows::Make("", rows->schema(), arrow::default_memory_pool()));
    written = spilled->Write(*rows);
  }
  ASSERT_THAT(written, IsError(ErrorCode::kIoError));
  EXPECT_THAT(std::string(written.error().message()),
              ::testing::HasSubstr("TMPDIR names another folder"));
}

}  // namespace
}  // namespace firn::columnar
