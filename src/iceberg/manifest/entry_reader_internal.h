// EntryReader: runs an EntryProgram over the entries of a block.
//
// Thread-safety: one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "iceberg/manifest/avro/block_cursor.h"
#include "iceberg/manifest/columns_builder_internal.h"
#include "iceberg/manifest/entry_program_internal.h"

namespace firn::iceberg {

class EntryReader {
 public:
  /// Both outlive the reader.
  EntryReader(const EntryProgram& program, ColumnsBuilder& builder)
      : program_(program), builder_(builder) {}

  void BeginBlock(std::string_view content) {
    cursor_ = avro::BlockCursor(content);
    block_begin_ = content.data();
  }

  /// Reads an entry and adds it to the builder. False where it is damaged.
  bool Next();

  /// What is wrong, after Next returned false, and where in the block the entry begins.
  const std::string& defect() const { return defect_; }
  size_t position() const { return static_cast<size_t>(entry_begin_ - block_begin_); }

 private:
  bool Fail(std::string_view defect);
  /// Runs the program from the cursor on; returns where it ends.
  avro::BlockCursor Run(avro::BlockCursor cursor);
  avro::BlockCursor ReadList(avro::BlockCursor cursor, uint8_t list);
  avro::BlockCursor ReadCounts(avro::BlockCursor cursor, EntryMap map);
  avro::BlockCursor ReadBounds(avro::BlockCursor cursor, EntryMap map);
  /// By the tolerant decoder.
  avro::BlockCursor ReadOther(avro::BlockCursor cursor, const Step& step);

  const EntryProgram& program_;
  ColumnsBuilder& builder_;
  avro::BlockCursor cursor_{std::string_view()};
  const char* block_begin_ = nullptr;
  const char* entry_begin_ = nullptr;
  EntryRow row_;
  std::string defect_;
};

}  // namespace firn::iceberg
