// PrintedList<T>: a list whose items keep their JSON text, shared in chunks between the versions of
// a table. Appending to a copy of a list of n items costs one chunk, not n; printing copies bytes.
// Holds what grows with a table's history: snapshots, logs, statistics, refs, schemas.
//
// A list is changed by one owner (parser or builder), then Seal()ed; sealed lists are copied and
// read from any thread. Copying an unsealed list copies its open chunk.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn::iceberg {

template <class T>
class PrintedList {
  struct Chunk {
    std::vector<T> items;
    std::vector<size_t> ends;  // of each item's text
    std::string text;          // "a,b,c"

    std::string_view TextAt(size_t i) const {
      size_t begin = i == 0 ? 0 : ends[i - 1] + 1;
      return std::string_view(text).substr(begin, ends[i] - begin);
    }
    void Append(T item, std::string_view json) {
      if (!items.empty()) {
        text += ',';
      }
      text += json;
      items.push_back(std::move(item));
      ends.push_back(text.size());
    }
  };

 public:
  /// Items a chunk holds before the next is begun.
  static constexpr size_t kChunkItems = 64;

  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    Iterator(const PrintedList* list, size_t chunk, size_t item)
        : list_(list), chunk_(chunk), item_(item) {}

    const T& operator*() const { return list_->ChunkAt(chunk_).items[item_]; }
    const T* operator->() const { return &**this; }
    /// The item's JSON.
    std::string_view json() const { return list_->ChunkAt(chunk_).TextAt(item_); }
    Iterator& operator++() {
      if (++item_ == list_->ChunkAt(chunk_).items.size()) {
        ++chunk_;
        item_ = 0;
      }
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.chunk_ == b.chunk_ && a.item_ == b.item_;
    }

