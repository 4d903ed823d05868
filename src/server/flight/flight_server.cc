#include "server/flight/flight_server.h"

#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include <arrow/flight/server.h>
#include <arrow/util/align_util.h>
#include <fmt/format.h>

#include "base/stop_wait.h"
#include "columnar/io/arrow_status.h"
#include "server/flight/admission_internal.h"
#include "server/flight/answer.h"
#include "server/flight/call_report.h"
#include "server/flight/calls/call_watch.h"
#include "server/flight/calls/open_calls.h"
#include "server/flight/calls/peer_connection.h"
#include "server/flight/flight_status_internal.h"
#include "server/flight/pending_uploads.h"
#include "server/flight/uploads.h"
#include "storage/call_deadline.h"

namespace firn::flight {
namespace {

namespace fl = arrow::flight;

using columnar::ToResult;
using columnar::ToStatus;

/// Calls that are open besides those that run: they upload, or are over and not gone.
constexpr size_t kMaxWaiting = 128;
/// How often uploads that nobody has asked for, and calls that do not end, are looked through.
constexpr std::chrono::seconds kOverseeEvery{1};

/// What a client has sent.
struct Sent {
  std::shared_ptr<Upload> upload;
  std::shared_ptr<arrow::Table> rows;
};

/// Everything that the client sends; the watch holds it.
Result<Sent> ReadUpload(fl::FlightMessageReader& reader, Uploads& uploads, CallWatch& watch) {
  Sent sent{.upload = uploads.Begin(), .rows = nullptr};
  watch.Holds(sent.upload);
  ASSIGN_OR_RETURN(auto schema, ToResult(reader.GetSchema(), ErrorCode::kInvalidArgument));
  while (true) {
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
    RETURN_IF_ERROR(sent.upload->Add(std::move(chunk.data)));
  }
  ASSIGN_OR_RETURN(sent.rows, sent.upload->Finish(std::move(schema)));
  return sent;
}

/// The rows of a call as Arrow fetches them; the call has ended when it goes.
class Messages final : public arrow::RecordBatchReader {
 public:
  Messages(std::unique_ptr<CallWatch> watch, std::shared_ptr<Answer> answer)
      : watch_(std::move(watch)), answer_(std::move(answer)) {}
  ~Messages() override {
    if (report_ != nullptr) {
      report_->End(end_.has_value()
                       ? std::move(*end_)
                       : watch_->Explained({ErrorCode::kUnavailable, "Not read to the end"}));
    }
  }

  void ReportBy(std::unique_ptr<CallReport> report) { report_ = std::move(report); }

  std::shared_ptr<arrow::Schema> schema() const override { return answer_->schema(); }

  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    storage::CallDeadline files(watch_->deadline());
    auto next = answer_->Next();
    if (!next.has_value()) {
      end_ = watch_->Explained(TakeError(std::move(next)));
      return IntoFlight(*end_);
    }
    if (*next == nullptr) {
      end_ = Status();
    }
    *batch = *std::move(next);
    return arrow::Status::OK();
  }

 private:
  const std::unique_ptr<CallWatch> watch_;
  const std::shared_ptr<Answer> answer_;
  std::optional<Status> end_;
  std::unique_ptr<CallReport> report_;
};

}  // namespace

class FlightServer::Endpoint final : public fl::FlightServerBase {
 public:
  Endpoint(FeastCalls& calls, const FlightOptions& options)
      : calls_(calls),
        on_call_(options.on_call),
        open_(kMaxWaiting + options.max_running),
        uploads_(
            {.max_bytes = options.memory_bytes,
             .max_all_bytes = options.memory_bytes * static_cast<int64_t>(options.max_running)}),
        pending_(clock_, options.memory_bytes) {}

  arrow::Status Listen(const fl::Location& location) {
    fl::FlightServerOptions options(location);
    options.middleware.emplace_back(Admission::kKey,
                                    std::make_shared<Admission>(open_, calls_, on_call_));
    ARROW_RETURN_NOT_OK(Init(options));
    overseer_ = std::jthread([this](const std::stop_token& over) { Oversee(over); });
    return arrow::Status::OK();
  }

