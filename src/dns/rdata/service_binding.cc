// SVCB and HTTPS (RFC 9460): priority, target, and parameters in ascending order of their keys. Parameters of
// the alias form mean nothing and are kept (2.4.2).
#include <algorithm>
#include <vector>

#include "dns/rdata/codecs.h"
#include "dns/rdata/service_parameters.h"
#include "dns/rdata/text_reader.h"
#include "dns/rdata/text_writer.h"
#include "dns/rdata/wire_reader.h"

namespace nomen::dns {

namespace {

struct Parameter {
  uint16_t key;
  Bytes value;
};

/// The next key and value, the form of the value not looked at.
bool take_parameter(WireReader& in, Parameter& parameter) {
  uint16_t size;
  return in.u16(parameter.key) && in.u16(size) && in.take(size, parameter.value);
}

/// What stands between parameters: every mandatory key is there (RFC 9460 8), no-default-alpn has alpn
/// (7.1.1).
bool do_parameters_agree(std::span<const Parameter> parameters) {
  const auto has = [&](uint16_t key) {
    return std::ranges::any_of(parameters, [&](const Parameter& p) { return p.key == key; });
  };
  if (has(service_key::kNoDefaultAlpn) && !has(service_key::kAlpn)) return false;
  if (parameters.empty() || parameters[0].key != service_key::kMandatory) return true;
  const Bytes keys = parameters[0].value;
  for (size_t i = 0; i < keys.size(); i += 2) {
    if (!has(load_u16(&keys[i]))) return false;
  }
  return true;
}

bool check_parameters(WireReader& in) {
  std::vector<Parameter> parameters;
  while (!in.at_end()) {
    Parameter parameter;
    if (!take_parameter(in, parameter) || !is_service_value(parameter.key, parameter.value)) return false;
    if (!parameters.empty() && parameter.key <= parameters.back().key) return false;
    parameters.push_back(parameter);
  }
  return do_parameters_agree(parameters);
}

/// One token key=value; the value may be in quotes of its own. A lexer that ends a token at a quote gives the
/// quoted value as the next token, which then begins right behind that quote.
bool take_pair(TextReader& in, std::string_view& key, std::string_view& value) {
  std::string_view text;
  if (!in.word(text)) return false;
  const size_t equals = text.find('=');
  const bool has_value = equals != std::string_view::npos;
  key = text.substr(0, equals);
  value = has_value ? text.substr(equals + 1) : std::string_view();
  if (has_value && value.empty() && !in.at_end() && in.peek().quoted &&
      in.peek().text.data() == text.data() + text.size() + 1 && text.data()[text.size()] == '"') {
    TextToken quoted;
    in.token(quoted);
    value = quoted.text;
  } else if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return true;
}

bool read_parameter(TextReader& in) {
  uint16_t key = 0;
  std::string_view key_text;
  std::string_view value_text;
  bool is_generic = false;
  if (!take_pair(in, key_text, value_text)) return false;
  if (!parse_service_key(key_text, key, is_generic)) return in.fail("unknown key");
  const size_t start = in.out().size();
  if (!in.put_u16(key) || !in.put_u16(0) || !read_service_value(in, key, is_generic, value_text)) {
    return false;
  }
  const size_t size = in.out().size() - start - 4;
  store_u16(in.out().data() + start + 2, static_cast<uint16_t>(size));
  return is_service_value(key, Bytes(in.out().data() + start + 4, size)) || in.fail("bad value for the key");
}

/// Brings the parameters behind `start` into the order of their keys; false when one is there twice.
bool sort_parameters(RdataBuffer& out, size_t start) {
  const std::vector<uint8_t> unsorted(out.data() + start, out.data() + out.size());
  WireReader in{Bytes(unsorted)};
  std::vector<Parameter> parameters;
  while (!in.at_end()) {
    Parameter parameter;
    if (!take_parameter(in, parameter)) return false;
    parameters.push_back(parameter);
  }
  std::ranges::sort(parameters, {}, &Parameter::key);
  out.set_size(start);
  for (size_t i = 0; i < parameters.size(); i++) {
    if (i > 0 && parameters[i].key == parameters[i - 1].key) return false;
    out.append({parameters[i].value.data() - 4, parameters[i].value.size() + 4});
  }
  return do_parameters_agree(parameters);
}

bool read_service_binding(TextReader& in) {
  uint32_t priority;
  if (!in.number(priority, 0xffff) || !in.put_u16(priority) || !in.name()) return false;
  const size_t start = in.out().size();
  while (!in.at_end()) {
    if (!read_parameter(in)) return false;
  }
  return sort_parameters(in.out(), start) ||
         in.fail("a key twice, or a key that another one needs is missing");
}

bool write_service_binding(WireReader& in, TextWriter& out) {
  uint16_t priority;
  NameView target;
  if (!in.u16(priority) || !in.name(target)) return false;
  out.number(priority);
  out.name(target);
  while (!in.at_end()) {
    Parameter parameter;
    if (!take_parameter(in, parameter)) return false;
    out.field(service_parameter_text(parameter.key, parameter.value));
  }
  return true;
}

bool check_service_binding(WireReader& in) {
  return in.skip(2) && in.skip_name() && check_parameters(in);
}

}  // namespace

constinit const FieldCodec kServiceBindingField{read_service_binding, write_service_binding,
                                                check_service_binding};

}  // namespace nomen::dns
