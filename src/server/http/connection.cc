#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "server/http/connection_internal.h"
#include "server/http/request_head_internal.h"
#include "server/http/request_id.h"

namespace firn::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;

constexpr size_t kReadChunkBytes = 16 << 10;
constexpr size_t kBodyChunkBytes = 256 << 10;
/// What is read and thrown away after a refusal, so that the client sees the answer.
constexpr size_t kMaxDiscardedBytes = 4 << 20;
constexpr std::chrono::milliseconds kDiscardTime{2'000};

/// What the log says of a request whose rest never came; nothing is answered.
constexpr int kClientClosedRequest = 499;
/// Empty lines in front of a request line that are passed over (RFC 9112, 2.2).
constexpr size_t kMaxEmptyLines = 4;

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, ServerState& state, ConnectionList& list)
    : socket_(std::move(socket)), state_(state), list_(list) {
  boost::system::error_code error;
  auto endpoint = socket_.remote_endpoint(error);
  if (!error) {
    remote_ = endpoint.address().to_string();
  }
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  place_ = list_.connections.insert(list_.connections.end(), this);
  state_.observer.OnConnectionOpened();
}

Connection::~Connection() {
  ReleaseBody();
  list_.connections.erase(place_);
  state_.observer.OnConnectionClosed();
  state_.open_connections.fetch_sub(1);
}

awaitable<void> Connection::Serve() {
  bool keep_alive = true;
  while (keep_alive) {
    if (co_await ReadRequest() != ReadOutcome::kRequest) {
      break;
    }
    auto start = std::chrono::steady_clock::now();
    state_.observer.OnRequestStart();
    deadline_ = MonotonicTime::max();
    Request request = MakeRequest();
    request.deadline = start + state_.limits.request_timeout;
    Response response = co_await Answer(request);
    if (response.request_id.empty()) {
      response.request_id = RequestIdOf(request);
    }
    keep_alive = parser().keep_alive() && !state_.draining.load(std::memory_order_relaxed);
    bool written = response.rest != nullptr
                       ? co_await WriteStreamed(response, keep_alive)
                       : co_await Write(response, request.method == Method::kHead, keep_alive);
    response.rest.reset();  // it may use the request
    EndLongWork();
    Summarise(response, start, written);
    ReleaseBody();
    keep_alive = keep_alive && written;
  }
  Close();
}

awaitable<void> Connection::Refuse() {
  co_await Reject(429, ErrorCode::kResourceExhausted, "Too many connections, try again later");
}

awaitable<Connection::ReadOutcome> Connection::ReadRequest() {
  parser_.emplace();
  parser().header_limit(static_cast<std::uint32_t>(state_.limits.max_header_bytes));
  parser().body_limit(state_.limits.max_body_bytes);
  if (!co_await AwaitRequest()) {
    co_return ReadOutcome::kClosed;
  }
  reading_ = true;
  ReadOutcome outcome = co_await ReadHead();
  if (outcome == ReadOutcome::kRequest && !parser().is_done()) {
    outcome = co_await ReadBody();
  }
  reading_ = false;
  co_return outcome;
}

