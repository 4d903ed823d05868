#include "server/store/sql/testing/faulty_engine.h"

#include <utility>

namespace firn::store::sql::testing {
namespace {

class FaultySession final : public Session {
 public:
  FaultySession(std::unique_ptr<Session> inner, FaultSwitch& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  Status Begin() override {
    ++faults_.begun;
    if (down_ && faults_.refusals_left == 0) {
      faults_.fault = CommitFault::kNone;
    }
    if (down_ && faults_.fault != CommitFault::kNone) {
      --faults_.refusals_left;
      return Error(ErrorCode::kUnavailable, "Injected fault: down");
    }
    down_ = false;
    return inner_->Begin();
  }

  Status Commit() override {
    if (faults_.before_commit) {
      faults_.before_commit();
    }
    switch (CommitFault{faults_.fault.load()}) {
      case CommitFault::kNone:
        return inner_->Commit();
      case CommitFault::kLost:
        faults_.fault = CommitFault::kNone;
        inner_->Rollback();
        break;
      case CommitFault::kAppliedReplyLost:
        faults_.fault = CommitFault::kNone;
        RETURN_IF_ERROR(inner_->Commit());
        break;
      case CommitFault::kDown:
        down_ = true;
        inner_->Rollback();
        break;
      case CommitFault::kAppliedThenDown:
        down_ = true;
        RETURN_IF_ERROR(inner_->Commit());
        break;
    }
    ++faults_.met;
    return Error(ErrorCode::kUnavailable, "Injected fault: COMMIT");
  }

  void Rollback() override { inner_->Rollback(); }
  Status SetSavepoint() override { return inner_->SetSavepoint(); }
  Status ReleaseSavepoint() override {
    if (faults_.transaction_is_lost.exchange(false)) {
      inner_->Rollback();
    }
    return inner_->ReleaseSavepoint();
  }
  Status RollbackToSavepoint() override { return inner_->RollbackToSavepoint(); }
  Result<int64_t> Execute(const Statement& statement, Params params) override {
    return inner_->Execute(statement, params);
  }
  Status Query(const Statement& statement, Params params, const RowCallback& on_row) override {
    return inner_->Query(statement, params, on_row);
  }
  Status Run(std::string_view script) override { return inner_->Run(script); }

 private:
  std::unique_ptr<Session> inner_;
  FaultSwitch& faults_;
  bool down_ = false;
};

}  // namespace

Result<std::unique_ptr<Session>> FaultyEngine::OpenWriter() {
  ASSIGN_OR_RETURN(std::unique_ptr<Session> inner, inner_->OpenWriter());
  return std::make_unique<FaultySession>(std::move(inner), faults_);
}

}  // namespace firn::store::sql::testing
