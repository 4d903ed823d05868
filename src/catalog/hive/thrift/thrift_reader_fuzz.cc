// Answers of a metastore that is broken or not to be trusted. What is read, is read again from what
// is written of it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "catalog/hive/thrift/thrift_reader.h"

namespace {

namespace thrift = firn::catalog::hive::thrift;

/// Bytes, in small pieces.
class Bytes final : public thrift::Stream {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}
  firn::Status Send(std::string_view, firn::MonotonicTime) override { return {}; }
  firn::Result<size_t> Receive(std::span<char> out, firn::MonotonicTime) override {
    constexpr size_t kPiece = 61;
    if (bytes_.empty()) {
      return firn::Error(firn::ErrorCode::kIoError, "the end");
    }
    size_t count = std::min({out.size(), bytes_.size(), kPiece});
    std::copy_n(bytes_.begin(), count, out.begin());
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
};

firn::Result<thrift::Message> Read(std::string_view bytes, thrift::Framing framing) {
  constexpr thrift::ReadLimits kLimits{.bytes = 1 << 20, .values = 20'000, .depth = 32};
  Bytes stream(bytes);
  return thrift::ReadMessage(stream, framing, kLimits, firn::kNoDeadline);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (thrift::Framing framing : {thrift::Framing::kNone, thrift::Framing::kFrames}) {
    auto message = Read(bytes, framing);
    if (message.has_value()) {
      auto again = Read(thrift::PrintMessage(*message, framing), framing);
      if (!again.has_value() || !(*again == *message)) {
        std::abort();
      }
    }
  }
  return 0;
}
