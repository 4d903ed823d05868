#include "server/flight/flight_server.h"

#include <algorithm>
#include <atomic>
#include <stop_token>
#include <thread>
#include <utility>

#include <arrow/flight/server.h>
#include <arrow/util/align_util.h>
#include <arrow/util/byte_size.h>
#include <fmt/format.h>

#include "base/stop_wait.h"
#include "columnar/io/arrow_status.h"
#include "server/features/row_pieces.h"
#include "server/flight/pending_uploads.h"
#include "storage/call_deadline.h"

namespace firn::flight {
namespace {

namespace fl = arrow::flight;

using columnar::ToResult;
using columnar::ToStatus;
using server_features::FeatureRun;

/// How often a call looks whether its client has gone.
constexpr std::chrono::milliseconds kLookEvery{100};
/// How often uploads that nobody has asked for are looked through.
constexpr std::chrono::minutes kForgetEvery{1};

fl::FlightStatusCode CodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnauthenticated:
      return fl::FlightStatusCode::Unauthenticated;
    case ErrorCode::kForbidden:
      return fl::FlightStatusCode::Unauthorized;
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted:
      return fl::FlightStatusCode::Unavailable;
    case ErrorCode::kDeadlineExceeded:
      return fl::FlightStatusCode::TimedOut;
    default:
      return fl::FlightStatusCode::Failed;
  }
}

/// As a client sees it: what to do, and the message.
arrow::Status IntoFlight(const Error& error) {
  switch (error.code()) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kPayloadTooLarge:
      return arrow::Status::Invalid(error.message());
    case ErrorCode::kNotFound:
    case ErrorCode::kNoSuchTable:
    case ErrorCode::kNoSuchNamespace:
      return arrow::Status::KeyError(error.message());
    case ErrorCode::kUnsupported:
      return arrow::Status::NotImplemented(error.message());
    default:
      return fl::MakeFlightError(CodeOf(error.code()), error.message());
  }
}

arrow::Status IntoFlight(const Status& status) {
  return status.has_value() ? arrow::Status::OK() : IntoFlight(status.error());
}

/// Asks a call to stop once its client has gone, its time is over or the server stops.
class Watch {
 public:
  Watch(const fl::ServerCallContext& call, const std::stop_token& server)
      : watcher_([this, &call, server](const std::stop_token& over) { Look(call, server, over); }) {
  }

  std::stop_token token() const { return stop_.get_token(); }
  /// From then on the call's time is over.
  void EndAt(MonotonicTime deadline) { deadline_ = deadline; }

 private:
  void Look(const fl::ServerCallContext& call,
            const std::stop_token& server,
            const std::stop_token& over) {
    do {
      if (call.is_cancelled() || server.stop_requested() ||
          std::chrono::steady_clock::now() >= deadline_.load()) {
        stop_.request_stop();
        return;
      }
    } while (!WaitForStop(over, kLookEvery));
  }

  std::stop_source stop_;
  std::atomic<MonotonicTime> deadline_ = MonotonicTime::max();
  /// Last: it uses what is above.
  std::jthread watcher_;
};

/// Everything that the client sends.
Result<std::shared_ptr<arrow::Table>> ReadUpload(fl::FlightMessageReader& reader,
                                                 const FeatureRun& run) {
  ASSIGN_OR_RETURN(auto schema, ToResult(reader.GetSchema(), ErrorCode::kInvalidArgument));
  arrow::RecordBatchVector batches;
  int64_t bytes = 0;
  while (true) {
    RETURN_IF_ERROR(run.Check());
    ASSIGN_OR_RETURN(fl::FlightStreamChunk chunk,
                     ToResult(reader.Next(), ErrorCode::kInvalidArgument));
    if (chunk.data == nullptr) {
      break;
    }
    // As it came its buffers may lie anywhere.
    ASSIGN_OR_RETURN(chunk.data, ToResult(arrow::util::EnsureAlignment(
                                              std::move(chunk.data), arrow::util::kValueAlignment,
                                              arrow::default_memory_pool()),
                                          ErrorCode::kInvalidArgument));
    RETURN_IF_ERROR(ToStatus(chunk.data->ValidateFull(), ErrorCode::kInvalidArgument));
    ASSIGN_OR_RETURN(int64_t more, ToResult(arrow::util::ReferencedBufferSize(*chunk.data),
                                            ErrorCode::kInternal));
    bytes += more;
    if (bytes > run.memory_bytes()) {
      return Error(ErrorCode::kPayloadTooLarge, "The upload is larger than features.memory_bytes");
    }
    batches.push_back(std::move(chunk.data));
  }
  return ToResult(arrow::Table::FromRecordBatches(std::move(schema), std::move(batches)),
                  ErrorCode::kInvalidArgument);
}

