#include "control/rndc_message.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "crypto/hmac.h"

namespace nomen::control {

namespace {

using crypto::DigestAlgorithm;

constexpr uint32_t kVersion = 1;
/// The base64 of the longest MAC (SHA-512): what hsha is filled up to.
constexpr size_t kHshaTextBytes = 88;

struct HmacName {
  std::string_view name;
  DigestAlgorithm algorithm;
  uint8_t wire_number;  ///< hsha's first byte
};
constexpr std::array<HmacName, 6> kHmacNames = {{{"hmac-md5", DigestAlgorithm::kMd5, 157},
                                                 {"hmac-sha1", DigestAlgorithm::kSha1, 161},
                                                 {"hmac-sha224", DigestAlgorithm::kSha224, 162},
                                                 {"hmac-sha256", DigestAlgorithm::kSha256, 163},
                                                 {"hmac-sha384", DigestAlgorithm::kSha384, 164},
                                                 {"hmac-sha512", DigestAlgorithm::kSha512, 165}}};

std::string hmd5_text(const RndcKey& key, Bytes signed_bytes) {
  std::string text = base64_encode(crypto::hmac(key.algorithm, key.secret, signed_bytes).bytes());
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::string hsha_text(const RndcKey& key, Bytes signed_bytes) {
  std::string text(1, static_cast<char>(kHmacNames[static_cast<size_t>(key.algorithm)].wire_number));
  text += base64_encode(crypto::hmac(key.algorithm, key.secret, signed_bytes).bytes());
  text.resize(1 + kHshaTextBytes, '\0');
  return text;
}

RndcValue control_section(const RndcMessage& message) {
  RndcValue control = rndc_table();
  control.set_number("_ser", message.serial).set_number("_tim", message.time_s);
  if (message.expires_s) control.set_number("_exp", *message.expires_s);
  if (message.is_reply) control.set("_rpl", "1");
  if (message.nonce) control.set_number("_nonce", *message.nonce);
  return control;
}

RndcValue data_section(const RndcMessage& message) {
  RndcValue data = rndc_table();
  data.set("type", message.command);
  if (message.result) data.set_number("result", *message.result);
  if (message.error) data.set("err", *message.error);
  if (message.text) data.set("text", *message.text);
  return data;
}

std::optional<std::string> copy_of(const std::string* text) {
  return text == nullptr ? std::nullopt : std::optional(*text);
}

Result<RndcMessage> message_of(const RndcValue& control, const RndcValue& data) {
  const std::optional<uint32_t> serial = control.number("_ser");
  const std::optional<uint32_t> time_s = control.number("_tim");
  const std::string* command = data.text("type");
  if (!serial || !time_s || command == nullptr) return failure("failure");
  RndcMessage message;
  message.serial = *serial;
  message.time_s = *time_s;
  message.expires_s = control.number("_exp");
  message.nonce = control.number("_nonce");
  const std::string* reply = control.text("_rpl");
  message.is_reply = reply != nullptr && *reply == "1";
  message.command = *command;
  message.result = data.number("result");
  message.error = copy_of(data.text("err"));
  message.text = copy_of(data.text("text"));
  return message;
}

}  // namespace

std::optional<DigestAlgorithm> parse_hmac_name(std::string_view name) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  for (const HmacName& known : kHmacNames) {
    const std::string_view bare = known.name.substr(5);
    if (std::equal(name.begin(), name.end(), known.name.begin(), known.name.end(), same) ||
        std::equal(name.begin(), name.end(), bare.begin(), bare.end(), same))
      return known.algorithm;
  }
  return std::nullopt;
}

std::string_view hmac_name(DigestAlgorithm algorithm) {
  return kHmacNames[static_cast<size_t>(algorithm)].name;
}

std::vector<uint8_t> encode_message(const RndcMessage& message, const RndcKey& key) {
  RndcValue sections = rndc_table();
  sections.set_table("_ctrl", control_section(message)).set_table("_data", data_section(message));
  const std::vector<uint8_t> signed_bytes = encode_entries(sections);

  RndcValue auth = rndc_table();
  if (key.algorithm == DigestAlgorithm::kMd5) {
    auth.set("hmd5", hmd5_text(key, signed_bytes));
  } else {
    auth.set("hsha", hsha_text(key, signed_bytes));
  }
  const std::vector<uint8_t> head = encode_entries(rndc_table().set_table("_auth", std::move(auth)));

  std::vector<uint8_t> frame(8);
  store_u32(frame.data(), static_cast<uint32_t>(4 + head.size() + signed_bytes.size()));
  store_u32(frame.data() + 4, kVersion);
  frame.insert(frame.end(), head.begin(), head.end());
  frame.insert(frame.end(), signed_bytes.begin(), signed_bytes.end());
  return frame;
}

Result<ReceivedMessage> ReceivedMessage::parse(Bytes frame) {
  if (frame.size() < 4) return failure("unexpected end of input");
  if (load_u32(frame.data()) != kVersion) return failure("unknown version");
  const Bytes tables = frame.subspan(4);
  const Result<RndcValue> whole = decode_entries(tables);
  if (!whole) return std::unexpected(whole.error());
  const Result<size_t> auth_size = first_entry_size(tables);
  if (!auth_size || whole->entries.front().key != "_auth") return failure("bad auth");

  const RndcValue* control = whole->find("_ctrl");
  const RndcValue* data = whole->find("_data");
  if (control == nullptr || data == nullptr) return failure("failure");
  Result<RndcMessage> message = message_of(*control, *data);
  if (!message) return std::unexpected(message.error());

  ReceivedMessage received;
  received.message_ = std::move(*message);
  const RndcValue& auth = whole->entries.front().value;
  received.hmd5_ = copy_of(auth.text("hmd5"));
  received.hsha_ = copy_of(auth.text("hsha"));
  const Bytes signed_bytes = tables.subspan(*auth_size);
  received.signed_bytes_.assign(signed_bytes.begin(), signed_bytes.end());
  return received;
}

bool ReceivedMessage::is_signed_with(const RndcKey& key) const {
  if (key.algorithm == DigestAlgorithm::kMd5)
    return hmd5_ && crypto::equal_constant_time(as_bytes(*hmd5_), as_bytes(hmd5_text(key, signed_bytes_)));
  return hsha_ && crypto::equal_constant_time(as_bytes(*hsha_), as_bytes(hsha_text(key, signed_bytes_)));
}

Result<std::optional<std::vector<uint8_t>>> RndcFramer::next() {
  if (buffer_.size() < 4) return std::nullopt;
  const size_t length = load_u32(buffer_.data());
  if (length > max_bytes_) return failure("out of range");
  if (buffer_.size() < 4 + length) return std::nullopt;
  const auto end = buffer_.begin() + 4 + static_cast<ptrdiff_t>(length);
  std::vector<uint8_t> frame(buffer_.begin() + 4, end);
  buffer_.erase(buffer_.begin(), end);
  return frame;
}

}  // namespace nomen::control
