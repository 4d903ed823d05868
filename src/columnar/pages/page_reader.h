// PageContents: a Parquet file as Arrow reads it, of which chosen pages can be read: what Arrow
// asks of a row group's column is answered with those pages alone, in their order, as if the chunk
// had no others. Everything else is the file's own.
//
// A page that does not hold the rows that the index says ends reading with
// parquet::ParquetException (kInvalidMetadata above). Dictionaries come where a page needs them.
// Thread-safety: one thread at a time, but columns of a row group may be read from several.
#pragma once

#include <memory>

#include <parquet/file_reader.h>
#include <parquet/properties.h>

#include "columnar/io/object_file.h"
#include "columnar/pages/page_choice.h"

namespace firn::columnar {

class PageContents final : public parquet::ParquetFileReader::Contents {
 public:
  PageContents(std::shared_ptr<ObjectFile> file, const parquet::ReaderProperties& properties);

  /// What row groups that are opened from now on consist of; null: all of their pages. It outlives
  /// their reading.
  void Select(const RowSelection* selection) { selection_ = selection; }

  // parquet::ParquetFileReader::Contents.
  void Close() override;
  std::shared_ptr<parquet::RowGroupReader> GetRowGroup(int group) override;
  std::shared_ptr<parquet::FileMetaData> metadata() const override { return whole_->metadata(); }
  std::shared_ptr<parquet::PageIndexReader> GetPageIndexReader() override;
  parquet::BloomFilterReader& GetBloomFilterReader() override;

 private:
  std::shared_ptr<ObjectFile> file_;
  parquet::ReaderProperties properties_;
  std::unique_ptr<parquet::ParquetFileReader::Contents> whole_;
  const RowSelection* selection_ = nullptr;
};

}  // namespace firn::columnar
