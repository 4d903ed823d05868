#include "features/join/feature_output.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/chunked_array.h>
#include <arrow/compute/api_vector.h>
#include <arrow/compute/exec.h>
#include <arrow/datum.h>
#include <arrow/util/bit_util.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"

namespace firn::features {
namespace {

using columnar::ToResult;
using columnar::ToStatus;
using ArrayPtr = std::shared_ptr<arrow::Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;
using ChunkedPtr = std::shared_ptr<arrow::ChunkedArray>;

/// Moves between asking the memory for a row of the answer and writing to it.
constexpr size_t kMovesAhead = 16;

/// A byte a row until the column is finished: threads may set neighbours at once.
class Validity {
 public:
  explicit Validity(int64_t rows) : valid_(static_cast<size_t>(rows), 0) {}

  void Set(uint32_t row) { valid_[row] = 1; }
  /// What Set writes to.
  uint8_t* flags() { return valid_.data(); }
  bool at(size_t row) const { return valid_[row] != 0; }
  size_t rows() const { return valid_.size(); }

  int64_t NullCount() const { return std::count(valid_.begin(), valid_.end(), uint8_t{0}); }

  /// Null where all rows are valid.
  Result<BufferPtr> Bitmap(arrow::MemoryPool* memory) const {
    if (NullCount() == 0) {
      return BufferPtr();
    }
    const auto rows = static_cast<int64_t>(valid_.size());
    ASSIGN_OR_RETURN(BufferPtr bits,
                     ToResult(arrow::AllocateBuffer(arrow::bit_util::BytesForBits(rows), memory),
                              ErrorCode::kInternal));
    Pack(valid_, bits->mutable_data());
    return bits;
  }

  static void Pack(std::span<const uint8_t> flags, uint8_t* bits) {
    const size_t whole = flags.size() / 8;
    for (size_t byte = 0; byte < whole; ++byte) {
      // Eight bytes of 0 or 1 become eight bits by one multiplication.
      uint64_t eight;
      std::memcpy(&eight, flags.data() + byte * 8, sizeof(eight));
      bits[byte] = static_cast<uint8_t>((eight * 0x0102040810204080) >> 56);
    }
    if (whole * 8 < flags.size()) {
      bits[whole] = 0;
    }
    for (size_t i = whole * 8; i < flags.size(); ++i) {
      bits[whole] = static_cast<uint8_t>(bits[whole] | (flags[i] << (i % 8)));
    }
  }

 private:
  std::vector<uint8_t> valid_;
};

Result<BufferPtr> ZeroedBuffer(int64_t bytes, arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(BufferPtr buffer,
                   ToResult(arrow::AllocateBuffer(bytes, memory), ErrorCode::kInternal));
  std::memset(buffer->mutable_data(), 0, static_cast<size_t>(bytes));
  return buffer;
}

/// Values of a fixed number of bytes.
template <size_t kBytes>
class FixedOutput : public FeatureOutput {
 public:
  FixedOutput(std::shared_ptr<arrow::DataType> type,
              BufferPtr values,
              int64_t rows,
              arrow::MemoryPool* memory)
      : type_(std::move(type)),
        values_(std::move(values)),
        to_(values_->mutable_data()),
        validity_(rows),
        memory_(memory) {}

  Status Put(const ArrayPtr& values, std::span<const RowMove> moves) override {
    const uint8_t* from =
        values->data()->GetValues<uint8_t>(1, 0) + static_cast<size_t>(values->offset()) * kBytes;
    const uint8_t* valid = values->null_count() > 0 ? values->null_bitmap_data() : nullptr;
    // Stores of bytes could change the members: the compiler would load them for each row.
    uint8_t* const to = to_;
    uint8_t* const valid_to = validity_.flags();
    for (size_t i = 0; i < moves.size(); ++i) {
      if (i + kMovesAhead < moves.size()) {
        __builtin_prefetch(to + size_t{moves[i + kMovesAhead].to} * kBytes, 1);
      }
      const RowMove& move = moves[i];
      if (valid != nullptr && !arrow::bit_util::GetBit(valid, values->offset() + move.from)) {
        continue;
      }
      std::memcpy(to + size_t{move.to} * kBytes, from + size_t{move.from} * kBytes, kBytes);
      valid_to[move.to] = 1;
    }
    return {};
  }