   private:
    const PrintedList* list_ = nullptr;
    size_t chunk_ = 0;
    size_t item_ = 0;
  };

  PrintedList() = default;
  PrintedList(PrintedList&&) noexcept = default;
  PrintedList& operator=(PrintedList&&) noexcept = default;
  PrintedList(const PrintedList& other)
      : sealed_(other.sealed_),
        open_(other.open_ ? std::make_unique<Chunk>(*other.open_) : nullptr),
        size_(other.size_),
        text_size_(other.text_size_) {}
  PrintedList& operator=(const PrintedList& other) {
    if (this != &other) {
      *this = PrintedList(other);
    }
    return *this;
  }
  ~PrintedList() = default;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return {this, 0, 0}; }
  Iterator end() const { return {this, chunk_count(), 0}; }
  const T& front() const { return ChunkAt(0).items.front(); }
  const T& back() const { return ChunkAt(chunk_count() - 1).items.back(); }

  /// The last item that satisfies `pred`; null where none does.
  template <class Pred>
  const T* FindLast(Pred pred) const {
    for (size_t c = chunk_count(); c-- > 0;) {
      const auto& items = ChunkAt(c).items;
      for (size_t i = items.size(); i-- > 0;) {
        if (pred(items[i])) {
          return &items[i];
        }
      }
    }
    return nullptr;
  }

  /// Adds an item whose text is `json`.
  void Append(T item, std::string_view json) {
    OpenTail();
    open_->Append(std::move(item), json);
    ++size_;
    text_size_ += json.size() + 1;
  }

  /// Removes the items that satisfy `pred` and returns how many did. Chunks without one stay
  /// shared.
  template <class Pred>
  size_t RemoveIf(Pred pred) {
    Seal();
    size_t before = size_;
    std::vector<std::shared_ptr<const Chunk>> kept;
    kept.reserve(sealed_.size());
    for (auto& chunk : sealed_) {
      if (std::none_of(chunk->items.begin(), chunk->items.end(), pred)) {
        kept.push_back(std::move(chunk));
      } else if (auto rest = Without(*chunk, pred); !rest->items.empty()) {
        kept.push_back(std::move(rest));
      }
    }
    Adopt(std::move(kept));
    return before - size_;
  }

  /// Removes the first `count` items, at most all.
  void RemoveFirst(size_t count) {
    Seal();
    auto chunk = sealed_.begin();
    for (; chunk != sealed_.end() && count >= (*chunk)->items.size(); ++chunk) {
      count -= (*chunk)->items.size();
    }
    std::vector<std::shared_ptr<const Chunk>> kept(chunk, sealed_.end());
    if (count > 0 && !kept.empty()) {
      auto rest = std::make_shared<Chunk>();
      for (size_t i = count; i < kept.front()->items.size(); ++i) {
        rest->Append(kept.front()->items[i], kept.front()->TextAt(i));
      }
      kept.front() = std::move(rest);
    }
    Adopt(std::move(kept));
  }

  /// Puts `item` in the place of the first that satisfies `pred`, or at the end.
  template <class Pred>
  void Replace(Pred pred, T item, std::string_view json) {
    Seal();
    for (auto& chunk : sealed_) {
      auto found = std::find_if(chunk->items.begin(), chunk->items.end(), pred);
      if (found != chunk->items.end()) {
        size_t position = static_cast<size_t>(found - chunk->items.begin());
        text_size_ -= chunk->TextAt(position).size();
        text_size_ += json.size();
        chunk = With(*chunk, position, std::move(item), json);
        return;
      }
    }
    Append(std::move(item), json);
  }

  /// Ends changes: from here on the list may be shared.
  void Seal() {
    if (open_) {
      sealed_.push_back(std::shared_ptr<const Chunk>(std::move(open_)));
    }
  }

  /// The items' texts, separated by commas.
  void AppendTexts(std::string& out) const {
    for (size_t c = 0; c < chunk_count(); ++c) {
      if (c > 0) {
        out += ',';
      }
      out += ChunkAt(c).text;
    }
  }
  /// An upper bound of what AppendTexts appends.
  size_t text_size() const { return text_size_; }

 private:
  size_t chunk_count() const { return sealed_.size() + (open_ ? 1 : 0); }
  const Chunk& ChunkAt(size_t c) const { return c < sealed_.size() ? *sealed_[c] : *open_; }

  void OpenTail() {
    if (open_ && open_->items.size() >= kChunkItems) {
      Seal();
    }
    if (open_) {
      return;
    }
    if (!sealed_.empty() && sealed_.back()->items.size() < kChunkItems) {
      open_ = std::make_unique<Chunk>(*sealed_.back());
      sealed_.pop_back();
    } else {
      open_ = std::make_unique<Chunk>();
    }
  }

  template <class Pred>
  static std::shared_ptr<const Chunk> Without(const Chunk& chunk, Pred pred) {
    auto rest = std::make_shared<Chunk>();
    for (size_t i = 0; i < chunk.items.size(); ++i) {
      if (!pred(chunk.items[i])) {
        rest->Append(chunk.items[i], chunk.TextAt(i));
      }
    }
    return rest;
  }

  static std::shared_ptr<const Chunk> With(const Chunk& chunk,
                                           size_t position,
                                           T item,
                                           std::string_view json) {
    auto changed = std::make_shared<Chunk>();
    for (size_t i = 0; i < position; ++i) {
      changed->Append(chunk.items[i], chunk.TextAt(i));
    }
    changed->Append(std::move(item), json);
    for (size_t i = position + 1; i < chunk.items.size(); ++i) {
      changed->Append(chunk.items[i], chunk.TextAt(i));
    }
    return changed;
  }

  /// Takes the chunks and joins them anew where removals left many small ones.
  void Adopt(std::vector<std::shared_ptr<const Chunk>> chunks) {
    size_t items = 0;
    for (const auto& chunk : chunks) {
      items += chunk->items.size();
    }
    bool sparse = chunks.size() > 4 && items * 4 < chunks.size() * kChunkItems;
    *this = PrintedList();
    if (!sparse) {
      sealed_ = std::move(chunks);
      for (const auto& chunk : sealed_) {
        size_ += chunk->items.size();
        text_size_ += chunk->text.size() + 1;
      }
      return;
    }
    for (const auto& chunk : chunks) {
      for (size_t i = 0; i < chunk->items.size(); ++i) {
        Append(chunk->items[i], chunk->TextAt(i));
      }
    }
    Seal();
  }

  std::vector<std::shared_ptr<const Chunk>> sealed_;
  std::unique_ptr<Chunk> open_;
  size_t size_ = 0;
  size_t text_size_ = 0;
};

}  // namespace firn::iceberg
