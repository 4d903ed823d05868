#include "catalog/sql/postgres_link.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include "catalog/no_answer.h"
#include "storage/call_deadline.h"

namespace firn::catalog::sql {
namespace {

constexpr size_t kStateLength = 5;
/// Of a catalog's and of others' databases.
constexpr std::string_view kHint = "is the database running there, and its uri right?";

struct StateRow {
  std::string_view begins;
  ErrorCode code;
};

/// The first that fits counts.
constexpr std::array kStates = {
    StateRow{"23505", ErrorCode::kAlreadyExists},    // unique_violation
    StateRow{"42P07", ErrorCode::kAlreadyExists},    // duplicate_table
    StateRow{"42501", ErrorCode::kForbidden},        // insufficient_privilege
    StateRow{"25006", ErrorCode::kForbidden},        // read_only_sql_transaction
    StateRow{"55P03", ErrorCode::kUnavailable},      // lock_not_available
    StateRow{"25P03", ErrorCode::kUnavailable},      // idle_in_transaction_session_timeout
    StateRow{"28", ErrorCode::kUnauthenticated},     // invalid authorization
    StateRow{"3D", ErrorCode::kInvalidArgument},     // no such database
    StateRow{"22", ErrorCode::kInvalidArgument},     // a value that does not fit
    StateRow{"08", ErrorCode::kUnavailable},         // connection
    StateRow{"40", ErrorCode::kUnavailable},         // serialization, deadlock
    StateRow{"53", ErrorCode::kUnavailable},         // resources
    StateRow{"57", ErrorCode::kUnavailable},         // operator, timeouts
    StateRow{"58", ErrorCode::kIoError},             // the server's system
    StateRow{"XX001", ErrorCode::kInvalidMetadata},  // data corrupted
};

ErrorCode CodeOf(std::string_view state) {
  auto row = std::ranges::find_if(
      kStates, [&](const StateRow& candidate) { return state.starts_with(candidate.begins); });
  return row == kStates.end() ? ErrorCode::kInternal : row->code;
}

/// The SQLSTATE in `FATAL:  28P01: password authentication failed`, as a refused connection says
/// it; empty where there is none.
std::string_view StateIn(std::string_view message) {
  for (size_t colon = message.find(':'); colon != std::string_view::npos;
       colon = message.find(':', colon + 1)) {
    size_t begin = message.find_first_not_of(' ', colon + 1);
    if (begin == std::string_view::npos || begin + kStateLength >= message.size()) {
      return {};
    }
    std::string_view state = message.substr(begin, kStateLength);
    auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    bool fits =
        std::ranges::any_of(state, is_digit) &&  // `FATAL` is none
        std::ranges::all_of(state, [&](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
    if (fits && message[begin + kStateLength] == ':' && begin > colon + 1) {
      return state;
    }
  }
  return {};
}

std::string_view FirstLine(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

void PostgresResult::Clear(pg_result* result) { PQclear(result); }

int PostgresResult::rows() const { return PQntuples(result_.get()); }

std::string_view PostgresResult::Text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<size_t>(PQgetlength(result_.get(), row, column))};
}

Result<std::string> PostgresResult::Bytes(int row, int column) const {
  size_t size = 0;
  const auto* text = reinterpret_cast<const unsigned char*>(PQgetvalue(result_.get(), row, column));
  std::unique_ptr<unsigned char, void (*)(void*)> bytes(PQunescapeBytea(text, &size), &PQfreemem);
  if (bytes == nullptr) {
    return Error(ErrorCode::kUnavailable, "No memory for bytes of the database");
  }
  return std::string(reinterpret_cast<const char*>(bytes.get()), size);
}

int64_t PostgresResult::changed() const {
  std::string_view text = PQcmdTuples(result_.get());
  int64_t count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::string_view PostgresResult::tag() const { return PQcmdStatus(result_.get()); }

PostgresLink::PostgresLink(pg_conn* connection, std::string password)
    : connection_(connection), password_(std::move(password)), process_(getpid()) {}

PostgresLink::~PostgresLink() {
  if (is_ours()) {
    PQfinish(connection_);  // says goodbye, which would end the parent's
  }
}

bool PostgresLink::is_ours() const { return process_ == getpid(); }

bool PostgresLink::is_idle() const {
  return is_up_ && PQtransactionStatus(connection_) == PQTRANS_IDLE;
}

Result<std::unique_ptr<PostgresLink>> PostgresLink::Connect(const PostgresParameters& parameters,
                                                            MonotonicTime deadline) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.insert(names.end(), {"client_encoding", "fallback_application_name", nullptr});
  values.insert(values.end(), {"UTF8", "firn", nullptr});
  auto password = parameters.find("password");
  pg_conn* connection = PQconnectStartParams(names.data(), values.data(), 0);
  if (connection == nullptr) {
    return Error(ErrorCode::kUnavailable, "No memory for a database");
  }
  std::unique_ptr<PostgresLink> link(
      new PostgresLink(connection, password == parameters.end() ? "" : password->second));
  PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  // So that a refusal tells its SQLSTATE.
  PQsetErrorVerbosity(connection, PQERRORS_VERBOSE);
  RETURN_IF_ERROR(link->FinishConnecting(deadline));
  PQsetnonblocking(connection, 1);
  return link;
}

Status PostgresLink::FinishConnecting(MonotonicTime deadline) {
  auto next =
      PQstatus(connection_) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
    Status ready = Wait(next == PGRES_POLLING_READING ? For::kReading : For::kWriting, deadline);
    if (!ready.has_value()) {
      return NoAnswer(TakeError(std::move(ready)), kHint);
    }
    next = PQconnectPoll(connection_);
  }
  if (next == PGRES_POLLING_OK) {
    return {};
  }
  std::string_view message = PQerrorMessage(connection_);
  std::string_view state = StateIn(message);
  ErrorCode code = state.empty() ? ErrorCode::kUnavailable : CodeOf(state);
  Error error =
      Error(code, "The database does not let us in").With("postgresql", Shown(FirstLine(message)));
  return state.empty() ? NoAnswer(std::move(error), kHint) : std::move(error);
}

Status PostgresLink::Wait(For what, MonotonicTime deadline) {
  deadline = std::min(deadline, storage::CallDeadline::Current());
  while (true) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      is_up_ = false;
      return Error(ErrorCode::kUnavailable, "The database does not answer in time");
    }
    constexpr std::chrono::milliseconds kLongest{60'000};
    pollfd event{.fd = PQsocket(connection_),
                 .events = static_cast<short>(what == For::kReading ? POLLIN : POLLOUT),
                 .revents = 0};
    int ready = poll(&event, 1, static_cast<int>(std::min(left, kLongest).count()));
    if (ready > 0) {
      return {};
    }
    if (ready < 0 && errno != EINTR) {
      return Lost();
    }
  }
}

Result<PostgresResult> PostgresLink::Run(std::string_view statements, MonotonicTime deadline) {
  if (PQsendQuery(connection_, std::string(statements).c_str()) == 0) {
    return Lost();
  }
  return Answer(deadline);
}

Result<PostgresResult> PostgresLink::Run(std::string_view statement,
                                         std::initializer_list<std::string_view> params,
                                         MonotonicTime deadline) {
  std::vector<std::string> texts(params.begin(), params.end());
  std::vector<const char*> values;
  for (const std::string& text : texts) {
    if (text.contains('\0')) {
      return Error(ErrorCode::kInvalidArgument, "PostgreSQL holds no byte of zero");
    }
    values.push_back(text.c_str());
  }
  if (PQsendQueryParams(connection_, std::string(statement).c_str(),
                        static_cast<int>(values.size()), nullptr, values.data(), nullptr, nullptr,
                        0) == 0) {
    return Lost();
  }
  return Answer(deadline);
}

Result<PostgresResult> PostgresLink::Answer(MonotonicTime deadline) {
  for (int unsent = PQflush(connection_); unsent != 0; unsent = PQflush(connection_)) {
    if (unsent < 0) {
      return Lost();
    }
    RETURN_IF_ERROR(Wait(For::kWriting, deadline));
  }
  PostgresResult last(nullptr);
  std::optional<Error> error;
  while (true) {
    while (PQisBusy(connection_) != 0) {
      RETURN_IF_ERROR(Wait(For::kReading, deadline));
      if (PQconsumeInput(connection_) == 0) {
        return Lost();
      }
    }
    pg_result* result = PQgetResult(connection_);
    if (result == nullptr) {
      break;
    }
    last = PostgresResult(result);
    auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !error) {
      const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
      const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
      error = Error(state == nullptr ? ErrorCode::kUnavailable : CodeOf(state), "Database error")
                  .With("postgresql", Shown(message == nullptr ? "" : message))
                  .With("code", state == nullptr ? "" : state);
    }
  }
  if (PQstatus(connection_) == CONNECTION_BAD) {
    is_up_ = false;
  }
  if (error) {
    return *std::move(error);
  }
  return is_up_ ? Result<PostgresResult>(std::move(last)) : Result<PostgresResult>(Lost());
}

Error PostgresLink::Lost() {
  is_up_ = false;
  return Error(ErrorCode::kUnavailable, "The connection to the database is lost")
      .With("postgresql", Shown(FirstLine(PQerrorMessage(connection_))));
}

std::string PostgresLink::Shown(std::string_view text) const {
  std::string shown(text);
  if (password_.empty()) {
    return shown;
  }
  for (size_t at = shown.find(password_); at != std::string::npos; at = shown.find(password_, at)) {
    shown.replace(at, password_.size(), "***");
    at += 3;
  }
  return shown;
}

}  // namespace firn::catalog::sql
