#include "features/join/point_in_time_join.h"

#include "features/join/join_plan.h"

namespace firn::features {

Result<std::shared_ptr<arrow::Table>> PointInTimeJoin(const JoinContext& context,
                                                      const std::shared_ptr<arrow::Table>& entities,
                                                      const JoinRequest& request) {
  ASSIGN_OR_RETURN(JoinPlan plan, JoinPlan::Make(*entities->schema(), request));
  return plan.Join(context, *entities);
}

}  // namespace firn::features
