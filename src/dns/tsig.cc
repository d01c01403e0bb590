#include "dns/tsig.h"

#include <array>

namespace nomen::dns {

namespace {

constexpr size_t kAlgorithms = 6;

/// By DigestAlgorithm; RFC 8945 6.
const std::array<Name, kAlgorithms>& algorithm_names() {
  static const std::array<Name, kAlgorithms> names = {*Name::parse("hmac-md5.sig-alg.reg.int."),
                                                      *Name::parse("hmac-sha1."),
                                                      *Name::parse("hmac-sha224."),
                                                      *Name::parse("hmac-sha256."),
                                                      *Name::parse("hmac-sha384."),
                                                      *Name::parse("hmac-sha512.")};
  return names;
}

}  // namespace

std::optional<crypto::DigestAlgorithm> tsig_algorithm(NameView name) {
  const auto& names = algorithm_names();
  for (size_t i = 0; i < names.size(); i++) {
    if (names[i].view() == name) return static_cast<crypto::DigestAlgorithm>(i);
  }
  return std::nullopt;
}

NameView tsig_algorithm_name(crypto::DigestAlgorithm algorithm) {
  return algorithm_names()[static_cast<size_t>(algorithm)];
}

size_t TsigKey::mac_size() const {
  return digest_bits == 0 ? crypto::digest_size(algorithm) : digest_bits / 8U;
}

std::string_view to_string(TsigVerdict verdict) {
  switch (verdict) {
    case TsigVerdict::kGood:
      return "NOERROR";
    case TsigVerdict::kBadKey:
      return "BADKEY";
    case TsigVerdict::kBadSig:
      return "BADSIG";
    case TsigVerdict::kBadTime:
      return "BADTIME";
    case TsigVerdict::kBadTrunc:
      return "BADTRUNC";
    case TsigVerdict::kFormErr:
      return "FORMERR";
  }
  return "";
}

Rcode rcode_of(TsigVerdict verdict) {
  if (verdict == TsigVerdict::kGood) return Rcode::kNoError;
  return verdict == TsigVerdict::kFormErr ? Rcode::kFormErr : Rcode::kNotAuth;
}

}  // namespace nomen::dns
