// Rows in files of each format, and what is left where writing ends early.
#include "cli/data/row_output.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/json/from_string.h>
#include <arrow/table.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <sys/stat.h>

#include "base/testing/matchers.h"
#include "base/uuid.h"

namespace firn::cli {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOk;

class RowOutputTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::shared_ptr<arrow::RecordBatch> Batch() const {
    auto id = arrow::json::ArrayFromJSONString(arrow::int64(), "[1, 2, 3]").ValueOrDie();
    auto name =
        arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["a,b", "", null])").ValueOrDie();
    return arrow::RecordBatch::Make(schema_, 3, {id, name});
  }
  void WriteAll(RowFormat format, const std::string& path) const {
    ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(format, path, schema_));
    ASSERT_THAT(output->Write(*Batch()), IsOk());
    EXPECT_FALSE(std::filesystem::exists(path)) << "it is not complete yet";
    ASSERT_THAT(output->Finish(), IsOk());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  }
  std::string TextOf(RowFormat format) const {
    std::string path = Path("rows");
    WriteAll(format, path);
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("firn-rows-" + Uuid::Random().ToString());
  std::shared_ptr<arrow::Schema> schema_ =
      arrow::schema({arrow::field("id", arrow::int64()), arrow::field("name", arrow::utf8())});
};

TEST_F(RowOutputTest, RowGroupsOfParquetAreBoundedByBytes) {
  ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(RowFormat::kParquet, Path("rows"), schema_, 100));
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(output->Write(*Batch()), IsOk());
  }
  ASSERT_THAT(output->Finish(), IsOk());
  auto file = parquet::ParquetFileReader::OpenFile(Path("rows"));
  std::vector<int64_t> rows;
  for (int i = 0; i < file->metadata()->num_row_groups(); ++i) {
    rows.push_back(file->metadata()->RowGroup(i)->num_rows());
  }
  EXPECT_THAT(rows, ElementsAre(6, 6, 3)) << "two batches have less than 100 bytes, three more";
}

TEST_F(RowOutputTest, ATableForPeople) {
  EXPECT_EQ(TextOf(RowFormat::kTable), "id  name\n 1  a,b\n 2\n 3  NULL\n");
}

TEST_F(RowOutputTest, ATextIsNeverTakenForNull) {
  auto schema = arrow::schema({arrow::field("name", arrow::utf8())});
  auto names = arrow::json::ArrayFromJSONString(
                   arrow::utf8(), R"([null, "NULL", "null", "\"NULL\"", "\"a\"", "", "\"\""])")
                   .ValueOrDie();
  ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(RowFormat::kTable, Path("rows"), schema));
  ASSERT_THAT(output->Write(*arrow::RecordBatch::Make(schema, 7, {names})), IsOk());
  ASSERT_THAT(output->Finish(), IsOk());
  std::ifstream file(Path("rows"), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, "name\nNULL\n\"NULL\"\nnull\n\"\"NULL\"\"\n\"a\"\n\n\"\"\n");
}

TEST_F(RowOutputTest, CsvTellsNullFromEmpty) {
  EXPECT_EQ(TextOf(RowFormat::kCsv), "id,name\r\n1,\"a,b\"\r\n2,\"\"\r\n3,\r\n");
}

TEST_F(RowOutputTest, JsonLines) {
  EXPECT_EQ(TextOf(RowFormat::kJsonLines),
            R"({"id":1,"name":"a,b"}
{"id":2,"name":""}
{"id":3,"name":null}
)");
}

TEST_F(RowOutputTest, ParquetReadsBack) {
  WriteAll(RowFormat::kParquet, Path("rows.parquet"));
  auto file = arrow::io::ReadableFile::Open(Path("rows.parquet")).ValueOrDie();
  auto reader = parquet::arrow::OpenFile(file, arrow::default_memory_pool()).ValueOrDie();
  auto read = reader->ReadTable().ValueOrDie();
  EXPECT_TRUE(read->CombineChunksToBatch().ValueOrDie()->Equals(*Batch()));
}