  Result<ChunkedPtr> Finish() override {
    ASSIGN_OR_RETURN(BufferPtr bitmap, validity_.Bitmap(memory_));
    auto data = arrow::ArrayData::Make(type_, static_cast<int64_t>(validity_.rows()),
                                       {std::move(bitmap), values_});
    return std::make_shared<arrow::ChunkedArray>(arrow::MakeArray(std::move(data)));
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  const BufferPtr values_;
  uint8_t* const to_;
  Validity validity_;
  arrow::MemoryPool* const memory_;
};

class BooleanOutput : public FeatureOutput {
 public:
  BooleanOutput(int64_t rows, arrow::MemoryPool* memory)
      : flags_(static_cast<size_t>(rows), 0), validity_(rows), memory_(memory) {}

  Status Put(const ArrayPtr& values, std::span<const RowMove> moves) override {
    const auto& flags = static_cast<const arrow::BooleanArray&>(*values);
    for (const RowMove& move : moves) {
      if (flags.IsValid(move.from)) {
        flags_[move.to] = flags.Value(move.from) ? 1 : 0;
        validity_.Set(move.to);
      }
    }
    return {};
  }

  Result<ChunkedPtr> Finish() override {
    const auto rows = static_cast<int64_t>(flags_.size());
    ASSIGN_OR_RETURN(BufferPtr bitmap, validity_.Bitmap(memory_));
    ASSIGN_OR_RETURN(BufferPtr bits,
                     ToResult(arrow::AllocateBuffer(arrow::bit_util::BytesForBits(rows), memory_),
                              ErrorCode::kInternal));
    Validity::Pack(flags_, bits->mutable_data());
    auto data =
        arrow::ArrayData::Make(arrow::boolean(), rows, {std::move(bitmap), std::move(bits)});
    return std::make_shared<arrow::ChunkedArray>(arrow::MakeArray(std::move(data)));
  }

 private:
  std::vector<uint8_t> flags_;
  Validity validity_;
  arrow::MemoryPool* const memory_;
};

/// Texts and binaries with 32-bit offsets: the bytes of each batch that are needed are kept, rows
/// point at them.
class BytesOutput : public FeatureOutput {
 public:
  BytesOutput(std::shared_ptr<arrow::DataType> type, int64_t rows, arrow::MemoryPool* memory)
      : type_(std::move(type)), rows_(static_cast<size_t>(rows)), memory_(memory) {}

  Status Put(const ArrayPtr& values, std::span<const RowMove> moves) override {
    const auto& texts = static_cast<const arrow::BinaryArray&>(*values);
    int64_t bytes = 0;
    for (size_t i = 0; i < moves.size(); ++i) {
      if (IsFirst(moves, i)) {
        bytes += texts.value_length(moves[i].from);
      }
    }
    ASSIGN_OR_RETURN(char* to, Reserve(bytes));
    for (size_t i = 0; i < moves.size(); ++i) {
      if (texts.IsNull(moves[i].from)) {
        continue;
      }
      if (!IsFirst(moves, i)) {
        rows_[moves[i].to] = rows_[moves[i - 1].to];
        continue;
      }
      std::string_view text = texts.GetView(moves[i].from);
      std::memcpy(to, text.data(), text.size());
      rows_[moves[i].to] = {to, static_cast<uint32_t>(text.size())};
      to += text.size();
    }
    return {};
  }

  Result<ChunkedPtr> Finish() override {
    arrow::ArrayVector chunks;
    size_t begin = 0;
    do {
      const size_t end = EndOfChunk(begin);
      ASSIGN_OR_RETURN(ArrayPtr chunk, Chunk(begin, end));
      chunks.push_back(std::move(chunk));
      begin = end;
    } while (begin < rows_.size());
    return std::make_shared<arrow::ChunkedArray>(std::move(chunks), type_);
  }

