// BlockCursor: the fast way through a block whose types are known (decoder.h is the tolerant one).
// It reads integers eight bytes at a time, beyond the block's end if need be: kSlackBytes after it
// are readable (codec.h).
//
// After the first defect ok() is false for ever and reads return zeros or nothing; so callers read
// a whole record and ask once. A cursor is a small value: loops copy it to a local. Thread-safety:
// one thread at a time. Views point into the block.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "iceberg/manifest/avro/codec.h"

namespace firn::iceberg::avro {

class BlockCursor {
 public:
  /// `block` is the content of a Block.
  explicit BlockCursor(std::string_view block)
      : next_(block.data()), end_(block.data() + block.size()) {}

  bool ok() const { return end_ != kFailed; }
  void Fail() { next_ = end_ = kFailed; }
  /// What comes next; nothing of the block after a defect.
  const char* next() const { return next_; }
  /// Moves to where another reader of the same block has come.
  void MoveTo(const char* next) { next_ = next; }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }
  std::string_view rest() const { return {next_, remaining()}; }

  /// int, long, counts, lengths, union branches.
  int64_t Varint() {
    uint64_t bits = Load();
    uint64_t value = bits & 0x7f;
    if ((bits & 0x80) == 0) {
      Advance(1);
    } else if ((bits & 0x8000) == 0) {
      value |= (bits >> 1) & 0x3f80;
      Advance(2);
    } else {
      LongVarint number = ReadLongVarint(next_, bits);
      value = number.bits;
      number.bytes > 0 ? Advance(number.bytes) : Fail();
    }
    return Unzigzag(value);
  }

  /// The branch of a union of two.
  int Branch() {
    auto byte = static_cast<unsigned char>(*next_);
    constexpr unsigned char kSecond = 2;
    if (byte > kSecond || byte == 1) [[unlikely]] {
      Fail();
      return 0;
    }
    Advance(1);
    return byte >> 1;
  }

  /// Reads a key and passes to `wanted(key)`; where that is true, the integer after it to
  /// `take(value)`. One load a pair in most cases.
  template <class Wanted, class Take>
  void KeyAndNumber(Wanted wanted, Take take) {
    uint64_t bits = Load();
    uint64_t lasts = ~bits & (kHighBits ^ 0x80);
    if ((bits & 0x80) == 0 && lasts != 0) [[likely]] {
      Advance(std::countr_zero(lasts) / 8 + 1);
      if (wanted(Unzigzag(bits & 0x7f))) {
        take(Unzigzag(JoinBytes((bits & (lasts ^ (lasts - 1))) >> 8)));
      }
      return;
    }
    bool use = wanted(Varint());
    if (int64_t value = Varint(); use) {
      take(value);
    }
  }

  /// Two integers, most of which are of a byte: a key and a length.
  std::pair<int64_t, int64_t> VarintPair() {
    uint64_t bits = Load();
    if ((bits & 0x8080) == 0) [[likely]] {
      Advance(2);
      return {Unzigzag(bits & 0x7f), Unzigzag((bits >> 8) & 0x7f)};
    }
    int64_t first = Varint();
    return {first, Varint()};
  }

  /// Passes over so many integers.
  void SkipVarints(uint64_t count) {
    // The last byte of an integer is the one without the high bit: eight bytes are counted at once.
    while (count > 0 && remaining() >= sizeof(uint64_t)) {
      uint64_t lasts = ~Load() & kHighBits;
      uint64_t found = ((lasts >> 7) * 0x0101010101010101U) >> 56;
      if (found >= count) {
        for (; count > 1; --count) {
          lasts &= lasts - 1;
        }
        next_ += std::countr_zero(lasts) / 8 + 1;
        return;
      }
      count -= found;
      next_ += sizeof(uint64_t);
    }
    while (count > 0) {
      if (next_ == end_) {
        return Fail();
      }
      count -= static_cast<unsigned char>(*next_) < 0x80 ? 1 : 0;
      ++next_;
    }
  }

  std::string_view Bytes(int64_t size) {
    if (size < 0 || static_cast<uint64_t>(size) > remaining()) {
      Fail();
      return {};
    }
    std::string_view bytes(next_, static_cast<size_t>(size));
    next_ += size;
    return bytes;
  }
  std::string_view LengthAndBytes() { return Bytes(Varint()); }

  /// The number of items in the next run of a list or map, 0 at its end or after a defect. Every
  /// item takes at least a byte, so no count exceeds what is left.
  int64_t BeginItems() {
    int64_t count = Varint();
    if (count < 0) {
      // The run's size in bytes follows, for readers that skip.
      Varint();
      count = static_cast<int64_t>(0 - static_cast<uint64_t>(count));
    }
    if (count < 0 || static_cast<uint64_t>(count) > remaining()) {
      Fail();
      return 0;
    }
    return count;
  }

 private:
  static constexpr uint64_t kHighBits = 0x8080808080808080U;
  static constexpr int kMaxVarintBytes = 10;

  /// The low seven bits of each byte, joined.
  static uint64_t JoinBytes(uint64_t bits) {
    bits &= 0x7f7f7f7f7f7f7f7fU;
    bits = (bits & 0x007f007f007f007fU) | ((bits & 0x7f007f007f007f00U) >> 1);
    bits = (bits & 0x00003fff00003fffU) | ((bits & 0x3fff00003fff0000U) >> 2);
    return (bits & 0x000000000fffffffU) | ((bits & 0x0fffffff00000000U) >> 4);
  }
  static int64_t Unzigzag(uint64_t value) {
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  uint64_t Load() const {
    static_assert(std::endian::native == std::endian::little && kSlackBytes >= kMaxVarintBytes);
    uint64_t bits = 0;
    std::memcpy(&bits, next_, sizeof bits);
    return bits;
  }
  void Advance(ptrdiff_t bytes) {
    next_ += bytes;
    if (next_ > end_) [[unlikely]] {
      Fail();
    }
  }

  /// Not yet unzigzagged; 0 bytes: more than an integer can have.
  struct LongVarint {
    uint64_t bits;
    int bytes;
  };
  /// Of three bytes or more; `bits` are the first eight. No member, so that a cursor's own parts
  /// stay in registers.
  static LongVarint ReadLongVarint(const char* at, uint64_t bits);

  /// Where a cursor goes that found a defect: nothing is left there, with slack.
  static constexpr char kFailed[kSlackBytes] = {};

  const char* next_;
  const char* end_;
};

}  // namespace firn::iceberg::avro
