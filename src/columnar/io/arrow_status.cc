#include "columnar/io/arrow_status.h"

#include <memory>

namespace firn::columnar {
namespace {

constexpr const char* kDetailType = "firn::Error";

/// Carries an Error through Arrow.
class ErrorDetail final : public arrow::StatusDetail {
 public:
  explicit ErrorDetail(Error error) : error_(std::move(error)) {}

  const char* type_id() const override { return kDetailType; }
  std::string ToString() const override { return error_.message(); }
  const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace

Error FromArrow(const arrow::Status& status, ErrorCode bad_input) {
  if (status.detail() != nullptr && status.detail()->type_id() == kDetailType) {
    return static_cast<const ErrorDetail&>(*status.detail()).error();
  }
  ErrorCode code = ErrorCode::kInternal;
  if (status.IsOutOfMemory()) {
    code = ErrorCode::kResourceExhausted;
  } else if (status.IsNotImplemented()) {
    code = ErrorCode::kUnsupported;
  } else if (status.IsInvalid() || status.IsTypeError() || status.IsIOError() ||
             status.IsSerializationError() || status.IsIndexError() || status.IsKeyError() ||
             status.IsCapacityError()) {
    code = bad_input;
  }
  return Error(code, "Arrow: " + status.message());
}

arrow::Status IntoArrow(Error error) {
  std::string message = error.message();
  return arrow::Status::FromDetailAndArgs(arrow::StatusCode::IOError,
                                          std::make_shared<ErrorDetail>(std::move(error)), message);
}

}  // namespace firn::columnar
