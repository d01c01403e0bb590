// The code of every field kind, by name; rr_fields.cc ties it to the kinds. Each is defined in the file that
// is about it. Thread rule: constant data.
#pragma once
#include "dns/rr_fields.h"

namespace nomen::dns {

// number_fields.cc
extern const FieldCodec kU8Field;
extern const FieldCodec kU16Field;
extern const FieldCodec kU32Field;
extern const FieldCodec kU64Field;
extern const FieldCodec kSoaNumbersField;
extern const FieldCodec kChaosAddressField;
// address_fields.cc
extern const FieldCodec kIpv4Field;
extern const FieldCodec kIpv6Field;
extern const FieldCodec kNodeIdField;
extern const FieldCodec kEui48Field;
extern const FieldCodec kEui64Field;
// name_fields.cc
extern const FieldCodec kNameField;
// string_fields.cc
extern const FieldCodec kStringField;
extern const FieldCodec kStringsField;
extern const FieldCodec kOptionalStringField;
extern const FieldCodec kLongStringField;
extern const FieldCodec kQuotedLongStringField;
extern const FieldCodec kCaaTagField;
extern const FieldCodec kPsdnAddressField;
// blob_fields.cc
extern const FieldCodec kHexField;
extern const FieldCodec kBase64Field;
extern const FieldCodec kOptionalBase64Field;
extern const FieldCodec kDhcidField;
extern const FieldCodec kHostIdentityField;
extern const FieldCodec kOpaqueField;
// digest_fields.cc
extern const FieldCodec kDsDigestField;
extern const FieldCodec kSshDigestField;
extern const FieldCodec kZonemdDigestField;
// atm_fields.cc
extern const FieldCodec kNsapField;
extern const FieldCodec kAtmaField;
// dnssec_fields.cc
extern const FieldCodec kTypeField;
extern const FieldCodec kSecAlgorithmField;
extern const FieldCodec kHashAlgorithmField;
extern const FieldCodec kSaltField;
extern const FieldCodec kNextHashedField;
// signature_times.cc
extern const FieldCodec kSignatureTimesField;
extern const FieldCodec kOldSignatureTimesField;
// type_bitmap.cc
extern const FieldCodec kTypeBitmapField;
extern const FieldCodec kNsec3BitmapField;
extern const FieldCodec kNsecBitmapField;
extern const FieldCodec kNxtBitmapField;
// key.cc
extern const FieldCodec kKeyField;
extern const FieldCodec kDnskeyField;
extern const FieldCodec kRkeyField;
// cert.cc
extern const FieldCodec kCertTypeField;
extern const FieldCodec kCertAlgorithmField;
// One file each.
extern const FieldCodec kWksField;
extern const FieldCodec kLocField;
extern const FieldCodec kA6Field;
extern const FieldCodec kAplField;
extern const FieldCodec kNaptrField;
extern const FieldCodec kIpseckeyField;
extern const FieldCodec kAmtrelayField;
extern const FieldCodec kHipField;
extern const FieldCodec kServiceBindingField;
extern const FieldCodec kDoaField;
extern const FieldCodec kDsyncSchemeField;
extern const FieldCodec kOptionsField;
// tsig.cc
extern const FieldCodec kTsigField;
extern const FieldCodec kTkeyField;

}  // namespace nomen::dns
