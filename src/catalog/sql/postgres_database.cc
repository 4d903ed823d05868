#include "catalog/sql/postgres_database.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "catalog/sql/catalog_layout.h"
#include "storage/call_deadline.h"

namespace firn::catalog::sql {
namespace {

/// Until a server has let us in.
constexpr std::chrono::milliseconds kConnectTimeout{10'000};
/// What a server may take to say that its time is up, beyond it.
constexpr std::chrono::milliseconds kReplyTime{2'000};
/// For the end of a transaction that nobody waits for.
constexpr std::chrono::milliseconds kRollbackTimeout{1'000};

MonotonicTime In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

/// `timeout`, or what is left of the caller's time.
std::string BeginOf(Transaction transaction, std::chrono::milliseconds timeout) {
  auto left = storage::CallDeadline::Current() - std::chrono::steady_clock::now();
  timeout = std::min(timeout, std::chrono::duration_cast<std::chrono::milliseconds>(left));
  std::string begin = fmt::format(
      "{}; {}{}; {}{}",
      transaction == Transaction::kChange ? text::kPostgresBeginChange : text::kPostgresBeginRead,
      text::kPostgresStatementTimeout, std::max<int64_t>(timeout.count(), 1),
      text::kPostgresIdleTimeout, std::max<int64_t>(timeout.count() / 2, 1));
  // Before anything is read, so that all that is read is of after it.
  return transaction == Transaction::kSettled ? fmt::format("{}; {}", begin, text::kPostgresLock)
                                              : begin;
}

class PostgresRow final : public SqlRow {
 public:
  PostgresRow(const PostgresResult& result, int row) : result_(result), row_(row) {}
  std::string_view Text(int column) const override { return result_.Text(row_, column); }
  Result<std::string> Bytes(int column) const override { return result_.Bytes(row_, column); }

 private:
  const PostgresResult& result_;
  int row_;
};

}  // namespace

class PostgresDatabase::Connection final : public SqlConnection {
 public:
  Connection(PostgresDatabase& database, std::unique_ptr<PostgresLink> link)
      : database_(database), link_(std::move(link)) {}
  ~Connection() override {
    if (link_->is_up() && !link_->is_idle()) {
      static_cast<void>(link_->Run(text::kPostgresRollback, In(kRollbackTimeout)));
    }
    if (link_->is_idle()) {
      database_.Keep(std::move(link_));
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::string_view layout_query() const override { return text::kPostgresLayout; }

  Status LockTables() override {
    RETURN_IF_ERROR(link_->Run(text::kPostgresLock, database_.Deadline()));
    return {};
  }

  Status Commit() override {
    auto committed = link_->Run(text::kPostgresCommit, database_.Deadline());
    if (committed.has_value()) {
      return committed->tag() == text::kPostgresCommit
                 ? Status()
                 : Error(ErrorCode::kUnavailable, "The database rolled the change back");
    }
    // An error that leaves the server in its place ends the transaction without a trace.
    return link_->is_idle() ? TakeError(std::move(committed))
                            : TakeError(std::move(committed)).As(ErrorCode::kCommitStateUnknown);
  }

  Result<int64_t> Execute(std::string_view sql, Params params) override {
    ASSIGN_OR_RETURN(auto result, link_->Run(ForPostgres(sql), params, database_.Deadline()));
    return result.changed();
  }

  Status Query(std::string_view sql,
               Params params,
               const std::function<void(const SqlRow&)>& on_row) override {
    ASSIGN_OR_RETURN(auto result, link_->Run(ForPostgres(sql), params, database_.Deadline()));
    for (int row = 0; row < result.rows(); ++row) {
      on_row(PostgresRow(result, row));
    }
    return {};
  }

 private:
  PostgresDatabase& database_;
  std::unique_ptr<PostgresLink> link_;
};

MonotonicTime PostgresDatabase::Deadline() const { return In(options_.busy_timeout + kReplyTime); }

Result<std::unique_ptr<PostgresLink>> PostgresDatabase::Connect() const {
  auto timeout = kConnectTimeout;
  if (auto given = options_.postgres.find("connect_timeout"); given != options_.postgres.end()) {
    int64_t seconds = 0;
    const std::string& text = given->second;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr int64_t kLongest = 3'600;
    timeout = seconds > 0 ? std::chrono::seconds(std::min(seconds, kLongest)) : timeout;
  }
  return PostgresLink::Connect(options_.postgres, In(timeout));
}

std::unique_ptr<PostgresLink> PostgresDatabase::TakeKept() {
  std::lock_guard lock(mutex_);
  std::erase_if(kept_, [](const auto& link) { return !link->is_ours(); });
  if (kept_.empty()) {
    return nullptr;
  }
  auto link = std::move(kept_.back());
  kept_.pop_back();
  return link;
}

void PostgresDatabase::Keep(std::unique_ptr<PostgresLink> link) {
  std::lock_guard lock(mutex_);
  if (kept_.size() < kMaxKept) {
    kept_.push_back(std::move(link));
  }
}

Result<std::unique_ptr<SqlConnection>> PostgresDatabase::Begin(Transaction transaction, IfMissing) {
  std::string begin = BeginOf(transaction, options_.busy_timeout);
  while (auto link = TakeKept()) {
    auto begun = link->Run(begin, Deadline());
    if (begun.has_value()) {
      return std::make_unique<Connection>(*this, std::move(link));
    }
    if (link->is_up()) {
      return TakeError(std::move(begun));
    }
    // The server went away meanwhile, with all links to it: the next one may be another's.
  }
  ASSIGN_OR_RETURN(auto link, Connect());
  RETURN_IF_ERROR(link->Run(begin, Deadline()));
  return std::make_unique<Connection>(*this, std::move(link));
}

}  // namespace firn::catalog::sql