/// The rows of a call as messages.
class Messages final : public arrow::RecordBatchReader {
 public:
  /// `watch` may be null: somebody else has it.
  static Result<std::shared_ptr<Messages>> Open(std::unique_ptr<Watch> watch,
                                                FeastCalls::RunPtr run,
                                                FeastCalls::RowsPtr rows) {
    std::shared_ptr<Messages> messages(
        new Messages(std::move(watch), std::move(run), std::move(rows)));
    ASSIGN_OR_RETURN(messages->schema_, messages->pieces_.Open());
    return messages;
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  /// Null at the end.
  Result<std::shared_ptr<arrow::RecordBatch>> NextMessage() {
    RETURN_IF_ERROR(run_->Check());
    ASSIGN_OR_RETURN(auto batch, pieces_.Next());
    if (batch == nullptr) {
      run_->Complete();
    }
    return batch;
  }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    storage::CallDeadline files(run_->call().deadline);
    auto next = NextMessage();
    if (!next.has_value()) {
      return IntoFlight(run_->Explained(TakeError(std::move(next))));
    }
    *batch = *std::move(next);
    return arrow::Status::OK();
  }

 private:
  Messages(std::unique_ptr<Watch> watch, FeastCalls::RunPtr run, FeastCalls::RowsPtr rows)
      : watch_(std::move(watch)), run_(std::move(run)), pieces_(std::move(rows)) {}

  const std::unique_ptr<Watch> watch_;
  const FeastCalls::RunPtr run_;
  server_features::RowPieces pieces_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace

class FlightServer::Endpoint final : public fl::FlightServerBase {
 public:
  Endpoint(FeastCalls& calls, const FlightOptions& options)
      : calls_(calls),
        on_call_(options.on_call),
        pending_(clock_, options.max_pending_bytes),
        forgetter_([this](const std::stop_token& over) { ForgetUploads(over); }) {}

  arrow::Status DoExchange(const fl::ServerCallContext& context,
                           std::unique_ptr<fl::FlightMessageReader> reader,
                           std::unique_ptr<fl::FlightMessageWriter> writer) override {
    return Told("do_exchange", context, [&](FeastCommand& command) {
      return Exchange(context, command, *reader, *writer);
    });
  }

  arrow::Status DoPut(const fl::ServerCallContext& context,
                      std::unique_ptr<fl::FlightMessageReader> reader,
                      std::unique_ptr<fl::FlightMetadataWriter>) override {
    return Told("do_put", context,
                [&](FeastCommand& command) { return Put(context, command, *reader); });
  }

  arrow::Status GetFlightInfo(const fl::ServerCallContext& context,
                              const fl::FlightDescriptor& request,
                              std::unique_ptr<fl::FlightInfo>* info) override {
    return Told("get_flight_info", context, [&](FeastCommand&) -> Status {
      if (!pending_.Has(request.cmd)) {
        return NothingPending();
      }
      fl::FlightEndpoint endpoint;
      endpoint.ticket = fl::Ticket{request.cmd};
      ASSIGN_OR_RETURN(auto made,
                       ToResult(fl::FlightInfo::Make(*arrow::schema(arrow::FieldVector()), request,
                                                     {std::move(endpoint)}, -1, -1),
                                ErrorCode::kInternal));
      *info = std::make_unique<fl::FlightInfo>(std::move(made));
      return {};
    });
  }

  arrow::Status DoGet(const fl::ServerCallContext& context,
                      const fl::Ticket& request,
                      std::unique_ptr<fl::FlightDataStream>* stream) override {
    return Told("do_get", context, [&](FeastCommand& command) -> Status {
      ASSIGN_OR_RETURN(auto messages, Fetch(context, command, request.ticket));
      *stream = std::make_unique<fl::RecordBatchStream>(std::move(messages));
      return {};
    });
  }

  void StopCalls() { stop_.request_stop(); }

 private:
  void ForgetUploads(const std::stop_token& over) {
    while (!WaitForStop(over, kForgetEvery)) {
      pending_.ForgetOld();
    }
  }

  static Error NothingPending() {
    return {ErrorCode::kNotFound, "Flight not found: nothing was put by this command"};
  }

  /// Does `work`, which fills in the command that it has read, and tells of it.
  template <class Work>
  arrow::Status Told(std::string_view method, const fl::ServerCallContext& context, Work work) {
    const auto start = std::chrono::steady_clock::now();
    FeastCommand command;
    Status done = [&]() -> Status {
      try {
        return work(command);
      } catch (const std::exception& exception) {
        return Error(ErrorCode::kInternal, exception.what());
      }
    }();
    if (on_call_) {
      on_call_({.method = method,
                .peer = context.peer(),
                .api = command.api,
                .error = done.has_value() ? nullptr : &done.error(),
                .duration = std::chrono::steady_clock::now() - start});
    }
    return IntoFlight(done);
  }

