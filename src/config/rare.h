// A member that hardly any of very many objects has a value in: without one it is a null pointer, and reads
// as an empty T. T is a container (a string, a vector). Copies are deep. Thread rule: as for a T.
#pragma once
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace nomen::config {

template <class T>
class Rare {
 public:
  Rare() = default;
  Rare(T value) : held_(value.empty() ? nullptr : std::make_unique<const T>(std::move(value))) {}  // NOLINT
  Rare(const Rare& other) : Rare(other.get()) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(Rare other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }
  ~Rare() = default;

  const T& get() const {
    static const T kNone;
    return held_ != nullptr ? *held_ : kNone;
  }
  operator const T&() const { return get(); }  // NOLINT: it stands for its value
  operator std::string_view() const            // NOLINT
    requires std::same_as<T, std::string>
  {
    return get();
  }

  bool empty() const { return held_ == nullptr; }
  size_t size() const { return get().size(); }
  auto begin() const { return get().begin(); }
  auto end() const { return get().end(); }
  const auto& front() const { return get().front(); }
  const auto& operator[](size_t at) const { return get()[at]; }

  friend bool operator==(const Rare& a, const Rare& b) { return a.get() == b.get(); }
  friend bool operator==(const Rare& a, const T& b) { return a.get() == b; }
  friend T operator+(T a, const Rare& b)
    requires std::same_as<T, std::string>
  {
    return std::move(a) + b.get();
  }

 private:
  std::unique_ptr<const T> held_;
};

}  // namespace nomen::config
