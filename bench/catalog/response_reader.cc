#include "response_reader.h"

#include <algorithm>
#include <charconv>

#include <strings.h>

namespace firn::bench {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

/// The value of a header; empty where absent.
std::string_view HeaderOf(std::string_view head, std::string_view name) {
  size_t line = head.find("\r\n");
  while (line != std::string_view::npos && line + 2 < head.size()) {
    size_t begin = line + 2;
    line = head.find("\r\n", begin);
    std::string_view text = head.substr(begin, line - begin);
    if (text.size() > name.size() && text[name.size()] == ':' &&
        strncasecmp(text.data(), name.data(), name.size()) == 0) {
      text.remove_prefix(name.size() + 1);
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
      return text;
    }
  }
  return {};
}

template <class Number>
bool ParseNumber(std::string_view text, Number& out, int base) {
  return std::from_chars(text.data(), text.data() + text.size(), out, base).ec == std::errc();
}

}  // namespace

void ResponseReader::Reset() {
  state_ = State::kHead;
  close_ = false;
  status_ = 0;
  left_ = 0;
  body_bytes_ = 0;
  head_.clear();
  line_.clear();
  body_.clear();
}

void ResponseReader::Put(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::kBroken) {
    if (state_ == State::kDone) {
      state_ = State::kBroken;
      return;
    }
    bytes.remove_prefix(Take(bytes));
  }
}

size_t ResponseReader::Take(std::string_view bytes) {
  switch (state_) {
    case State::kHead:
      return TakeHead(bytes);
    case State::kBody:
      return TakeData(bytes, State::kDone);
    case State::kChunkData:
      return TakeData(bytes, State::kChunkSize);
    case State::kChunkSize:
    case State::kTrailer:
      return TakeLine(bytes);
    default:
      return bytes.size();
  }
}

size_t ResponseReader::TakeHead(std::string_view bytes) {
  size_t before = head_.size();
  size_t from = before < kEndOfHead.size() ? 0 : before - kEndOfHead.size() + 1;
  // Heads are short: the body that may follow is not copied.
  head_ += bytes.substr(0, 4096);
  size_t end = head_.find(kEndOfHead, from);
  if (end == std::string::npos) {
    return head_.size() - before;
  }
  head_.resize(end + kEndOfHead.size());
  ReadHead();
  return head_.size() - before;
}

void ResponseReader::ReadHead() {
  constexpr size_t kStatusBegin = 9;
  std::string_view head = head_;
  if (!head.starts_with("HTTP/1.1 ") || !ParseNumber(head.substr(kStatusBegin, 3), status_, 10)) {
    state_ = State::kBroken;
    return;
  }
  close_ = HeaderOf(head, "Connection") == "close";
  if (HeaderOf(head, "Transfer-Encoding") == "chunked") {
    state_ = State::kChunkSize;
    return;
  }
  if (status_ == 204 || status_ == 304) {
    state_ = State::kDone;
    return;
  }
  if (!ParseNumber(HeaderOf(head, "Content-Length"), left_, 10)) {
    state_ = State::kBroken;
    return;
  }
  state_ = left_ == 0 ? State::kDone : State::kBody;
}

size_t ResponseReader::TakeData(std::string_view bytes, State next) {
  auto taken = static_cast<size_t>(std::min<int64_t>(left_, static_cast<int64_t>(bytes.size())));
  if (keep_body_) {
    body_ += bytes.substr(0, taken);
  }
  left_ -= static_cast<int64_t>(taken);
  body_bytes_ += static_cast<int64_t>(taken);
  if (left_ == 0) {
    state_ = next;
  }
  return taken;
}

size_t ResponseReader::TakeLine(std::string_view bytes) {
  size_t end = bytes.find('\n');
  if (end == std::string_view::npos) {
    line_ += bytes;
    return bytes.size();
  }
  line_ += bytes.substr(0, end);
  if (line_.ends_with('\r')) {
    line_.pop_back();
  }
  EndLine();
  line_.clear();
  return end + 1;
}

void ResponseReader::EndLine() {
  if (state_ == State::kTrailer) {
    state_ = line_.empty() ? State::kDone : State::kTrailer;
    return;
  }
  if (line_.empty()) {
    return;  // the end of the chunk before
  }
  if (!ParseNumber(std::string_view(line_), left_, 16)) {
    state_ = State::kBroken;
    return;
  }
  state_ = left_ == 0 ? State::kTrailer : State::kChunkData;
}

}  // namespace firn::bench
