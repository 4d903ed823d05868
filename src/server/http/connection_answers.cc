// How a connection has its requests answered and writes what comes back.
#include <algorithm>
#include <cerrno>
#include <exception>
#include <memory>
#include <span>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "server/http/connection_internal.h"
#include "server/http/response_head_internal.h"

namespace firn::http {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;

}  // namespace

awaitable<Response> Connection::Answer(Request& request) {
  std::optional<Response> response;
  try {
    response = state_.handler.TryHandleInline(request);
  } catch (const std::exception& exception) {
    response = state_.handler.RenderError(500, Error(ErrorCode::kInternal, exception.what()));
  }
  if (response) {
    co_return std::move(*response);
  }
  co_return co_await AnswerOnWorker(request);
}

bool Connection::Submit(const Work& work, std::move_only_function<void()>& task) {
  switch (work.lane) {
    case Lane::kRead:
      return state_.workers.TrySubmitRead(task);
    case Lane::kChange:
      return state_.workers.TrySubmitChange(work.object, task);
    case Lane::kLong:
      return state_.long_workers.TrySubmitRead(task);
  }
  return false;
}

template <class T>
awaitable<std::optional<T>> Connection::OnWorker(Work work, std::move_only_function<T()> task) {
  auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(std::optional<T>)>(
      [this, executor, &work, &task](auto done) {
        auto shared = std::make_shared<decltype(done)>(std::move(done));
        auto finish = [executor, shared](std::optional<T> result) {
          asio::post(executor, [shared, result = std::move(result)]() mutable {
            std::move (*shared)(std::move(result));
          });
        };
        std::move_only_function<void()> run = [finish, task = std::move(task)]() mutable {
          finish(std::optional<T>(task()));
        };
        if (!Submit(work, run)) {
          finish(std::nullopt);
        }
      },
      use_awaitable);
}

awaitable<Response> Connection::AnswerOnWorker(Request& request) {
  Work work = state_.handler.WorkOf(request);
  if (work.lane == Lane::kLong) {
    if (work.time.count() > 0) {
      request.deadline = std::chrono::steady_clock::now() + work.time;
    }
    BeginLongWork(request);
  }
  std::move_only_function<Response()> handle = [this, &request]() -> Response {
    if (std::chrono::steady_clock::now() > request.deadline) {
      return state_.handler.RenderError(
          503, Error(ErrorCode::kDeadlineExceeded, "The server is busy, try again later"));
    }
    try {
      return state_.handler.Handle(request);
    } catch (const std::exception& exception) {
      return state_.handler.RenderError(500, Error(ErrorCode::kInternal, exception.what()));
    }
  };
  auto response = co_await OnWorker<Response>(work, std::move(handle));
  if (long_work_ != nullptr) {
    long_work_->computing = false;
  }
  if (!response) {
    response = state_.handler.RenderError(
        429, Error(ErrorCode::kResourceExhausted, "The server is busy, try again later"));
  }
  co_return *std::move(response);
}

void Connection::BeginLongWork(Request& request) {
  long_work_ = std::make_shared<LongWork>();
  long_work_->deadline = request.deadline;
  long_work_->computing = true;
  request.stop = long_work_->stop.get_token();
  if (state_.stopping) {
    long_work_->stop.request_stop();
  }
  deadline_ = request.deadline;
  WatchClient();
}

void Connection::EndLongWork() {
  if (long_work_ != nullptr) {
    long_work_.reset();
    ErrorCodeOf error;
    socket_.cancel(error);  // what WatchClient waits for
  }
}

void Connection::WatchClient() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read,
                     [this, watched = std::weak_ptr(long_work_)](const ErrorCodeOf& error) {
                       auto work = watched.lock();
                       if (error || work == nullptr) {
                         return;  // the request has ended, perhaps the connection too
                       }
                       char first = 0;
                       const ssize_t count =
                           ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
                       if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) {
                         work->stop.request_stop();
                       }
                       // Else it has sent its next request: whether it goes is not seen behind
                       // that.
                     });
}

