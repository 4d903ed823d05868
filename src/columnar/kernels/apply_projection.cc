#include <utility>
#include <vector>

#include <arrow/array/array_nested.h>
#include <arrow/compute/cast.h>
#include <arrow/extension_type.h>
#include <fmt/format.h>

#include "columnar/io/arrow_status.h"
#include "columnar/kernels/apply_projection_internal.h"
#include "columnar/kernels/convert_array.h"
#include "columnar/kernels/literal_array.h"

namespace firn::columnar {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using DataVector = std::vector<std::shared_ptr<arrow::ArrayData>>;
using Node = Projection::Node;

ArrayPtr StorageOf(const ArrayPtr& array) {
  return array->type_id() == arrow::Type::EXTENSION
             ? static_cast<const arrow::ExtensionArray&>(*array).storage()
             : array;
}

/// Of children that begin where the buffers of their struct do, so that its offset holds for them.
Result<DataVector> ApplyChildren(const Node& node, const arrow::ArrayData& parent) {
  DataVector children;
  int64_t rows = parent.offset + parent.length;
  for (const Node& child : node.children) {
    ArrayPtr source;
    if (child.source >= 0) {
      if (static_cast<size_t>(child.source) >= parent.child_data.size()) {
        return Error(ErrorCode::kInternal, "A struct lacks a field of its projection");
      }
      source = arrow::MakeArray(parent.child_data[static_cast<size_t>(child.source)]);
    }
    ASSIGN_OR_RETURN(ArrayPtr made, ApplyNode(child, source, rows));
    children.push_back(made->data());
  }
  return children;
}

Result<ArrayPtr> ApplyStruct(const Node& node, const ArrayPtr& source) {
  const arrow::ArrayData& data = *source->data();
  ASSIGN_OR_RETURN(DataVector children, ApplyChildren(node, data));
  return arrow::MakeArray(arrow::ArrayData::Make(node.type, data.length, {data.buffers[0]},
                                                 std::move(children), data.null_count,
                                                 data.offset));
}

Result<ArrayPtr> ApplyList(const Node& node, ArrayPtr source) {
  if (source->type_id() != arrow::Type::LIST) {
    auto plain = arrow::list(source->type()->field(0));
    ASSIGN_OR_RETURN(source,
                     ToResult(arrow::compute::Cast(*source, plain), ErrorCode::kInvalidArgument));
  }
  const arrow::ArrayData& data = *source->data();
  ArrayPtr elements = arrow::MakeArray(data.child_data[0]);
  ASSIGN_OR_RETURN(ArrayPtr made, ApplyNode(node.children[0], elements, elements->length()));
  return arrow::MakeArray(arrow::ArrayData::Make(node.type, data.length,
                                                 {data.buffers[0], data.buffers[1]}, {made->data()},
                                                 data.null_count, data.offset));
}

Result<ArrayPtr> ApplyMap(const Node& node, const ArrayPtr& source) {
  const arrow::ArrayData& data = *source->data();
  const arrow::ArrayData& entries = *data.child_data[0];
  ASSIGN_OR_RETURN(DataVector parts, ApplyChildren(node, entries));
  const auto& type = static_cast<const arrow::MapType&>(*node.type);
  auto made = arrow::ArrayData::Make(type.value_type(), entries.length, {nullptr}, std::move(parts),
                                     0, entries.offset);
  return arrow::MakeArray(arrow::ArrayData::Make(node.type, data.length,
                                                 {data.buffers[0], data.buffers[1]},
                                                 {std::move(made)}, data.null_count, data.offset));
}

Result<ArrayPtr> ApplyLeaf(const Node& node, const ArrayPtr& source) {
  if (node.field.type->id() != iceberg::TypeId::kVariant) {
    return ConvertLeaf(source, node.type);
  }
  const arrow::ArrayData& data = *source->data();
  DataVector parts;
  for (const auto& part : data.child_data) {
    ASSIGN_OR_RETURN(ArrayPtr bytes, ConvertLeaf(arrow::MakeArray(part), arrow::binary()));
    parts.push_back(bytes->data());
  }
  if (parts.size() != 2) {
    return Error(ErrorCode::kUnsupported, "Only unshredded variants (metadata, value) are read");
  }
  return arrow::MakeArray(arrow::ArrayData::Make(node.type, data.length, {data.buffers[0]},
                                                 std::move(parts), data.null_count, data.offset));
}

/// True where `child` is null in a row that `parent` has. Both begin at the same row.
bool HasForbiddenNull(const arrow::Array& child, const arrow::Array& parent) {
  if (child.null_count() == 0) {
    return false;
  }
  for (int64_t row = 0; row < parent.length(); ++row) {
    if (child.IsNull(row) && parent.IsValid(row)) {
      return true;
    }
  }
  return false;
}

Error NullIn(const std::string& path) {
  return Error(ErrorCode::kInvalidArgument, fmt::format("Required column {} holds a null", path));
}

Status CheckElements(const iceberg::NestedField& field,
                     const arrow::Array& values,
                     const std::string& path) {
  if (field.required && values.null_count() > 0) {
    return NullIn(path + "." + field.name);
  }
  return CheckRequired(field, values, path + "." + field.name);
}

Status CheckChildren(const iceberg::NestedField& field,
                     const arrow::Array& array,
                     const std::string& path) {
  const iceberg::Type& type = *field.type;
  if (!type.is_nested()) {
    return {};
  }
  if (type.is_struct()) {
    const auto& rows = static_cast<const arrow::StructArray&>(array);
    for (size_t i = 0; i < type.fields().size(); ++i) {
      const iceberg::NestedField& child = type.fields()[i];
      ArrayPtr values = rows.field(static_cast<int>(i));
      std::string name = path + "." + child.name;
      if (child.required && HasForbiddenNull(*values, rows)) {
        return NullIn(name);
      }
      RETURN_IF_ERROR(CheckChildren(child, *values, name));
    }
    return {};
  }
  const auto& list = static_cast<const arrow::ListArray&>(array);
  int64_t begin = list.value_offset(0);
  int64_t length = list.value_offset(array.length()) - begin;
  if (type.is_list()) {
    return CheckElements(type.element(), *list.values()->Slice(begin, length), path);
  }
  const auto& map = static_cast<const arrow::MapArray&>(array);
  RETURN_IF_ERROR(CheckElements(type.key(), *map.keys()->Slice(begin, length), path));
  return CheckElements(type.value(), *map.items()->Slice(begin, length), path);
}

}  // namespace