  arrow::Status DoExchange(const fl::ServerCallContext& context,
                           std::unique_ptr<fl::FlightMessageReader> reader,
                           std::unique_ptr<fl::FlightMessageWriter> writer) override {
    return Told(fl::FlightMethod::DoExchange, context, [&](FeastCommand& command) {
      return Exchange(context, command, *reader, *writer);
    });
  }

  arrow::Status DoPut(const fl::ServerCallContext& context,
                      std::unique_ptr<fl::FlightMessageReader> reader,
                      std::unique_ptr<fl::FlightMetadataWriter>) override {
    return Told(fl::FlightMethod::DoPut, context,
                [&](FeastCommand& command) { return Put(context, command, *reader); });
  }

  arrow::Status GetFlightInfo(const fl::ServerCallContext& context,
                              const fl::FlightDescriptor& request,
                              std::unique_ptr<fl::FlightInfo>* info) override {
    return Told(fl::FlightMethod::GetFlightInfo, context, [&](FeastCommand&) -> Status {
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
    auto report =
        std::make_unique<CallReport>(on_call_, NameOf(fl::FlightMethod::DoGet), context.peer());
    Status done = Guarded([&]() -> Status {
      ASSIGN_OR_RETURN(auto messages, Fetch(context, report->command(), request.ticket));
      messages->ReportBy(std::move(report));
      *stream = std::make_unique<fl::RecordBatchStream>(std::move(messages));
      return {};
    });
    if (report != nullptr) {
      report->End(done);
    }
    return IntoFlight(done);
  }

  void StopCalls() { stop_.request_stop(); }

 private:
  void Oversee(const std::stop_token& over) {
    while (!WaitForStop(over, kOverseeEvery)) {
      pending_.ForgetOld();
      for (const std::string& peer : open_.TakeOverdue(clock_.Monotonic())) {
        CutConnection(peer, static_cast<uint16_t>(port()));
      }
    }
  }

  static Error NothingPending() {
    return {ErrorCode::kNotFound, "Flight not found: nothing was put by this command"};
  }

  template <class Work>
  static Status Guarded(Work work) {
    try {
      return work();
    } catch (const std::exception& exception) {
      return Error(ErrorCode::kInternal, exception.what());
    }
  }

  /// Does `work`, which fills in the command that it has read, and reports it.
  template <class Work>
  arrow::Status Told(fl::FlightMethod method, const fl::ServerCallContext& context, Work work) {
    CallReport report(on_call_, NameOf(method), context.peer());
    const Status done = Guarded([&] { return work(report.command()); });
    report.End(done);
    return IntoFlight(done);
  }

  std::unique_ptr<CallWatch> Watch(const fl::ServerCallContext& context) {
    return std::make_unique<CallWatch>([&context] { return context.is_cancelled(); },
                                       stop_.get_token(), Admission::DeadlineOf(context));
  }

  /// The rows that the command asks for; the watch holds them.
  Result<std::shared_ptr<Answer>> OpenAnswer(const FeastCalls::Call& call,
                                             const FeastCommand& command,
                                             const Sent& sent,
                                             CallWatch& watch) {
    auto rows = calls_.Read(call, command, sent.rows);
    if (!rows.has_value()) {
      return call.run->Explained(TakeError(std::move(rows)));
    }
    ASSIGN_OR_RETURN(auto answer, Answer::Open(call.run, *std::move(rows), sent.upload));
    watch.Holds(answer);
    return answer;
  }

  Result<std::shared_ptr<Answer>> Begin(const FeastCommand& command,
                                        const Sent& sent,
                                        CallWatch& watch) {
    ASSIGN_OR_RETURN(const FeastCalls::Call call,
                     calls_.Begin(command, watch.deadline(), watch.token()));
    return OpenAnswer(call, command, sent, watch);
  }

  Status Exchange(const fl::ServerCallContext& context,
                  FeastCommand& command,
                  fl::FlightMessageReader& reader,
                  fl::FlightMessageWriter& writer) {
    ASSIGN_OR_RETURN(command, ParseFeastCommand(reader.descriptor().cmd));
    RETURN_IF_ERROR(calls_.CheckPlace());
    const auto watch = Watch(context);
    const storage::CallDeadline files(watch->deadline());
    Status done = [&]() -> Status {
      ASSIGN_OR_RETURN(Sent sent, ReadUpload(reader, uploads_, *watch));
      ASSIGN_OR_RETURN(auto answer, Begin(command, std::exchange(sent, {}), *watch));
      RETURN_IF_ERROR(ToStatus(writer.Begin(answer->schema()), ErrorCode::kUnavailable));
      while (true) {
        ASSIGN_OR_RETURN(auto batch, answer->Next());
        if (batch == nullptr) {
          return {};
        }
        RETURN_IF_ERROR(ToStatus(writer.WriteRecordBatch(*batch), ErrorCode::kUnavailable));
      }
    }();
    return done.has_value() ? std::move(done) : watch->Explained(TakeError(std::move(done)));
  }

  Status Put(const fl::ServerCallContext& context,
             FeastCommand& command,
             fl::FlightMessageReader& reader) {
    const std::string& text = reader.descriptor().cmd;
    ASSIGN_OR_RETURN(command, ParseFeastCommand(text));
    const bool is_read = FeastCalls::IsRead(command.api);
    if (!is_read) {
      RETURN_IF_ERROR(calls_.CheckPlace());
    }
    const auto watch = Watch(context);
    const storage::CallDeadline files(watch->deadline());
    Status done = [&]() -> Status {
      ASSIGN_OR_RETURN(Sent sent, ReadUpload(reader, uploads_, *watch));
      return is_read ? pending_.Put(text, std::move(sent.rows))
                     : Change(command, *watch, sent.rows);
    }();
    return done.has_value() ? std::move(done) : watch->Explained(TakeError(std::move(done)));
  }

  Status Change(const FeastCommand& command,
                const CallWatch& watch,
                const std::shared_ptr<arrow::Table>& rows) {
    ASSIGN_OR_RETURN(const FeastCalls::Call call,
                     calls_.Begin(command, watch.deadline(), watch.token()));
    Status done = calls_.Change(call, command, rows);
    if (!done.has_value()) {
      return call.run->Explained(TakeError(std::move(done)));
    }
    call.run->Complete();
    return {};
  }

  Result<std::shared_ptr<Answer>> BeginPending(const FeastCommand& command,
                                               const std::string& text,
                                               CallWatch& watch) {
    ASSIGN_OR_RETURN(const FeastCalls::Call call,
                     calls_.Begin(command, watch.deadline(), watch.token()));
    auto rows = pending_.Take(text);
    if (rows == nullptr) {
      return NothingPending();
    }
    return OpenAnswer(call, command, {.upload = nullptr, .rows = std::exchange(rows, nullptr)},
                      watch);
  }

  Result<std::shared_ptr<Messages>> Fetch(const fl::ServerCallContext& context,
                                          FeastCommand& command,
                                          const std::string& text) {
    ASSIGN_OR_RETURN(command, ParseFeastCommand(text));
    auto watch = Watch(context);
    const storage::CallDeadline files(watch->deadline());
    auto answer = BeginPending(command, text, *watch);
    if (!answer.has_value()) {
      return watch->Explained(TakeError(std::move(answer)));
    }
    return std::make_shared<Messages>(std::move(watch), *std::move(answer));
  }

  FeastCalls& calls_;
  const OnCall on_call_;
  SystemClock clock_;
  OpenCalls open_;
  Uploads uploads_;
  PendingUploads pending_;
  std::stop_source stop_;
  /// Last: it uses what is above.
  std::jthread overseer_;
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
  arrow::Status started = endpoint->Listen(location);
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