awaitable<Result<Body>> Connection::NextPiece(BodyStream& stream) {
  long_work_->computing = true;
  deadline_ = long_work_->deadline;
  const Work work{.lane = Lane::kLong};
  std::move_only_function<Result<Body>()> next = [&stream]() -> Result<Body> {
    try {
      return stream.Next();
    } catch (const std::exception& exception) {
      return Error(ErrorCode::kInternal, exception.what());
    }
  };
  auto piece = co_await OnWorker<Result<Body>>(work, std::move(next));
  long_work_->computing = false;
  if (!piece) {
    piece = Error(ErrorCode::kResourceExhausted, "The server is busy, try again later");
  }
  co_return *std::move(piece);
}

awaitable<bool> Connection::WriteStreamed(Response& response, bool& keep_alive) {
  const bool chunked = parser().get().version() >= 11;
  keep_alive = keep_alive && chunked;
  std::string head;
  AppendResponseHead(response, keep_alive ? Persistence::kDefault : Persistence::kClose,
                     chunked ? Framing::kChunked : Framing::kUntilEnd, head);
  std::vector<Body> ready = std::exchange(response.body, {});
  for (size_t next = 0;; ++next) {
    Result<Body> piece = Body();
    if (next < ready.size()) {
      piece = std::exchange(ready[next], nullptr);
    } else {
      piece = co_await NextPiece(*response.rest);
    }
    if (!piece.has_value()) {
      response.error_type = state_.handler.RenderError(500, piece.error()).error_type;
      co_return false;
    }
    const bool is_end = *piece == nullptr;
    const bool is_last = is_end || (next >= ready.size() && response.rest->AtEnd());
    std::string before = std::exchange(head, {});
    std::string after;
    if (chunked) {
      before += is_end ? "" : fmt::format("{:x}\r\n", (*piece)->size());
      after = fmt::format("{}{}", is_end ? "" : "\r\n", is_last ? "0\r\n\r\n" : "");
    }
    std::vector<asio::const_buffer> buffers{asio::buffer(before)};
    if (!is_end) {
      buffers.emplace_back(asio::buffer(**piece));
    }
    buffers.emplace_back(asio::buffer(after));
    if (!co_await WritePieces(std::move(buffers), long_work_->deadline)) {
      co_return false;
    }
    streamed_bytes_ += is_end ? 0 : (*piece)->size();
    if (is_last) {
      co_return true;
    }
  }
}

awaitable<bool> Connection::Write(const Response& response, bool head_only, bool keep_alive) {
  write_buffer_.clear();
  Persistence kept =
      parser_ && parser().get().version() < 11 ? Persistence::kKeepAlive : Persistence::kDefault;
  AppendResponseHead(response, keep_alive ? kept : Persistence::kClose, Framing::kLength,
                     write_buffer_);
  std::vector<asio::const_buffer> pieces{asio::buffer(write_buffer_)};
  if (!head_only) {
    for (const Body& piece : response.body) {
      pieces.emplace_back(asio::buffer(*piece));
    }
  }
  auto whole = std::chrono::steady_clock::now() + state_.limits.body_timeout +
               std::chrono::seconds(asio::buffer_size(pieces) / state_.limits.min_response_rate);
  return WritePieces(std::move(pieces), whole);
}

awaitable<bool> Connection::WritePieces(std::vector<asio::const_buffer> pieces,
                                        MonotonicTime whole) {
  size_t first = 0;
  while (first < pieces.size()) {
    DeadlineIn(state_.limits.progress_timeout);
    deadline_ = std::min<MonotonicTime>(deadline_, whole);
    ErrorCodeOf error;
    size_t written = co_await socket_.async_write_some(std::span(pieces).subspan(first),
                                                       redirect_error(use_awaitable, error));
    if (error) {
      co_return false;
    }
    while (first < pieces.size() && written >= pieces[first].size()) {
      written -= pieces[first].size();
      ++first;
    }
    if (first < pieces.size()) {
      pieces[first] += written;
    }
  }
  co_return true;
}

}  // namespace firn::http
