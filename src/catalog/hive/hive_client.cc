#include "catalog/hive/hive_client.h"

#include <algorithm>
#include <utility>

#include "catalog/hive/thrift/thrift_reader.h"
#include "catalog/no_answer.h"
#include "storage/call_deadline.h"

namespace firn::catalog::hive {
namespace {

using thrift::Message;
using thrift::MessageKind;
using thrift::Type;
using thrift::Value;

/// Of TApplicationException.
constexpr int64_t kUnknownMethod = 1;

constexpr std::string_view kHint = "is the Hive Metastore running there, and its uri right?";

/// An exception of Thrift itself.
Error ApplicationError(const Method& method, const Value& body) {
  bool unknown = body.NumberAt(2) == kUnknownMethod;
  return Error(unknown ? ErrorCode::kUnsupported : kMetaException,
               unknown ? "The metastore does not know this call" : "The metastore failed inside")
      .With("call", std::string(method.name))
      .With("metastore", body.TextAt(1));
}

/// The value or the declared exception.
Result<Value> ResultOf(const Method& method, Value body) {
  for (const Fault& fault : method.faults) {
    const Value* thrown = fault.field == 0 ? nullptr : body.Find(fault.field, Type::kStruct);
    if (thrown != nullptr) {
      std::string message = thrown->TextAt(1);
      return Error(fault.code, message.empty() ? "The metastore refused" : message)
          .With("call", std::string(method.name));
    }
  }
  auto found = std::ranges::find(body.ids, int16_t{0});
  return found == body.ids.end()
             ? Value()
             : std::move(body.items[static_cast<size_t>(found - body.ids.begin())]);
}

}  // namespace

HiveClient::HiveClient(const HiveOptions& options,
                       const Clock& clock,
                       std::unique_ptr<thrift::Dialer> dialer)
    : hosts_(options.hosts),
      framing_(options.framing),
      timeout_(options.socket_timeout),
      clock_(clock),
      dialer_(std::move(dialer)) {
  if (options.tells_user) {
    user_ =
        Value::Struct().With(1, Value::Text(options.user)).With(2, Value::TextList(options.groups));
  }
}

MonotonicTime HiveClient::DeadlineOf(Effect effect) const {
  MonotonicTime now = clock_.Monotonic();
  return effect == Effect::kCleanup ? now + std::min(timeout_, kMaxCleanupTime)
                                    : std::min(storage::CallDeadline::Current(), now + timeout_);
}

HiveClient::Attempt HiveClient::Try(const Method& method,
                                    const Value& arguments,
                                    thrift::Stream& stream,
                                    MonotonicTime deadline) const {
  Message call{.name = std::string(method.name), .sequence = 1, .body = arguments};
  Status sent = stream.Send(thrift::PrintMessage(call, framing_), deadline);
  if (!sent.has_value()) {
    return {TakeError(std::move(sent)), Reached::kNothing};
  }
  auto answer = thrift::ReadMessage(stream, framing_, {}, deadline);
  if (!answer.has_value()) {
    return {TakeError(std::move(answer)).With("call", call.name), Reached::kSent};
  }
  bool fits = answer->name == call.name && answer->sequence == call.sequence;
  if (fits && answer->kind == MessageKind::kException) {
    return {ApplicationError(method, answer->body), Reached::kAnswered};
  }
  if (!fits || answer->kind != MessageKind::kReply) {
    return {Error(ErrorCode::kInternal, "The metastore answers another call"), Reached::kSent};
  }
  return {ResultOf(method, std::move(answer->body)), Reached::kAnswered};
}

Result<HiveClient::StreamPtr> HiveClient::Connect(MonotonicTime deadline) {
  Error last(ErrorCode::kUnavailable, "There is no metastore");
  const size_t first = first_host_;
  for (size_t tried = 0; tried < hosts_.size(); ++tried) {
    size_t index = (first + tried) % hosts_.size();
    const HiveHost& host = hosts_[index];
    MonotonicTime until =
        thrift::DeadlineOfTry(clock_.Monotonic(), deadline, hosts_.size() - tried);
    auto stream = dialer_->Dial(host.name, host.port, until);
    if (stream.has_value() && user_.type != Type::kStop) {
      Attempt told = Try(method::kSetUgi, user_, **stream, until);
      if (!told.result.has_value()) {
        stream = TakeError(std::move(told.result)).As(ErrorCode::kUnavailable);
      }
    }
    if (stream.has_value()) {
      first_host_ = index;
      return stream;
    }
    last = TakeError(std::move(stream));
  }
  return last;
}

HiveClient::StreamPtr HiveClient::TakeIdle() {
  std::scoped_lock lock(mutex_);
  if (idle_.empty()) {
    return nullptr;
  }
  StreamPtr stream = std::move(idle_.back());
  idle_.pop_back();
  return stream;
}

void HiveClient::Keep(StreamPtr stream) {
  std::scoped_lock lock(mutex_);
  if (idle_.size() < kMaxIdle) {
    idle_.push_back(std::move(stream));
  }
}

Error HiveClient::ChangeError(Error error, Reached reached) const {
  if (reached == Reached::kSent) {
    return std::move(error).As(ErrorCode::kCommitStateUnknown);
  }
  return reached == Reached::kNothing ? std::move(error).As(ErrorCode::kUnavailable)
                                      : std::move(error);
}

Result<Value> HiveClient::Call(const Method& method, const Value& arguments, Effect effect) {
  MonotonicTime deadline = DeadlineOf(effect);
  bool reads = effect != Effect::kChange;
  StreamPtr stream = reads ? TakeIdle() : nullptr;
  while (true) {
    bool is_new = stream == nullptr;
    if (is_new) {
      auto connected = Connect(deadline);
      if (!connected.has_value()) {
        Error error = TakeError(std::move(connected));
        return NoAnswer(reads ? std::move(error) : ChangeError(std::move(error), Reached::kNothing),
                        kHint);
      }
      stream = *std::move(connected);
    }
    Attempt attempt = Try(method, arguments, *stream, deadline);
    if (attempt.reached == Reached::kAnswered) {
      Keep(std::move(stream));
    }
    if (attempt.result.has_value()) {
      return std::move(attempt.result);
    }
    Error error = TakeError(std::move(attempt.result));
    const bool is_answered = attempt.reached == Reached::kAnswered;
    if (!reads) {
      error = ChangeError(std::move(error), attempt.reached);
      return is_answered ? std::move(error) : NoAnswer(std::move(error), kHint);
    }
    bool is_lost = !is_answered && error.code() != ErrorCode::kDeadlineExceeded &&
                   error.code() != ErrorCode::kPayloadTooLarge;
    if (is_lost && !is_new) {
      stream = nullptr;  // it was kept too long
      continue;
    }
    bool passes = error.code() == kMetaException;
    error = passes ? std::move(error).As(ErrorCode::kUnavailable) : std::move(error);
    return is_answered ? std::move(error) : NoAnswer(std::move(error), kHint);
  }
}

}  // namespace firn::catalog::hive
