// Records as they are written: one table of fields gives both the Avro schema and the bytes, so
// that they cannot disagree. A field says in which format versions it is there and whether it may
// be null.
//
// Thread-safety: pure functions on constant tables.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "iceberg/manifest/avro/encoder.h"
#include "iceberg/manifest/manifest_entry.h"
#include "iceberg/manifest/manifest_file.h"
#include "iceberg/schema/ids.h"

namespace firn::iceberg {

enum class Presence : uint8_t { kAbsent, kOptional, kRequired };

/// By format version: [0] is v1.
using Presences = std::array<Presence, kMaxFormatVersion>;

inline constexpr Presences kRequired = {Presence::kRequired, Presence::kRequired,
                                        Presence::kRequired};
inline constexpr Presences kOptional = {Presence::kOptional, Presence::kOptional,
                                        Presence::kOptional};
inline constexpr Presences kRequiredFromV2 = {Presence::kAbsent, Presence::kRequired,
                                              Presence::kRequired};
inline constexpr Presences kOptionalFromV2 = {Presence::kAbsent, Presence::kOptional,
                                              Presence::kOptional};
inline constexpr Presences kOptionalFromV3 = {Presence::kAbsent, Presence::kAbsent,
                                              Presence::kOptional};

// Avro's JSON of types.
inline constexpr std::string_view kInt = R"("int")";
inline constexpr std::string_view kLong = R"("long")";

/// A field of `T` in a file.
template <class T>
struct OutputField {
  int32_t id = 0;
  std::string_view name;
  /// Avro's JSON of its type, without null.
  std::string_view type;
  Presences presences = kRequired;
  bool (*has_value)(const T&) = nullptr;
  void (*write)(avro::Encoder&, const T&) = nullptr;

  Presence presence(FormatVersion version) const {
    return presences[static_cast<size_t>(version) - 1];
  }
};

// Whether a member has a value. Metrics and lists: an empty one is none.
template <class T>
bool HasValue(const T& /*value*/) {
  return true;
}
template <class T>
bool HasValue(const std::optional<T>& value) {
  return value.has_value();
}
template <class T>
bool HasValue(const std::vector<T>& values) {
  return !values.empty();
}
inline void Write(avro::Encoder& encoder, bool value) { encoder.Bool(value); }
inline void Write(avro::Encoder& encoder, int32_t value) { encoder.Varint(value); }
inline void Write(avro::Encoder& encoder, int64_t value) { encoder.Varint(value); }
inline void Write(avro::Encoder& encoder, const std::string& value) { encoder.Bytes(value); }
void Write(avro::Encoder& encoder, FileFormat format);
void Write(avro::Encoder& encoder, const std::vector<int64_t>& values);
void Write(avro::Encoder& encoder, const std::vector<FieldId>& ids);
void Write(avro::Encoder& encoder, const CountsByField& counts);
void Write(avro::Encoder& encoder, const BoundsByField& bounds);
void Write(avro::Encoder& encoder, const std::vector<FieldSummary>& summaries);

template <class Enum>
  requires(std::is_enum_v<Enum>)
void Write(avro::Encoder& encoder, Enum value) {
  encoder.Varint(static_cast<int64_t>(value));
}
template <class Tag, class Rep>
void Write(avro::Encoder& encoder, StrongInt<Tag, Rep> id) {
  encoder.Varint(id.value());
}
template <class T>
void Write(avro::Encoder& encoder, const std::optional<T>& value) {
  Write(encoder, *value);
}

/// The struct that a member belongs to.
template <class Member>
struct MemberOwner;
template <class Owner, class Value>
struct MemberOwner<Value Owner::*> {
  using Type = Owner;
};

/// The field that holds a member.
template <auto kMember>
constexpr auto Output(int32_t id,
                      std::string_view name,
                      std::string_view type,
                      const Presences& presences) {
  using Owner = typename MemberOwner<decltype(kMember)>::Type;
  return OutputField<Owner>{
      .id = id,
      .name = name,
      .type = type,
      .presences = presences,
      .has_value = [](const Owner& owner) { return HasValue(owner.*kMember); },
      .write = [](avro::Encoder& encoder, const Owner& owner) { Write(encoder, owner.*kMember); }};
}

/// `{"name":...,"type":...,"field-id":...}`.
std::string FieldText(int32_t id, std::string_view name, std::string_view type, Presence presence);

/// The JSON of a record with these fields.
template <class T>
std::string RecordText(std::string_view name,
                       std::span<const OutputField<T>> fields,
                       FormatVersion version) {
  std::string text = R"({"type":"record","name":")" + std::string(name) + R"(","fields":[)";
  bool first = true;
  for (const OutputField<T>& field : fields) {
    if (field.presence(version) != Presence::kAbsent) {
      text += first ? "" : ",";
      text += FieldText(field.id, field.name, field.type, field.presence(version));
      first = false;
    }
  }
  return text + "]}";
}

/// Errors: kInvalidArgument naming a required field that has no value.
template <class T>
Status WriteField(avro::Encoder& encoder,
                  const OutputField<T>& field,
                  const T& value,
                  FormatVersion version) {
  Presence presence = field.presence(version);
  if (presence == Presence::kAbsent) {
    return {};
  }
  bool present = field.has_value(value);
  if (presence == Presence::kOptional) {
    encoder.Varint(present ? 1 : 0);
  } else if (!present) {
    return Error(ErrorCode::kInvalidArgument,
                 "A required field has no value: " + std::string(field.name));
  }
  if (present) {
    field.write(encoder, value);
  }
  return {};
}

}  // namespace firn::iceberg
