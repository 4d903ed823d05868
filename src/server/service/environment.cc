#include "server/service/environment.h"

#include <utility>

namespace firn::service {

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

store::MutationContext MakeMutationContext(const Environment& environment,
                                           const CallContext& call,
                                           std::string reference) {
  Uuid attempt = Uuid::TimeOrdered(environment.clock.Now());
  return MakeMutationContext(environment, call, attempt, std::move(reference));
}

}  // namespace firn::service
