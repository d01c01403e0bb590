#include "tools/key_statement.h"

#include <fmt/format.h>

#include <vector>

#include "base/encoding.h"
#include "base/random.h"

namespace nomen::tools {

std::string make_secret(size_t bits) {
  std::vector<uint8_t> secret((bits + 7) / 8);
  fill_random(secret);
  return base64_encode(secret);
}

std::string key_statement(std::string_view name, std::string_view algorithm, std::string_view secret,
                          std::string_view margin) {
  return fmt::format("{0}key \"{1}\" {{\n{0}\talgorithm {2};\n{0}\tsecret \"{3}\";\n{0}}};\n", margin, name,
                     algorithm, secret);
}

}  // namespace nomen::tools