  Status Exchange(const fl::ServerCallContext& context,
                  FeastCommand& command,
                  fl::FlightMessageReader& reader,
                  fl::FlightMessageWriter& writer) {
    ASSIGN_OR_RETURN(command, ParseFeastCommand(reader.descriptor().cmd));
    Watch watch(context, stop_.get_token());
    ASSIGN_OR_RETURN(const FeastCalls::Call call, calls_.Begin(command, watch.token()));
    const FeastCalls::RunPtr& run = call.run;
    watch.EndAt(run->call().deadline);
    storage::CallDeadline files(run->call().deadline);
    Status done = [&]() -> Status {
      ASSIGN_OR_RETURN(auto uploaded, ReadUpload(reader, *run));
      ASSIGN_OR_RETURN(auto rows, calls_.Read(call, command, uploaded));
      ASSIGN_OR_RETURN(auto messages, Messages::Open(nullptr, run, std::move(rows)));
      RETURN_IF_ERROR(ToStatus(writer.Begin(messages->schema()), ErrorCode::kUnavailable));
      while (true) {
        ASSIGN_OR_RETURN(auto batch, messages->NextMessage());
        if (batch == nullptr) {
          return {};
        }
        RETURN_IF_ERROR(ToStatus(writer.WriteRecordBatch(*batch), ErrorCode::kUnavailable));
      }
    }();
    return done.has_value() ? std::move(done) : run->Explained(TakeError(std::move(done)));
  }

  Status Put(const fl::ServerCallContext& context,
             FeastCommand& command,
             fl::FlightMessageReader& reader) {
    const std::string& text = reader.descriptor().cmd;
    ASSIGN_OR_RETURN(command, ParseFeastCommand(text));
    Watch watch(context, stop_.get_token());
    const bool is_read = FeastCalls::IsRead(command.api);
    FeastCalls::Call call;
    if (is_read) {
      ASSIGN_OR_RETURN(call.run, calls_.BeginUpload(watch.token()));
    } else {
      ASSIGN_OR_RETURN(call, calls_.Begin(command, watch.token()));
    }
    const FeastCalls::RunPtr& run = call.run;
    watch.EndAt(run->call().deadline);
    storage::CallDeadline files(run->call().deadline);
    Status done = [&]() -> Status {
      ASSIGN_OR_RETURN(auto uploaded, ReadUpload(reader, *run));
      return is_read ? pending_.Put(text, std::move(uploaded))
                     : calls_.Change(call, command, uploaded);
    }();
    if (!done.has_value()) {
      return run->Explained(TakeError(std::move(done)));
    }
    run->Complete();
    return {};
  }

  Result<std::shared_ptr<Messages>> Fetch(const fl::ServerCallContext& context,
                                          FeastCommand& command,
                                          const std::string& text) {
    ASSIGN_OR_RETURN(command, ParseFeastCommand(text));
    auto watch = std::make_unique<Watch>(context, stop_.get_token());
    ASSIGN_OR_RETURN(const FeastCalls::Call call, calls_.Begin(command, watch->token()));
    const FeastCalls::RunPtr& run = call.run;
    watch->EndAt(run->call().deadline);
    auto uploaded = pending_.Take(text);
    if (uploaded == nullptr) {
      return NothingPending();
    }
    storage::CallDeadline files(run->call().deadline);
    auto opened = [&]() -> Result<std::shared_ptr<Messages>> {
      ASSIGN_OR_RETURN(auto rows, calls_.Read(call, command, uploaded));
      return Messages::Open(std::move(watch), run, std::move(rows));
    }();
    if (!opened.has_value()) {
      return run->Explained(TakeError(std::move(opened)));
    }
    return opened;
  }

  FeastCalls& calls_;
  const std::function<void(const FlightCall&)> on_call_;
  SystemClock clock_;
  PendingUploads pending_;
  std::stop_source stop_;
  /// Last: it uses what is above.
  std::jthread forgetter_;
};

FlightServer::FlightServer(std::unique_ptr<Endpoint> endpoint) : endpoint_(std::move(endpoint)) {}

FlightServer::~FlightServer() { Stop(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<FlightServer>> FlightServer::Start(const FlightOptions& options,
                                                          FeastCalls& calls) {
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  ASSIGN_OR_RETURN(
      fl::Location location,
      ToResult(fl::Location::ForGrpcTcp(is_ipv6 ? fmt::format("[{}]", options.host) : options.host,
                                        options.port),
               ErrorCode::kInvalidArgument));
  auto endpoint = std::make_unique<Endpoint>(calls, options);
  arrow::Status started = endpoint->Init(fl::FlightServerOptions(location));
  if (!started.ok()) {
    return Error(ErrorCode::kUnavailable,
                 fmt::format("Cannot listen on {}:{}: {}; --flight chooses another address",
                             options.host, options.port, started.message()));
  }
  return std::unique_ptr<FlightServer>(new FlightServer(std::move(endpoint)));
}

uint16_t FlightServer::port() const { return static_cast<uint16_t>(endpoint_->port()); }

void FlightServer::Stop(std::chrono::milliseconds time) {
  if (endpoint_ == nullptr) {
    return;
  }
  std::jthread cut([this, time](const std::stop_token& ended) {
    WaitForStop(ended, time);
    endpoint_->StopCalls();
  });
  const auto until = std::chrono::system_clock::now() + time;
  static_cast<void>(endpoint_->Shutdown(&until));
  cut.request_stop();
  cut.join();
  static_cast<void>(endpoint_->Wait());
  endpoint_.reset();
}

}  // namespace firn::flight
