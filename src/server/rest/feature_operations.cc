// Training sets and latest rows: what /features/v1 answers, with the port that knows Arrow.
#include <utility>

#include "server/rest/catalog_handler.h"
#include "server/rest/content_type.h"

namespace firn::rest {

Result<http::Response> CatalogHandler::AnswerFeatures(Invocation& invocation,
                                                      FeatureOperation ask) {
  if (options_.features == nullptr) {
    return Error(ErrorCode::kUnsupported, "This server joins no features");
  }
  const http::Request& request = invocation.request;
  const FeatureCall call{.body = request.body,
                         .form = IsArrowStream(request) ? FeatureBody::kArrow : FeatureBody::kJson,
                         .stop = request.stop};
  ASSIGN_OR_RETURN(auto rows, (options_.features->*ask)(invocation.call, call));
  invocation.turn.reset();  // what takes long is not the body
  // Before the head: what fails up to here is answered in the error model.
  ASSIGN_OR_RETURN(http::Body first, rows->Next());
  http::Response response;
  response.headers.emplace_back("Content-Type", kArrowStream);
  response.body.push_back(std::move(first));
  response.rest = std::move(rows);
  return response;
}

Result<http::Response> CatalogHandler::JoinFeatures(Invocation& invocation) {
  return AnswerFeatures(invocation, &FeaturePort::Join);
}

Result<http::Response> CatalogHandler::LatestFeatures(Invocation& invocation) {
  return AnswerFeatures(invocation, &FeaturePort::Latest);
}

}  // namespace firn::rest
