// Times, numbers and tables as people read and write them.
#include "base/testing/matchers.h"
#include "cli/data/figures.h"
#include "cli/data/selection.h"
#include "cli/data/task_flags.h"
#include "cli/data/text_table.h"

namespace firn::cli {
namespace {

using testing::IsError;
using testing::IsOkAnd;

TEST(FiguresTest, NumbersHaveSeparators) {
  EXPECT_EQ(Count(0), "0");
  EXPECT_EQ(Count(999), "999");
  EXPECT_EQ(Count(1000), "1,000");
  EXPECT_EQ(Count(-1234567), "-1,234,567");
  EXPECT_EQ(Count(-100), "-100");
  EXPECT_EQ(Counted(1, "file"), "1 file");
  EXPECT_EQ(Counted(2, "file"), "2 files");
}

TEST(FiguresTest, BytesHaveUnits) {
  EXPECT_EQ(Bytes(0), "0 B");
  EXPECT_EQ(Bytes(1023), "1023 B");
  EXPECT_EQ(Bytes(1536), "1.5 KiB");
  EXPECT_EQ(Bytes(int64_t{12} << 20), "12 MiB");
  EXPECT_EQ(Bytes(int64_t{5000} << 50), "5000 PiB");
}

TEST(FiguresTest, TimesAreUtc) {
  EXPECT_EQ(Time(TimestampMs(1'700'000'000'123)), "2023-11-14 22:13:20.123");
}

TEST(SelectionTest, AgesCountBack) {
  TimestampMs now(1'000'000'000'000);
  EXPECT_THAT(ReadTimeOrAge("1d", now), IsOkAnd(TimestampMs(now.value() - 86'400'000)));
  EXPECT_THAT(ReadTimeOrAge("2h", now), IsOkAnd(TimestampMs(now.value() - 7'200'000)));
  EXPECT_THAT(ReadTimeOrAge("30m", now), IsOkAnd(TimestampMs(now.value() - 1'800'000)));
  EXPECT_THAT(ReadTimeOrAge("1d12h", now), IsOkAnd(TimestampMs(now.value() - 129'600'000)));
  EXPECT_THAT(ReadTimeOrAge("90s", now), IsOkAnd(TimestampMs(now.value() - 90'000)));
  EXPECT_THAT(ReadTimeOrAge("0d", now), IsOkAnd(now));
  EXPECT_THAT(ReadTimeOrAge("0", now), IsOkAnd(TimestampMs(0)));
  EXPECT_THAT(ReadTimeOrAge("1970-01-02", now), IsOkAnd(TimestampMs(86'400'000)));
  EXPECT_THAT(ReadTimeOrAge("-1d", now), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadTimeOrAge("99999999999d", now), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(ReadTimeOrAge("d", now), IsError(ErrorCode::kInvalidArgument));
}

TEST(TextTableTest, ColumnsAreAsWideAsTheyMustBe) {
  TextTable table({{"name"}, {"rows", Align::kRight}});
  table.Add({"a", "1"});
  table.Add({"long name", "1,000"});
  EXPECT_EQ(table.TakeText(), "name        rows\na              1\nlong name  1,000\n");
  table.Add({"b", "2"});
  EXPECT_EQ(table.TakeText(), "b              2\n");
}

TEST(TextTableTest, ControlCharactersAreNotPrinted) {
  TextTable table({{"na\x1Bme"}});
  table.Add({"a\x1B[31mb\n"});
  EXPECT_EQ(table.TakeText(), "na?me\na?[31mb?\n");
}

TEST(TaskFlagsTest, ATaskIsANumberOfSoMany) {
  ASSERT_OK_AND_ASSIGN(TaskNumber task, ReadTaskNumber("2/13"));
  EXPECT_EQ(task.number, 2);
  EXPECT_EQ(task.count, 13);
  for (const char* text :
       {"", "/", "2", "2/", "/13", "2/13/4", "a/b", "2 / 13", "1e1/13", "99999999999999999999/1"}) {
    EXPECT_THAT(ReadTaskNumber(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

TEST(TaskFlagsTest, ASizeHasAUnitOrNone) {
  EXPECT_THAT(ReadSize("64MiB"), IsOkAnd(int64_t{64} << 20));
  EXPECT_THAT(ReadSize("64mb"), IsOkAnd(int64_t{64} << 20));
  EXPECT_THAT(ReadSize("100"), IsOkAnd(100));
  for (const char* text : {"", "many", "1 m m", "99999999999999999999"}) {
    EXPECT_THAT(ReadSize(text), IsError(ErrorCode::kInvalidArgument)) << text;
  }
}

}  // namespace
}  // namespace firn::cli