TEST_F(RowOutputTest, ArrowReadsBack) {
  WriteAll(RowFormat::kArrow, Path("rows.arrow"));
  auto file = arrow::io::ReadableFile::Open(Path("rows.arrow")).ValueOrDie();
  auto reader = arrow::ipc::RecordBatchStreamReader::Open(file).ValueOrDie();
  std::shared_ptr<arrow::RecordBatch> batch;
  ASSERT_TRUE(reader->ReadNext(&batch).ok());
  EXPECT_TRUE(batch->Equals(*Batch()));
}

TEST_F(RowOutputTest, WhatIsNotFinishedLeavesNothing) {
  for (RowFormat format : {RowFormat::kCsv, RowFormat::kParquet}) {
    ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(format, Path("rows"), schema_));
    ASSERT_THAT(output->Write(*Batch()), IsOk());
    output.reset();
    EXPECT_TRUE(std::filesystem::is_empty(folder_));
  }
}

TEST_F(RowOutputTest, ACsvOfOneColumnHasNoEmptyLine) {
  auto schema = arrow::schema({schema_->field(1)});
  ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(RowFormat::kCsv, Path("rows"), schema));
  auto batch = Batch();
  ASSERT_THAT(output->Write(*arrow::RecordBatch::Make(schema, 3, {batch->column(1)})), IsOk());
  ASSERT_THAT(output->Finish(), IsOk());
  std::ifstream file(Path("rows"), std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, "name\r\n\"a,b\"\r\n\"\"\r\n\"\"\r\n");
}

TEST_F(RowOutputTest, WhatIsNoRegularFileStays) {
  for (RowFormat format : {RowFormat::kCsv, RowFormat::kArrow}) {
    ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(format, "/dev/null", schema_));
    ASSERT_THAT(output->Write(*Batch()), IsOk());
    ASSERT_THAT(output->Finish(), IsOk());
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  }
}

TEST_F(RowOutputTest, APipeTakesArrow) {
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  std::string received;
  std::jthread reader([&] {
    std::ifstream pipe(Path("pipe"), std::ios::binary);
    received.assign(std::istreambuf_iterator<char>(pipe), std::istreambuf_iterator<char>());
  });
  {
    ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(RowFormat::kArrow, Path("pipe"), schema_));
    ASSERT_THAT(output->Write(*Batch()), IsOk());
    ASSERT_THAT(output->Finish(), IsOk());
  }
  reader.join();
  arrow::io::BufferReader source(arrow::Buffer::FromString(received));
  auto stream = arrow::ipc::RecordBatchStreamReader::Open(&source).ValueOrDie();
  std::shared_ptr<arrow::RecordBatch> batch;
  ASSERT_TRUE(stream->ReadNext(&batch).ok());
  EXPECT_TRUE(batch->Equals(*Batch()));
  EXPECT_TRUE(std::filesystem::is_fifo(Path("pipe")));
}

TEST_F(RowOutputTest, ALinkAndAModeStay) {
  constexpr auto kOwner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::ofstream(Path("real")) << "old";
  std::filesystem::permissions(Path("real"), kOwner);
  std::filesystem::create_symlink(Path("real"), Path("link"));
  ASSERT_OK_AND_ASSIGN(auto output, OpenRowOutput(RowFormat::kCsv, Path("link"), schema_));
  ASSERT_THAT(output->Finish(), IsOk());
  EXPECT_TRUE(std::filesystem::is_symlink(Path("link")));
  EXPECT_EQ(std::filesystem::status(Path("real")).permissions(), kOwner);
  EXPECT_EQ(std::filesystem::file_size(Path("real")), 9U);
}

TEST_F(RowOutputTest, AFolderThatIsNotThereIsAnError) {
  EXPECT_THAT(OpenRowOutput(RowFormat::kCsv, Path("none/rows"), schema_),
              IsError(ErrorCode::kIoError));
  EXPECT_THAT(OpenRowOutput(RowFormat::kParquet, Path("none/rows"), schema_),
              IsError(ErrorCode::kIoError));
}

TEST(RowFormatTest, NamesOfFormats) {
  EXPECT_THAT(ReadRowFormat("csv"), IsOk());
  EXPECT_THAT(ReadRowFormat("xml"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace firn::cli