awaitable<bool> Connection::AwaitRequest() {
  waiting_for_request_ = true;
  DeadlineIn(state_.draining ? kDrainIdleGrace : state_.limits.idle_timeout);
  size_t empty_lines = 0;
  while (true) {
    std::string_view begin(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    if (begin.starts_with("\r\n") && empty_lines < kMaxEmptyLines) {
      buffer_.consume(2);
      ++empty_lines;
    } else if (begin.empty() || begin == "\r") {
      if (!co_await ReadMore(kReadChunkBytes)) {
        co_return false;
      }
    } else {
      break;
    }
  }
  waiting_for_request_ = false;
  DeadlineIn(state_.limits.header_timeout);
  co_return true;
}

awaitable<Connection::ReadOutcome> Connection::ReadHead() {
  while (!parser().is_header_done()) {
    ErrorCodeOf error;
    buffer_.consume(parser().put(buffer_.data(), error));
    if (error == beast_http::error::need_more) {
      if (!co_await ReadMore(kReadChunkBytes)) {
        co_return co_await GiveUp();
      }
    } else if (error) {
      co_return co_await RejectMalformed(error);
    }
  }
  if (auto refusal = CheckHead(parser().get())) {
    co_return co_await Reject(refusal->status, refusal->code, std::move(refusal->message));
  }
  co_return ReadOutcome::kRequest;
}

awaitable<Connection::ReadOutcome> Connection::RejectMalformed(ErrorCodeOf error) {
  if (error == beast_http::error::header_limit) {
    co_return co_await Reject(431, ErrorCode::kInvalidArgument,
                              "The request headers are too large");
  }
  if (error == beast_http::error::body_limit) {
    co_return co_await Reject(413, ErrorCode::kPayloadTooLarge,
                              fmt::format("The request body is larger than the {} bytes that this "
                                          "server takes (server.max_body_bytes)",
                                          state_.limits.max_body_bytes));
  }
  co_return co_await Reject(400, ErrorCode::kInvalidArgument,
                            fmt::format("Malformed HTTP request: {}", error.message()));
}

awaitable<bool> Connection::ReadMore(size_t at_most) {
  ErrorCodeOf error;
  size_t count = co_await socket_.async_read_some(buffer_.prepare(at_most),
                                                  redirect_error(use_awaitable, error));
  buffer_.commit(count);
  co_return !error && !timed_out_;
}

awaitable<Connection::ReadOutcome> Connection::ReadBody() {
  auto length = parser().content_length();
  if (length && !ReserveBody(*length)) {
    co_return co_await Reject(429, ErrorCode::kResourceExhausted,
                              "Too much data in flight, try again later");
  }
  if (ExpectsContinue(parser().get()) && buffer_.size() == 0) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    ErrorCodeOf error;
    co_await socket_.async_write_some(asio::buffer(kContinue),
                                      redirect_error(use_awaitable, error));
  }
  body_deadline_ = std::chrono::steady_clock::now() + state_.limits.body_timeout;
  parser().eager(true);
  while (!parser().is_done()) {
    ErrorCodeOf error = beast_http::error::need_more;
    if (buffer_.size() > 0) {
      error = {};
      buffer_.consume(parser().put(buffer_.data(), error));
    }
    if (error && error != beast_http::error::need_more) {
      co_return co_await RejectMalformed(error);
    }
    if (!length && !ReserveBody(parser().get().body().size())) {
      co_return co_await Reject(429, ErrorCode::kResourceExhausted, "Too much data in flight");
    }
    if (error != beast_http::error::need_more || parser().is_done()) {
      continue;
    }
    if (buffer_.size() > state_.limits.max_header_bytes) {  // a chunk's header or the trailers
      co_return co_await Reject(431, ErrorCode::kInvalidArgument,
                                "The chunk headers are too large");
    }
    DeadlineIn(state_.limits.progress_timeout);
    deadline_ = std::min(deadline_, body_deadline_);
    if (!co_await ReadMore(kBodyChunkBytes)) {
      co_return co_await GiveUp();
    }
  }
  co_return ReadOutcome::kRequest;
}

awaitable<Connection::ReadOutcome> Connection::Reject(int status,
                                                      ErrorCode code,
                                                      std::string message) {
  reading_ = false;
  auto start = std::chrono::steady_clock::now();
  state_.observer.OnRequestStart();
  Response response = state_.handler.RenderError(status, Error(code, std::move(message)));
  response.request_id = parser_ ? RequestIdOf(MakeRequest()) : NewRequestId();
  if (status == 415) {
    response.headers.emplace_back("Accept-Encoding", "identity");
  }
  bool written = co_await Write(response, false, false);
  Summarise(response, start, written);
  co_await DiscardInput();
  Close();
  co_return ReadOutcome::kRejected;
}

