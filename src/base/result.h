// What the world can do to us comes back as a Result: a value, or an Error that says what went wrong in
// words for the person who reads it. What we did wrong ourselves is a broken contract (contract.h).
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace nomen {

struct Error {
  std::string text;  ///< one line, lower case, no full stop: "cannot open 'x': no such file or directory"
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> failure(std::string text) {
  return std::unexpected(Error{std::move(text)});
}

}  // namespace nomen