Result<ArrayPtr> ApplyNode(const Node& node, const ArrayPtr& source, int64_t rows) {
  switch (node.kind) {
    case Node::Kind::kConstant:
      return RepeatLiteral(*node.field.type, node.constant, rows);
    case Node::Kind::kConstantStruct: {
      auto parent = arrow::ArrayData::Make(node.type, rows, {nullptr}, 0);
      ASSIGN_OR_RETURN(parent->child_data, ApplyChildren(node, *parent));
      return arrow::MakeArray(std::move(parent));
    }
    case Node::Kind::kLeaf: {
      ArrayPtr storage = StorageOf(source);
      if (storage->type()->Equals(*node.type)) {
        return storage;
      }
      return ApplyLeaf(node, storage);
    }
    default:
      break;
  }
  ArrayPtr storage = StorageOf(source);
  if (node.kind == Node::Kind::kStruct) {
    return ApplyStruct(node, storage);
  }
  return node.kind == Node::Kind::kList ? ApplyList(node, storage) : ApplyMap(node, storage);
}

Status CheckRequired(const iceberg::NestedField& field,
                     const arrow::Array& array,
                     const std::string& path) {
  if (field.required && array.null_count() > 0) {
    return NullIn(path);
  }
  return field.type->is_nested() ? CheckChildren(field, array, path) : Status();
}

ArrayPtr WithoutImpliedNulls(const iceberg::NestedField& field, const ArrayPtr& array) {
  const iceberg::Type& type = *field.type;
  if (!type.is_nested()) {
    return array;
  }
  auto data = array->data()->Copy();
  if (type.is_map()) {
    data->child_data[0] = data->child_data[0]->Copy();
  }
  DataVector& children = type.is_map() ? data->child_data[0]->child_data : data->child_data;
  for (size_t i = 0; i < children.size(); ++i) {
    const iceberg::NestedField& child = type.fields()[i];
    children[i] = WithoutImpliedNulls(child, arrow::MakeArray(children[i]))->data()->Copy();
    if (child.required) {
      children[i]->buffers[0] = nullptr;
      children[i]->null_count = 0;
    }
  }
  return arrow::MakeArray(std::move(data));
}

}  // namespace firn::columnar
