// ResponseReader: reads HTTP/1.1 responses piece by piece and keeps only what the load generator
// counts; the body is thrown away, or kept where asked. Content-Length and chunked bodies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firn::bench {

class ResponseReader {
 public:
  enum class State : uint8_t { kHead, kBody, kChunkSize, kChunkData, kTrailer, kDone, kBroken };

  /// Ready for the next response.
  void Reset();
  void KeepBody() { keep_body_ = true; }

  /// Takes the bytes of one read. A response is whole when state() is kDone; bytes behind it would
  /// be an answer to nothing and break it.
  void Put(std::string_view bytes);

  State state() const { return state_; }
  int status() const { return status_; }
  bool close() const { return close_; }
  int64_t body_bytes() const { return body_bytes_; }
  const std::string& body() const { return body_; }

 private:
  size_t Take(std::string_view bytes);
  size_t TakeHead(std::string_view bytes);
  size_t TakeData(std::string_view bytes, State next);
  size_t TakeLine(std::string_view bytes);
  void ReadHead();
  void EndLine();

  State state_ = State::kHead;
  bool keep_body_ = false;
  bool close_ = false;
  int status_ = 0;
  int64_t left_ = 0;
  int64_t body_bytes_ = 0;
  std::string head_;
  std::string line_;
  std::string body_;
};

}  // namespace firn::bench
