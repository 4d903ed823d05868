// Values of manifest records into members of structs: `Into<&DataFile::path>` is the handler that
// reads a field into that member. Null leaves an optional empty and another member as it was.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/schema/ids.h"
#include "iceberg/schema/literal.h"

namespace firn::iceberg {

void Read(avro::Decoder& decoder, const avro::Node& node, bool& out);
void Read(avro::Decoder& decoder, const avro::Node& node, int32_t& out);
void Read(avro::Decoder& decoder, const avro::Node& node, int64_t& out);
/// Text or bytes.
void Read(avro::Decoder& decoder, const avro::Node& node, std::string& out);
/// A partition tuple: its non-null fields. A value has the type that the file gives it.
void Read(avro::Decoder& decoder, const avro::Node& node, StructValue& out);

template <class Tag, class Rep>
void Read(avro::Decoder& decoder, const avro::Node& node, StrongInt<Tag, Rep>& out) {
  Rep value = out.value();
  Read(decoder, node, value);
  out = StrongInt<Tag, Rep>(value);
}

template <class T>
void Read(avro::Decoder& decoder, const avro::Node& node, std::optional<T>& out) {
  const avro::Node& type = decoder.Resolve(node);
  if (type.kind != avro::Kind::kNull) {
    Read(decoder, type, out.emplace());
  }
}

/// The struct that a member belongs to.
template <class Member>
struct OwnerOf;
template <class Owner, class Value>
struct OwnerOf<Value Owner::*> {
  using Type = Owner;
};

template <auto kMember>
void Into(avro::Decoder& decoder,
          const avro::Node& node,
          typename OwnerOf<decltype(kMember)>::Type& out) {
  Read(decoder, node, out.*kMember);
}

}  // namespace firn::iceberg
