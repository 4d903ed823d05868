#include "columnar/pages/page_reader.h"

#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/page_index.h>

namespace firn::columnar {
namespace {

using parquet::PageType;

/// How Arrow reads the pages of one chunk.
struct PageFormat {
  parquet::Compression::type codec;
  /// Of writers whose pages say that they are not.
  bool always_compressed;
  const parquet::ColumnDescriptor* column;
  parquet::ReaderProperties properties;

  std::unique_ptr<parquet::PageReader> Read(std::shared_ptr<arrow::Buffer> bytes,
                                            int64_t values) const {
    return parquet::PageReader::Open(std::make_shared<arrow::io::BufferReader>(std::move(bytes)),
                                     values, codec, properties, *column, always_compressed);
  }
};

/// The bytes of the ranges, one after the other.
std::shared_ptr<arrow::Buffer> ReadRuns(ObjectFile& file, const std::vector<ByteRange>& runs) {
  arrow::BufferVector buffers;
  for (const ByteRange& run : runs) {
    PARQUET_ASSIGN_OR_THROW(auto bytes, file.ReadAt(run.offset, run.length));
    buffers.push_back(std::move(bytes));
  }
  if (buffers.size() == 1) {
    return buffers.front();
  }
  PARQUET_ASSIGN_OR_THROW(auto joined, arrow::ConcatenateBuffers(buffers));
  return joined;
}

/// Gives the chosen pages, each checked against its index, and the dictionary before the first one
/// that needs it.
class ChosenPageReader final : public parquet::PageReader {
 public:
  ChosenPageReader(std::shared_ptr<ObjectFile> file, const ChosenPages& chosen, PageFormat format)
      : file_(std::move(file)), chosen_(chosen), format_(std::move(format)) {
    data_ = format_.Read(ReadRuns(*file_, RunsOf(chosen_.pages)), chosen_.rows.count());
  }

  std::shared_ptr<parquet::Page> NextPage() override {
    if (held_ != nullptr) {
      return std::exchange(held_, nullptr);
    }
    std::shared_ptr<parquet::Page> page = data_->NextPage();
    if (page == nullptr) {
      if (next_ != chosen_.pages.size()) {
        throw parquet::ParquetException("a page that the offset index names is missing");
      }
      return nullptr;
    }
    Check(*page);
    ++next_;
    if (!has_dictionary_ && IsCoded(static_cast<const parquet::DataPage&>(*page))) {
      has_dictionary_ = true;
      held_ = std::move(page);
      return ReadDictionary();
    }
    return page;
  }

  void set_max_page_header_size(uint32_t size) override { data_->set_max_page_header_size(size); }

 private:
  /// Columns that are read by pages do not repeat: a value a row.
  void Check(const parquet::Page& page) const {
    bool is_data = page.type() == PageType::DATA_PAGE || page.type() == PageType::DATA_PAGE_V2;
    bool has_rows = is_data && next_ < chosen_.pages.size() &&
                    static_cast<const parquet::DataPage&>(page).num_values() ==
                        chosen_.pages[next_].rows.count();
    if (!has_rows) {
      throw parquet::ParquetException("a page does not hold the rows that the offset index says");
    }
  }

  static bool IsCoded(const parquet::DataPage& page) {
    return page.encoding() == parquet::Encoding::PLAIN_DICTIONARY ||
           page.encoding() == parquet::Encoding::RLE_DICTIONARY;
  }

  std::shared_ptr<parquet::Page> ReadDictionary() {
    std::shared_ptr<parquet::Page> page;
    if (chosen_.dictionary.length > 0) {
      dictionary_ = format_.Read(ReadRuns(*file_, {chosen_.dictionary}), 1);
      page = dictionary_->NextPage();
    }
    if (page == nullptr || page->type() != PageType::DICTIONARY_PAGE) {
      throw parquet::ParquetException("a page needs a dictionary that is not there");
    }
    return page;
  }

  std::shared_ptr<ObjectFile> file_;
  const ChosenPages& chosen_;
  const PageFormat format_;
  std::unique_ptr<parquet::PageReader> data_;
  std::unique_ptr<parquet::PageReader> dictionary_;
  /// The data page that comes after the dictionary.
  std::shared_ptr<parquet::Page> held_;
  size_t next_ = 0;
  bool has_dictionary_ = false;
};

/// A row group of which some columns have chosen pages.
class SelectedRowGroup final : public parquet::RowGroupReader::Contents {
 public:
  SelectedRowGroup(std::shared_ptr<parquet::RowGroupReader> whole,
                   std::shared_ptr<ObjectFile> file,
                   std::shared_ptr<parquet::FileMetaData> metadata,
                   const parquet::ReaderProperties& properties,
                   const RowSelection& selection)
      : whole_(std::move(whole)),
        file_(std::move(file)),
        metadata_(std::move(metadata)),
        properties_(properties),
        selection_(selection) {}

  std::unique_ptr<parquet::PageReader> GetColumnPageReader(int leaf) override {
    auto chosen = selection_.leaves.find(leaf);
    if (chosen == selection_.leaves.end()) {
      return whole_->GetColumnPageReader(leaf);
    }
    PageFormat format{.codec = whole_->metadata()->ColumnChunk(leaf)->compression(),
                      .always_compressed = metadata_->writer_version().VersionLt(
                          parquet::ApplicationVersion::PARQUET_CPP_10353_FIXED_VERSION()),
                      .column = metadata_->schema()->Column(leaf),
                      .properties = properties_};
    return std::make_unique<ChosenPageReader>(file_, chosen->second, std::move(format));
  }
  const parquet::RowGroupMetaData* metadata() const override { return whole_->metadata(); }
  const parquet::ReaderProperties* properties() const override { return &properties_; }

 private:
  std::shared_ptr<parquet::RowGroupReader> whole_;
  std::shared_ptr<ObjectFile> file_;
  std::shared_ptr<parquet::FileMetaData> metadata_;
  const parquet::ReaderProperties properties_;
  const RowSelection& selection_;
};

}  // namespace

PageContents::PageContents(std::shared_ptr<ObjectFile> file,
                           const parquet::ReaderProperties& properties)
    : file_(std::move(file)),
      properties_(properties),
      whole_(parquet::ParquetFileReader::Contents::Open(file_, properties_)) {}

void PageContents::Close() { whole_->Close(); }

std::shared_ptr<parquet::RowGroupReader> PageContents::GetRowGroup(int group) {
  auto whole = whole_->GetRowGroup(group);
  if (selection_ == nullptr) {
    return whole;
  }
  return std::make_shared<parquet::RowGroupReader>(std::make_unique<SelectedRowGroup>(
      std::move(whole), file_, metadata(), properties_, *selection_));
}

std::shared_ptr<parquet::PageIndexReader> PageContents::GetPageIndexReader() {
  return whole_->GetPageIndexReader();
}

parquet::BloomFilterReader& PageContents::GetBloomFilterReader() {
  return whole_->GetBloomFilterReader();
}

}  // namespace firn::columnar
