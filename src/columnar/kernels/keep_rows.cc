#include "columnar/kernels/keep_rows.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/extension_type.h>
#include <arrow/util/bit_util.h>

#include "columnar/io/arrow_status.h"

namespace firn::columnar {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

/// Rows that follow each other.
struct Run {
  int64_t begin;
  int64_t rows;
};

/// What is kept of every column.
struct KeptRows {
  std::vector<Run> runs;
  int64_t count = 0;
  std::span<const uint8_t> mask;
  arrow::MemoryPool* memory;
};

std::vector<Run> RunsOf(std::span<const uint8_t> mask) {
  std::vector<Run> runs;
  const uint8_t* const end = mask.data() + mask.size();
  auto find = [end](const uint8_t* from, int value) {
    const void* found = std::memchr(from, value, static_cast<size_t>(end - from));
    return found == nullptr ? end : static_cast<const uint8_t*>(found);
  };
  const uint8_t* at = mask.data();
  while ((at = find(at, 1)) != end) {
    const uint8_t* behind = find(at, 0);
    runs.push_back({at - mask.data(), behind - at});
    at = behind;
  }
  return runs;
}

Result<BufferPtr> Allocate(int64_t bytes, arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(BufferPtr buffer,
                   ToResult(arrow::AllocateBuffer(bytes, memory), ErrorCode::kResourceExhausted));
  return buffer;
}

/// Bits one after the other into a buffer of which every byte is written.
class BitWriter {
 public:
  explicit BitWriter(uint8_t* to) : to_(to) {}

  /// The lower `count` <= 56 bits of `bits`, above which there are none.
  void Append(uint64_t bits, int count) {
    held_ |= bits << held_bits_;
    held_bits_ += count;
    while (held_bits_ >= 8) {
      *to_++ = static_cast<uint8_t>(held_);
      held_ >>= 8;
      held_bits_ -= 8;
    }
  }
  void Finish() {
    if (held_bits_ > 0) {
      *to_ = static_cast<uint8_t>(held_);
    }
  }

 private:
  uint8_t* to_;
  uint64_t held_ = 0;
  int held_bits_ = 0;
};

/// `count` <= 56 bits from bit `begin` on.
uint64_t BitsAt(const arrow::Buffer& bits, int64_t begin, int64_t count) {
  const int64_t first = begin / 8;
  const auto bytes = static_cast<size_t>(std::min<int64_t>(sizeof(uint64_t), bits.size() - first));
  uint64_t word = 0;
  std::memcpy(&word, bits.data() + first, bytes);
  return (word >> (begin % 8)) & ((uint64_t{1} << count) - 1);
}

Result<BufferPtr> KeptBits(const arrow::Buffer& bits, int64_t offset, const KeptRows& kept) {
  constexpr int64_t kStep = 56;
  ASSIGN_OR_RETURN(BufferPtr buffer,
                   Allocate(arrow::bit_util::BytesForBits(kept.count), kept.memory));
  BitWriter writer(buffer->mutable_data());
  for (const Run& run : kept.runs) {
    for (int64_t done = 0; done < run.rows; done += kStep) {
      const int64_t count = std::min(run.rows - done, kStep);
      writer.Append(BitsAt(bits, offset + run.begin + done, count), static_cast<int>(count));
    }
  }
  writer.Finish();
  return buffer;
}

/// Null where no row is null.
Result<BufferPtr> KeptValidity(const arrow::ArrayData& column, const KeptRows& kept) {
  if (column.GetNullCount() == 0) {
    return BufferPtr();
  }
  return KeptBits(*column.buffers[0], column.offset, kept);
}

/// A copy of so many bytes is a load and a store, not a call.
constexpr int64_t kBlock = 64;

/// With room for a block behind it.
Result<BufferPtr> AllocateForBlocks(int64_t bytes, arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(std::unique_ptr<arrow::ResizableBuffer> buffer,
                   ToResult(arrow::AllocateResizableBuffer(bytes + kBlock, memory),
                            ErrorCode::kResourceExhausted));
  RETURN_IF_ERROR(
      ToStatus(buffer->Resize(bytes, /*shrink_to_fit=*/false), ErrorCode::kResourceExhausted));
  return BufferPtr(std::move(buffer));
}

/// Copies short runs by whole blocks: what a block writes behind its run is overwritten by the next
/// one, or lies in the room that AllocateForBlocks leaves.
class RunCopier {
 public:
  /// `from` is null where there is no byte.
  RunCopier(const arrow::Buffer* from, arrow::Buffer& to)
      : from_(from == nullptr ? nullptr : from->data()),
        readable_(from == nullptr ? 0 : from->size()),
        to_(to.mutable_data()) {}

  /// Appends `bytes` from `begin` on.
  void Append(int64_t begin, int64_t bytes) {
    constexpr int64_t kFewBlocks = 4;
    const uint8_t* run = from_ + begin;
    if (bytes <= kFewBlocks * kBlock && begin + bytes + kBlock <= readable_) {
      for (int64_t done = 0; done < bytes; done += kBlock) {
        std::memcpy(to_ + done, run + done, kBlock);
      }
    } else if (bytes > 0) {
      std::memcpy(to_, run, static_cast<size_t>(bytes));
    }
    to_ += bytes;
  }