 private:
  struct Text {
    /// Null for a row without a value.
    const char* data = nullptr;
    uint32_t size = 0;
  };
  static constexpr size_t kMaxChunkBytes = size_t{1} << 30;

  /// True where the value is not that of the move before.
  static bool IsFirst(std::span<const RowMove> moves, size_t i) {
    return i == 0 || moves[i].from != moves[i - 1].from;
  }

  /// Room that stays; never null.
  Result<char*> Reserve(int64_t bytes) {
    ASSIGN_OR_RETURN(BufferPtr room,
                     ToResult(arrow::AllocateBuffer(std::max<int64_t>(bytes, 1), memory_),
                              ErrorCode::kInternal));
    auto* to = reinterpret_cast<char*>(room->mutable_data());
    std::lock_guard lock(mutex_);
    kept_.push_back(std::move(room));
    return to;
  }

  size_t EndOfChunk(size_t begin) const {
    size_t bytes = 0;
    size_t end = begin;
    while (end < rows_.size() && (end == begin || bytes + rows_[end].size <= kMaxChunkBytes)) {
      bytes += rows_[end++].size;
    }
    return end;
  }

  Result<ArrayPtr> Chunk(size_t begin, size_t end) const {
    const size_t count = end - begin;
    Validity validity(static_cast<int64_t>(count));
    ASSIGN_OR_RETURN(BufferPtr offsets,
                     ToResult(arrow::AllocateBuffer(
                                  static_cast<int64_t>((count + 1) * sizeof(int32_t)), memory_),
                              ErrorCode::kInternal));
    auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
    int64_t bytes = 0;
    for (size_t i = 0; i < count; ++i) {
      offset[i] = static_cast<int32_t>(bytes);
      bytes += rows_[begin + i].size;
    }
    offset[count] = static_cast<int32_t>(bytes);
    ASSIGN_OR_RETURN(BufferPtr data,
                     ToResult(arrow::AllocateBuffer(bytes, memory_), ErrorCode::kInternal));
    for (size_t i = 0; i < count; ++i) {
      const Text& text = rows_[begin + i];
      if (text.data != nullptr) {
        std::memcpy(data->mutable_data() + offset[i], text.data, text.size);
        validity.Set(static_cast<uint32_t>(i));
      }
    }
    ASSIGN_OR_RETURN(BufferPtr bitmap, validity.Bitmap(memory_));
    return arrow::MakeArray(
        arrow::ArrayData::Make(type_, static_cast<int64_t>(count),
                               {std::move(bitmap), std::move(offsets), std::move(data)}));
  }

  const std::shared_ptr<arrow::DataType> type_;
  std::vector<Text> rows_;
  std::mutex mutex_;
  std::vector<BufferPtr> kept_;
  arrow::MemoryPool* const memory_;
};

/// Everything else: rows of batches are taken by Arrow, and put in order at the end.
class NestedOutput : public FeatureOutput {
 public:
  NestedOutput(std::shared_ptr<arrow::DataType> type, int64_t rows, arrow::MemoryPool* memory)
      : type_(std::move(type)), rows_(static_cast<size_t>(rows)), context_(memory) {}

  Status Put(const ArrayPtr& values, std::span<const RowMove> moves) override {
    arrow::Int64Builder wanted(context_.memory_pool());
    RETURN_IF_ERROR(
        ToStatus(wanted.Reserve(static_cast<int64_t>(moves.size())), ErrorCode::kInternal));
    for (const RowMove& move : moves) {
      wanted.UnsafeAppend(move.from);
    }
    ASSIGN_OR_RETURN(ArrayPtr indices, ToResult(wanted.Finish(), ErrorCode::kInternal));
    ASSIGN_OR_RETURN(ArrayPtr taken, Take(values, indices));
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < moves.size(); ++i) {
      rows_[moves[i].to] = taken_rows_ + static_cast<int64_t>(i) + 1;
    }
    taken_rows_ += taken->length();
    taken_.push_back(std::move(taken));
    return {};
  }

