// RecordPlan: which field of a file's records goes where. Made once a file by matching the fields
// it was written with against the ones that are wanted: by field id, or by name where the file has
// no ids. Other fields are skipped, missing ones keep the value they have.
//
// Thread-safety: immutable.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/manifest/avro/schema.h"

namespace firn::iceberg::avro {

/// A wanted field of a `T`.
template <class T>
struct FieldHandler {
  int32_t id = 0;
  std::string_view name;
  /// Reads the value; what is wrong goes to the decoder.
  void (*read)(Decoder& decoder, const Node& node, T& out) = nullptr;
};

template <class T>
class RecordPlan {
 public:
  RecordPlan() = default;
  RecordPlan(const Node& record, std::span<const FieldHandler<T>> handlers) {
    for (const Field& field : record.fields) {
      auto matches = [&](const FieldHandler<T>& handler) {
        return field.id.has_value() ? *field.id == handler.id : field.name == handler.name;
      };
      auto found = std::ranges::find_if(handlers, matches);
      steps_.push_back({field.type, found == handlers.end() ? nullptr : found->read});
    }
  }

  void Read(Decoder& decoder, T& out) const {
    for (const Step& step : steps_) {
      if (!decoder.ok()) {
        return;
      }
      if (step.read != nullptr) {
        step.read(decoder, *step.node, out);
      } else {
        decoder.Skip(*step.node);
      }
    }
  }

 private:
  struct Step {
    const Node* node;
    void (*read)(Decoder& decoder, const Node& node, T& out);
  };
  std::vector<Step> steps_;
};

}  // namespace firn::iceberg::avro
