#include <optional>

#include "iceberg/manifest/avro/decoder.h"
#include "iceberg/manifest/entry_reader_internal.h"

namespace firn::iceberg {
namespace {

using avro::BlockCursor;
using avro::Decoder;
using avro::Node;

/// A file's split offsets or equality columns.
constexpr size_t kMaxListItems = size_t{1} << 20;

/// Reads pairs of a map in which keys or values are optional, or out of order.
template <class Value, class Read, class Take>
void ReadPairs(Decoder& decoder, const Node& node, Read read, Take take) {
  const Node& map = decoder.Resolve(node);
  if (map.kind == avro::Kind::kMap) {
    // Keys are texts there; no writer of Iceberg's int keys does so.
    decoder.Skip(map);
    return;
  }
  decoder.ReadArray(map, [&](const Node& item) {
    const Node& record = decoder.Resolve(item);
    if (record.kind != avro::Kind::kRecord || record.fields.size() != 2) {
      decoder.Fail("a map entry is a record of key and value");
      return;
    }
    size_t key_index = record.fields[0].name == "value" ? 1 : 0;
    std::optional<int32_t> key;
    std::optional<Value> value;
    for (size_t i = 0; i < record.fields.size(); ++i) {
      const Node& type = *record.fields[i].type;
      if (i == key_index) {
        key = decoder.ReadInt32(type);
      } else {
        value = (decoder.*read)(type);
      }
    }
    if (decoder.ok() && key.has_value() && value.has_value()) {
      take(*key, *value);
    }
  });
}

void ReadMap(Decoder& decoder, const Node& node, EntryMap map, MetricsBuilder& metrics) {
  if (map == EntryMap::kLowerBounds || map == EntryMap::kUpperBounds) {
    auto take = [&](int32_t key, std::string_view value) {
      if (int32_t slot = metrics.SlotOf(key); slot != MetricsBuilder::kUnwanted) {
        metrics.SetBound(MetricsBuilder::BoundsOf(map), slot, value);
      }
    };
    ReadPairs<std::string_view>(decoder, node, &Decoder::ReadBytes, take);
  } else {
    auto take = [&](int32_t key, int64_t value) {
      if (int32_t slot = metrics.SlotOf(key); slot != MetricsBuilder::kUnwanted) {
        metrics.SetCount(MetricsBuilder::CountsOf(map), slot, value);
      }
    };
    ReadPairs<int64_t>(decoder, node, &Decoder::ReadInt64, take);
  }
}

/// What was read from `begin` on; nothing after a defect.
std::string_view Between(const char* begin, const BlockCursor& cursor) {
  return cursor.ok() ? std::string_view(begin, static_cast<size_t>(cursor.next() - begin))
                     : std::string_view();
}

/// A list whose items are so many integers each.
BlockCursor SkipNumbers(BlockCursor cursor, uint64_t numbers) {
  while (int64_t count = cursor.BeginItems()) {
    cursor.SkipVarints(numbers * static_cast<uint64_t>(count));
  }
  return cursor;
}

/// A list of numbers and texts.
BlockCursor SkipBounds(BlockCursor cursor) {
  while (int64_t count = cursor.BeginItems()) {
    for (; count > 0 && cursor.ok(); --count) {
      cursor.Bytes(cursor.VarintPair().second);
    }
  }
  return cursor;
}

}  // namespace

bool EntryReader::Next() {
  row_.Clear();
  entry_begin_ = cursor_.next();
  cursor_ = Run(cursor_);
  if (!cursor_.ok()) {
    return Fail("truncated, or not of the file's schema");
  }
  std::string_view wrong = builder_.Append(row_);
  return wrong.empty() || Fail(wrong);
}

bool EntryReader::Fail(std::string_view defect) {
  if (defect_.empty()) {
    defect_ = defect;
  }
  return false;
}

BlockCursor EntryReader::Run(BlockCursor cursor) {
  const Step* const end = program_.steps().data() + program_.steps().size();
  const char* partition_begin = nullptr;
  for (const Step* step = program_.steps().data(); step < end; ++step) {
    if (step->null_branch != Step::kNotNull && cursor.Branch() == step->null_branch) {
      step += step->inner;
      continue;
    }
    switch (step->op) {
      case Op::kNull:
      case Op::kEnterRecord:
        break;
      case Op::kReadNumber:
        row_.numbers[step->index] = cursor.Varint();
        break;
      case Op::kSkipNumber:
        cursor.Varint();
        break;
      case Op::kReadText:
        row_.texts[step->index] = cursor.LengthAndBytes();
        break;
      case Op::kSkipText:
        cursor.LengthAndBytes();
        break;
      case Op::kSkipFixed:
        cursor.Bytes(step->size);
        break;
      case Op::kReadList:
        cursor = ReadList(cursor, step->index);
        break;
      case Op::kSkipList:
        cursor = SkipNumbers(cursor, 1);
        break;
      case Op::kReadCounts:
        cursor = ReadCounts(cursor, static_cast<EntryMap>(step->index));
        break;
      case Op::kSkipCounts:
        cursor = SkipNumbers(cursor, 2);
        break;
      case Op::kReadBounds:
        cursor = ReadBounds(cursor, static_cast<EntryMap>(step->index));
        break;
      case Op::kSkipBounds:
        cursor = SkipBounds(cursor);
        break;
      case Op::kEnterPartition:
        partition_begin = cursor.next();
        break;
      case Op::kLeavePartition:
        row_.partition = Between(partition_begin, cursor);
        break;
      case Op::kOther:
        cursor = ReadOther(cursor, *step);
        break;
    }
  }
  return cursor;
}

BlockCursor EntryReader::ReadList(BlockCursor cursor, uint8_t list) {
  std::vector<int64_t>& values = row_.lists[list];
  while (int64_t count = cursor.BeginItems()) {
    for (; count > 0 && cursor.ok(); --count) {
      values.push_back(cursor.Varint());
    }
    if (values.size() > kMaxListItems) {
      cursor.Fail();
    }
  }
  return cursor;
}

BlockCursor EntryReader::ReadCounts(BlockCursor cursor, EntryMap map) {
  MetricsBuilder& metrics = builder_.metrics();
  CountColumn FieldMetrics::* const column = MetricsBuilder::CountsOf(map);
  while (int64_t count = cursor.BeginItems()) {
    for (; count > 0 && cursor.ok(); --count) {
      int32_t slot = MetricsBuilder::kUnwanted;
      auto wanted = [&](int64_t key) {
        slot = metrics.SlotOf(key);
        return slot != MetricsBuilder::kUnwanted;
      };
      cursor.KeyAndNumber(wanted, [&](int64_t value) { metrics.SetCount(column, slot, value); });
    }
  }
  return cursor;
}

BlockCursor EntryReader::ReadBounds(BlockCursor cursor, EntryMap map) {
  MetricsBuilder& metrics = builder_.metrics();
  BoundColumn FieldMetrics::* const column = MetricsBuilder::BoundsOf(map);
  while (int64_t count = cursor.BeginItems()) {
    for (; count > 0 && cursor.ok(); --count) {
      auto [key, size] = cursor.VarintPair();
      int32_t slot = metrics.SlotOf(key);
      std::string_view value = cursor.Bytes(size);
      if (slot != MetricsBuilder::kUnwanted && cursor.ok()) {
        metrics.SetBound(column, slot, value);
      }
    }
  }
  return cursor;
}

BlockCursor EntryReader::ReadOther(BlockCursor cursor, const Step& step) {
  Decoder decoder(cursor.rest());
  const Node& node = *step.node;
  const char* begin = cursor.next();
  switch (step.target) {
    case EntryTarget::kNumber:
      row_.numbers[step.index] = decoder.ReadInt64(node).value_or(kAbsent);
      break;
    case EntryTarget::kText:
      row_.texts[step.index] = decoder.ReadBytes(node).value_or("");
      break;
    case EntryTarget::kList:
      decoder.ReadArray(node, [&](const Node& item) {
        if (auto value = decoder.ReadInt64(item); value.has_value()) {
          row_.lists[step.index].push_back(*value);
        }
      });
      break;
    case EntryTarget::kMap:
      ReadMap(decoder, node, static_cast<EntryMap>(step.index), builder_.metrics());
      break;
    case EntryTarget::kPartition:
    case EntryTarget::kFile:
    case EntryTarget::kNothing:
      decoder.Skip(node);
      break;
  }
  if (!decoder.ok()) {
    Fail(decoder.defect());
    cursor.Fail();
    return cursor;
  }
  cursor.MoveTo(begin + decoder.position());
  if (step.target == EntryTarget::kPartition) {
    row_.partition = Between(begin, cursor);
  }
  return cursor;
}

}  // namespace firn::iceberg
