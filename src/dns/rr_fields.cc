#include "dns/rr_fields.h"

#include <array>

#include "dns/rdata/codecs.h"

namespace nomen::dns {

namespace {

/// In the order of FieldKind.
constexpr std::array<const FieldCodec*, 60> kCodecs{&kU8Field,
                                                    &kU16Field,
                                                    &kU32Field,
                                                    &kU64Field,
                                                    &kSoaNumbersField,
                                                    &kIpv4Field,
                                                    &kIpv6Field,
                                                    &kNodeIdField,
                                                    &kEui48Field,
                                                    &kEui64Field,
                                                    &kChaosAddressField,
                                                    &kNameField,
                                                    &kStringField,
                                                    &kStringsField,
                                                    &kOptionalStringField,
                                                    &kLongStringField,
                                                    &kQuotedLongStringField,
                                                    &kCaaTagField,
                                                    &kPsdnAddressField,
                                                    &kHexField,
                                                    &kBase64Field,
                                                    &kOptionalBase64Field,
                                                    &kDhcidField,
                                                    &kHostIdentityField,
                                                    &kDsDigestField,
                                                    &kSshDigestField,
                                                    &kZonemdDigestField,
                                                    &kNsapField,
                                                    &kAtmaField,
                                                    &kOpaqueField,
                                                    &kTypeField,
                                                    &kSecAlgorithmField,
                                                    &kSignatureTimesField,
                                                    &kOldSignatureTimesField,
                                                    &kTypeBitmapField,
                                                    &kNsec3BitmapField,
                                                    &kNsecBitmapField,
                                                    &kNxtBitmapField,
                                                    &kHashAlgorithmField,
                                                    &kSaltField,
                                                    &kNextHashedField,
                                                    &kKeyField,
                                                    &kDnskeyField,
                                                    &kRkeyField,
                                                    &kCertTypeField,
                                                    &kCertAlgorithmField,
                                                    &kWksField,
                                                    &kLocField,
                                                    &kA6Field,
                                                    &kAplField,
                                                    &kNaptrField,
                                                    &kIpseckeyField,
                                                    &kHipField,
                                                    &kServiceBindingField,
                                                    &kAmtrelayField,
                                                    &kDoaField,
                                                    &kDsyncSchemeField,
                                                    &kTsigField,
                                                    &kTkeyField,
                                                    &kOptionsField};

static_assert(static_cast<size_t>(FieldKind::kOptions) + 1 == kCodecs.size());

}  // namespace

const FieldCodec& codec_of(FieldKind kind) {
  return *kCodecs[static_cast<size_t>(kind)];
}

}  // namespace nomen::dns