 private:
  const uint8_t* from_;
  const int64_t readable_;
  uint8_t* to_;
};

Result<ArrayPtr> KeepFixed(const arrow::ArrayData& column, int64_t width, const KeptRows& kept) {
  ASSIGN_OR_RETURN(BufferPtr validity, KeptValidity(column, kept));
  ASSIGN_OR_RETURN(BufferPtr values, AllocateForBlocks(kept.count * width, kept.memory));
  RunCopier copier(column.buffers[1].get(), *values);
  for (const Run& run : kept.runs) {
    copier.Append((column.offset + run.begin) * width, run.rows * width);
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(column.type, kept.count, {std::move(validity), std::move(values)}));
}

Result<ArrayPtr> KeepBooleans(const arrow::ArrayData& column, const KeptRows& kept) {
  ASSIGN_OR_RETURN(BufferPtr validity, KeptValidity(column, kept));
  ASSIGN_OR_RETURN(BufferPtr values, KeptBits(*column.buffers[1], column.offset, kept));
  return arrow::MakeArray(
      arrow::ArrayData::Make(column.type, kept.count, {std::move(validity), std::move(values)}));
}

template <class Offset>
Result<ArrayPtr> KeepBytes(const arrow::ArrayData& column, const KeptRows& kept) {
  const auto* from = column.GetValues<Offset>(1);
  int64_t bytes = 0;
  for (const Run& run : kept.runs) {
    bytes += from[run.begin + run.rows] - from[run.begin];
  }
  ASSIGN_OR_RETURN(BufferPtr validity, KeptValidity(column, kept));
  const auto offset_bytes = (kept.count + 1) * static_cast<int64_t>(sizeof(Offset));
  ASSIGN_OR_RETURN(BufferPtr offsets, Allocate(offset_bytes, kept.memory));
  ASSIGN_OR_RETURN(BufferPtr values, AllocateForBlocks(bytes, kept.memory));
  auto* offset = reinterpret_cast<Offset*>(offsets->mutable_data());
  RunCopier copier(column.buffers[2].get(), *values);
  Offset end = 0;
  *offset++ = 0;
  for (const Run& run : kept.runs) {
    const Offset begin = from[run.begin];
    const Offset run_bytes = from[run.begin + run.rows] - begin;
    copier.Append(begin, run_bytes);
    const Offset shift = end - begin;
    for (int64_t row = 1; row <= run.rows; ++row) {
      *offset++ = from[run.begin + row] + shift;
    }
    end += run_bytes;
  }
  return arrow::MakeArray(arrow::ArrayData::Make(
      column.type, kept.count, {std::move(validity), std::move(offsets), std::move(values)}));
}

/// Lists, maps, dictionaries.
Result<ArrayPtr> KeepByArrow(const ArrayPtr& column, const KeptRows& kept) {
  arrow::BooleanBuilder builder(kept.memory);
  RETURN_IF_ERROR(columnar::ToStatus(
      builder.AppendValues(kept.mask.data(), static_cast<int64_t>(kept.mask.size())),
      ErrorCode::kResourceExhausted));
  ASSIGN_OR_RETURN(auto flags, ToResult(builder.Finish(), ErrorCode::kResourceExhausted));
  arrow::compute::ExecContext context(kept.memory);
  ASSIGN_OR_RETURN(
      arrow::Datum selected,
      ToResult(arrow::compute::Filter(column, flags, arrow::compute::FilterOptions(), &context),
               ErrorCode::kInternal));
  return selected.make_array();
}

Result<ArrayPtr> KeepOf(const ArrayPtr& column, const KeptRows& kept);

Result<ArrayPtr> KeepStructs(const arrow::StructArray& column, const KeptRows& kept) {
  ASSIGN_OR_RETURN(BufferPtr validity, KeptValidity(*column.data(), kept));
  arrow::ArrayVector children;
  for (int i = 0; i < column.num_fields(); ++i) {
    ASSIGN_OR_RETURN(children.emplace_back(), KeepOf(column.field(i), kept));
  }
  return std::make_shared<arrow::StructArray>(column.type(), kept.count, std::move(children),
                                              std::move(validity));
}

Result<ArrayPtr> KeepOf(const ArrayPtr& column, const KeptRows& kept) {
  const arrow::DataType& type = *column->type();
  switch (type.id()) {
    case arrow::Type::BOOL:
      return KeepBooleans(*column->data(), kept);
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return KeepBytes<int32_t>(*column->data(), kept);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return KeepBytes<int64_t>(*column->data(), kept);
    case arrow::Type::STRUCT:
      return KeepStructs(static_cast<const arrow::StructArray&>(*column), kept);
    case arrow::Type::EXTENSION: {
      const auto& extended = static_cast<const arrow::ExtensionArray&>(*column);
      ASSIGN_OR_RETURN(ArrayPtr storage, KeepOf(extended.storage(), kept));
      return arrow::ExtensionType::WrapArray(column->type(), storage);
    }
    default:
      break;
  }
  const bool is_plain = arrow::is_primitive(type.id()) || arrow::is_decimal(type.id()) ||
                        type.id() == arrow::Type::FIXED_SIZE_BINARY;
  return is_plain ? KeepFixed(*column->data(), type.byte_width(), kept) : KeepByArrow(column, kept);
}

}  // namespace

Result<std::shared_ptr<arrow::RecordBatch>> KeepRows(const arrow::RecordBatch& batch,
                                                     std::span<const uint8_t> mask,
                                                     arrow::MemoryPool* memory) {
  KeptRows kept{.runs = RunsOf(mask), .mask = mask, .memory = memory};
  for (const Run& run : kept.runs) {
    kept.count += run.rows;
  }
  arrow::ArrayVector columns;
  columns.reserve(static_cast<size_t>(batch.num_columns()));
  for (const ArrayPtr& column : batch.columns()) {
    ASSIGN_OR_RETURN(columns.emplace_back(), KeepOf(column, kept));
  }
  return arrow::RecordBatch::Make(batch.schema(), kept.count, std::move(columns));
}

}  // namespace firn::columnar
