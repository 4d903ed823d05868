#include "server/features/entity_input.h"

#include <string>
#include <utility>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/reader.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "server/features/json_frame.h"

namespace firn::server_features {
namespace {

using columnar::ToResult;

using ReaderPtr = std::shared_ptr<arrow::RecordBatchReader>;

/// Batches from outside: each is sound, or an error.
class CheckedBatches final : public arrow::RecordBatchReader {
 public:
  CheckedBatches(ReaderPtr batches, std::shared_ptr<arrow::Schema> schema)
      : batches_(std::move(batches)), schema_(std::move(schema)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    ARROW_RETURN_NOT_OK(batches_->ReadNext(batch));
    if (*batch == nullptr) {
      return arrow::Status::OK();
    }
    ARROW_RETURN_NOT_OK((*batch)->ValidateFull());
    *batch = (*batch)->ReplaceSchemaMetadata(schema_->metadata());
    return arrow::Status::OK();
  }

 private:
  const ReaderPtr batches_;
  const std::shared_ptr<arrow::Schema> schema_;
};

Result<ReaderPtr> OpenStream(std::string_view body, arrow::MemoryPool* memory) {
  auto bytes = std::make_shared<arrow::io::BufferReader>(std::make_shared<arrow::Buffer>(
      reinterpret_cast<const uint8_t*>(body.data()), static_cast<int64_t>(body.size())));
  arrow::ipc::IpcReadOptions options;
  options.memory_pool = memory;
  options.use_threads = false;
  // Where in the body a buffer begins is the client's choice.
  options.ensure_alignment = arrow::ipc::Alignment::kDataTypeSpecificAlignment;
  ASSIGN_OR_RETURN(auto reader,
                   ToResult(arrow::ipc::RecordBatchStreamReader::Open(std::move(bytes), options),
                            ErrorCode::kInvalidArgument));
  return ReaderPtr(std::move(reader));
}

Result<std::string> RequestOf(const arrow::Schema& schema) {
  if (schema.metadata() != nullptr) {
    auto text = schema.metadata()->Get(kRequestKey);
    if (text.ok()) {
      return *std::move(text);
    }
  }
  return Error(ErrorCode::kInvalidArgument,
               fmt::format("The metadata of the stream's schema has no {}", kRequestKey));
}

std::shared_ptr<arrow::Schema> WithoutRequest(const arrow::Schema& schema) {
  auto metadata = schema.metadata()->Copy();
  while (metadata->Contains(kRequestKey)) {
    // It is there.
    if (!metadata->Delete(kRequestKey).ok()) {
      break;
    }
  }
  return schema.WithMetadata(metadata->size() == 0 ? nullptr : std::move(metadata));
}

Result<EntityInput> ReadArrow(std::string_view body, arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(ReaderPtr batches, OpenStream(body, memory));
  ASSIGN_OR_RETURN(std::string json, RequestOf(*batches->schema()));
  ASSIGN_OR_RETURN(rest::JoinFeaturesRequest request, rest::ParseJoinFeatures(json));
  if (request.entities || request.start || request.end) {
    return Error(ErrorCode::kInvalidArgument,
                 "An Arrow stream has the entities: no entities, start or end in its request");
  }
  auto schema = WithoutRequest(*batches->schema());
  return EntityInput{
      .request = std::move(request),
      .entities = std::make_shared<CheckedBatches>(std::move(batches), std::move(schema))};
}

Result<EntityInput> ReadJson(std::string_view body, arrow::MemoryPool* memory) {
  ASSIGN_OR_RETURN(rest::JoinFeaturesRequest request, rest::ParseJoinFeatures(body));
  if (!request.entities) {
    return EntityInput{.request = std::move(request), .entities = nullptr};
  }
  if (request.start || request.end) {
    return Error(ErrorCode::kInvalidArgument,
                 "start and end are for a join without entities: entities say their times");
  }
  ASSIGN_OR_RETURN(auto batch, JsonFrame(*request.entities, memory));
  ASSIGN_OR_RETURN(auto entities, ToResult(arrow::RecordBatchReader::Make({batch}, batch->schema()),
                                           ErrorCode::kInternal));
  return EntityInput{.request = std::move(request), .entities = std::move(entities)};
}

}  // namespace

Result<EntityInput> ReadEntityInput(std::string_view body,
                                    rest::FeatureBody form,
                                    arrow::MemoryPool* memory) {
  return columnar::Guarded([&] {
    return form == rest::FeatureBody::kArrow ? ReadArrow(body, memory) : ReadJson(body, memory);
  });
}

Result<rest::LatestFeaturesRequest> ReadLatestInput(std::string_view body, rest::FeatureBody form) {
  if (form == rest::FeatureBody::kJson) {
    return rest::ParseLatestFeatures(body);
  }
  return columnar::Guarded([&]() -> Result<rest::LatestFeaturesRequest> {
    ASSIGN_OR_RETURN(ReaderPtr batches, OpenStream(body, arrow::default_memory_pool()));
    ASSIGN_OR_RETURN(std::string json, RequestOf(*batches->schema()));
    return rest::ParseLatestFeatures(json);
  });
}

}  // namespace firn::server_features
