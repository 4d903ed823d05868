#include "server/service/environment.h"

#include <utility>

namespace firn::service {

Uuid AttemptId(const CallContext& call, const Clock& clock) {
  if (call.idempotency) {
    if (auto key = Uuid::Parse(call.idempotency->key)) {
      return *key;
    }
  }
  return Uuid::TimeOrdered(clock.Now());
}

store::MutationContext MakeMutationContext(const Environment& environment,
                                           const CallContext& call,
                                           const Uuid& attempt,
                                           std::string reference) {
  store::MutationContext context;
  context.warehouse = call.warehouse.id;
  context.principal = call.principal;
  context.request_id = call.request_id;
  context.now = environment.clock.Now();
  context.deadline = call.deadline;
  context.attempt = attempt;
  context.idempotency = call.idempotency;
  context.outcome = {.http_status = call.success_status, .reference = std::move(reference)};
  return context;
}

}  // namespace firn::service