awaitable<Connection::ReadOutcome> Connection::GiveUp() {
  if (timed_out_) {
    co_return co_await Reject(408, ErrorCode::kInvalidArgument,
                              "The request did not arrive in time");
  }
  reading_ = false;
  state_.observer.OnRequestStart();
  Response nothing;
  nothing.status = kClientClosedRequest;
  nothing.request_id = RequestIdOf(MakeRequest());
  Summarise(nothing, std::chrono::steady_clock::now(), false);
  co_return ReadOutcome::kClosed;
}

awaitable<void> Connection::DiscardInput() {
  ErrorCodeOf error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  DeadlineIn(kDiscardTime);
  size_t discarded = 0;
  buffer_.clear();
  while (!error && discarded < kMaxDiscardedBytes) {
    discarded += co_await socket_.async_read_some(buffer_.prepare(kReadChunkBytes),
                                                  redirect_error(use_awaitable, error));
  }
}

Request Connection::MakeRequest() const {
  const auto& message = parser().get();
  Request request(&message);
  request.method = MethodOf(message.method());
  request.target = OriginForm(message.target());
  size_t question = request.target.find('?');
  request.path = request.target.substr(0, question);
  if (question != std::string_view::npos) {
    request.query = request.target.substr(question + 1);
  }
  request.body = message.body();
  request.remote = remote_;
  return request;
}

bool Connection::ReserveBody(size_t size) {
  if (size <= reserved_body_bytes_) {
    return true;
  }
  size_t more = size - reserved_body_bytes_;
  if (state_.inflight_body_bytes.fetch_add(more) + more > state_.limits.max_inflight_body_bytes) {
    state_.inflight_body_bytes.fetch_sub(more);
    return false;
  }
  reserved_body_bytes_ = size;
  return true;
}

void Connection::ReleaseBody() {
  state_.inflight_body_bytes.fetch_sub(reserved_body_bytes_);
  reserved_body_bytes_ = 0;
}

void Connection::Summarise(const Response& response, MonotonicTime start, bool written) {
  RequestSummary summary;
  summary.remote = remote_;
  summary.response = &response;
  summary.response_bytes = response.body_size() + std::exchange(streamed_bytes_, 0);
  summary.duration = std::chrono::steady_clock::now() - start;
  summary.cut_off = !written;
  if (parser_) {
    Request request = MakeRequest();
    summary.method = std::string_view(parser().get().method_string());
    summary.target = request.target;
    summary.user_agent = request.Header("User-Agent");
    summary.traceparent = request.Header("traceparent");
    summary.request_bytes = request.body.size();
  }
  state_.observer.OnRequestEnd(summary);
}

void Connection::OnOverdue() {
  if (reading_ && !timed_out_) {
    timed_out_ = true;
    deadline_ = MonotonicTime::max();
    ErrorCodeOf error;
    socket_.cancel(error);
    return;
  }
  if (long_work_ != nullptr && long_work_->computing) {
    deadline_ = MonotonicTime::max();
    long_work_->stop.request_stop();
    return;
  }
  Close();
}

void Connection::DeadlineIn(std::chrono::milliseconds time) {
  deadline_ = std::chrono::steady_clock::now() + time;
}

void Connection::Close() {
  ErrorCodeOf error;
  socket_.close(error);
}

void ConnectionList::CloseOverdue(MonotonicTime now) {
  for (Connection* connection : connections) {
    if (connection->deadline_ < now) {
      connection->OnOverdue();
    }
  }
}

void ConnectionList::LimitIdle(MonotonicTime deadline) {
  for (Connection* connection : connections) {
    if (connection->waiting_for_request_) {
      connection->deadline_ = std::min(connection->deadline_, deadline);
    }
  }
}

void ConnectionList::StopLongWork() {
  for (Connection* connection : connections) {
    if (connection->long_work_ != nullptr) {
      connection->long_work_->stop.request_stop();
    }
  }
}

void ConnectionList::CloseAll() {
  for (Connection* connection : connections) {
    connection->Close();
  }
}

}  // namespace firn::http