  Result<ChunkedPtr> Finish() override {
    ArrayPtr all;
    if (taken_.empty()) {
      ASSIGN_OR_RETURN(all, ToResult(arrow::MakeArrayOfNull(type_, 0, context_.memory_pool()),
                                     ErrorCode::kInternal));
    } else {
      ASSIGN_OR_RETURN(all, ToResult(arrow::Concatenate(taken_, context_.memory_pool()),
                                     ErrorCode::kPayloadTooLarge));
      taken_.clear();
    }
    arrow::ArrayVector chunks;
    size_t begin = 0;
    do {
      const size_t end = std::min(begin + kChunkRows, rows_.size());
      ASSIGN_OR_RETURN(ArrayPtr order, Order(begin, end));
      ASSIGN_OR_RETURN(chunks.emplace_back(), Take(all, order));
      begin = end;
    } while (begin < rows_.size());
    return std::make_shared<arrow::ChunkedArray>(std::move(chunks), type_);
  }

 private:
  /// To take a list Arrow makes an index of every value in it: of so many rows' at a time.
  static constexpr size_t kChunkRows = size_t{16} << 10;

  /// Where in all that was taken the rows' values are.
  Result<ArrayPtr> Order(size_t begin, size_t end) const {
    arrow::Int64Builder order(context_.memory_pool());
    RETURN_IF_ERROR(
        ToStatus(order.Reserve(static_cast<int64_t>(end - begin)), ErrorCode::kInternal));
    for (size_t row = begin; row < end; ++row) {
      rows_[row] == 0 ? order.UnsafeAppendNull() : order.UnsafeAppend(rows_[row] - 1);
    }
    return ToResult(order.Finish(), ErrorCode::kInternal);
  }

  Result<ArrayPtr> Take(const ArrayPtr& values, const ArrayPtr& indices) {
    ASSIGN_OR_RETURN(
        arrow::Datum taken,
        ToResult(arrow::compute::Take(values, indices, arrow::compute::TakeOptions::NoBoundsCheck(),
                                      &context_),
                 ErrorCode::kInternal));
    return taken.make_array();
  }

  const std::shared_ptr<arrow::DataType> type_;
  std::mutex mutex_;
  /// Into all that was taken, plus 1; 0: nothing.
  std::vector<int64_t> rows_;
  arrow::ArrayVector taken_;
  int64_t taken_rows_ = 0;
  arrow::compute::ExecContext context_;
};

template <size_t kBytes>
Result<std::unique_ptr<FeatureOutput>> MakeFixed(std::shared_ptr<arrow::DataType> type,
                                                 int64_t rows,
                                                 arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(BufferPtr values, ZeroedBuffer(rows * static_cast<int64_t>(kBytes), memory));
  return std::make_unique<FixedOutput<kBytes>>(std::move(type), std::move(values), rows, memory);
}

}  // namespace

Result<std::unique_ptr<FeatureOutput>> FeatureOutput::Make(std::shared_ptr<arrow::DataType> type,
                                                           int64_t rows,
                                                           arrow::MemoryPool* memory) {
  if (type->id() == arrow::Type::BOOL) {
    return std::make_unique<BooleanOutput>(rows, memory);
  }
  if (type->id() == arrow::Type::STRING || type->id() == arrow::Type::BINARY) {
    return std::make_unique<BytesOutput>(std::move(type), rows, memory);
  }
  const int bytes = arrow::is_fixed_width(type->id()) ? type->byte_width() : 0;
  switch (bytes) {
    case 4:
      return MakeFixed<4>(std::move(type), rows, memory);
    case 8:
      return MakeFixed<8>(std::move(type), rows, memory);
    case 16:
      return MakeFixed<16>(std::move(type), rows, memory);
    default:
      return std::make_unique<NestedOutput>(std::move(type), rows, memory);
  }
}

}  // namespace firn::features
