#include "control/result_code.h"

#include <array>

namespace nomen::control {

namespace {

/// By number, as BIND 9.18's rndc prints them; an empty one is a number that BIND does not use.
constexpr std::array<std::string_view, 251> kIdentifiers = {"ISC_R_SUCCESS",
                                                            "ISC_R_NOMEMORY",
                                                            "ISC_R_TIMEDOUT",
                                                            "ISC_R_NOTHREADS",
                                                            "ISC_R_ADDRNOTAVAIL",
                                                            "ISC_R_ADDRINUSE",
                                                            "ISC_R_NOPERM",
                                                            "ISC_R_NOCONN",
                                                            "ISC_R_NETUNREACH",
                                                            "ISC_R_HOSTUNREACH",
                                                            "ISC_R_NETDOWN",
                                                            "ISC_R_HOSTDOWN",
                                                            "ISC_R_CONNREFUSED",
                                                            "ISC_R_NORESOURCES",
                                                            "ISC_R_EOF",
                                                            "ISC_R_BOUND",
                                                            "ISC_R_RELOAD",
                                                            "ISC_R_LOCKBUSY",
                                                            "ISC_R_EXISTS",
                                                            "ISC_R_NOSPACE",
                                                            "ISC_R_CANCELED",
                                                            "ISC_R_NOTBOUND",
                                                            "ISC_R_SHUTTINGDOWN",
                                                            "ISC_R_NOTFOUND",
                                                            "ISC_R_UNEXPECTEDEND",
                                                            "ISC_R_FAILURE",
                                                            "ISC_R_IOERROR",
                                                            "ISC_R_NOTIMPLEMENTED",
                                                            "ISC_R_UNBALANCED",
                                                            "ISC_R_NOMORE",
                                                            "ISC_R_INVALIDFILE",
                                                            "ISC_R_BADBASE64",
                                                            "ISC_R_UNEXPECTEDTOKEN",
                                                            "ISC_R_QUOTA",
                                                            "ISC_R_UNEXPECTED",
                                                            "ISC_R_ALREADYRUNNING",
                                                            "ISC_R_IGNORE",
                                                            "ISC_R_MASKNONCONTIG",
                                                            "ISC_R_FILENOTFOUND",
                                                            "ISC_R_FILEEXISTS",
                                                            "ISC_R_NOTCONNECTED",
                                                            "ISC_R_RANGE",
                                                            "ISC_R_NOENTROPY",
                                                            "ISC_R_MULTICAST",
                                                            "ISC_R_NOTFILE",
                                                            "ISC_R_NOTDIRECTORY",
                                                            "ISC_R_EMPTY",
                                                            "ISC_R_FAMILYMISMATCH",
                                                            "ISC_R_FAMILYNOSUPPORT",
                                                            "ISC_R_BADHEX",
                                                            "ISC_R_TOOMANYOPENFILES",
                                                            "ISC_R_NOTBLOCKING",
                                                            "ISC_R_UNBALANCEDQUOTES",
                                                            "ISC_R_INPROGRESS",
                                                            "ISC_R_CONNECTIONRESET",
                                                            "ISC_R_SOFTQUOTA",
                                                            "ISC_R_BADNUMBER",
                                                            "ISC_R_DISABLED",
                                                            "ISC_R_MAXSIZE",
                                                            "ISC_R_BADADDRESSFORM",
                                                            "ISC_R_BADBASE32",
                                                            "ISC_R_UNSET",
                                                            "ISC_R_MULTIPLE",
                                                            "ISC_R_WOULDBLOCK",
                                                            "ISC_R_COMPLETE",
                                                            "ISC_R_CRYPTOFAILURE",
                                                            "ISC_R_DISCQUOTA",
                                                            "ISC_R_DISCFULL",
                                                            "ISC_R_DEFAULT",
                                                            "ISC_R_IPV4PREFIX",
                                                            "ISC_R_TLSERROR",
                                                            "ISC_R_TLSBADPEERCERT",
                                                            "ISC_R_HTTP2ALPNERROR",
                                                            "ISC_R_DOTALPNERROR",
                                                            "",
                                                            "DNS_R_LABELTOOLONG",
                                                            "DNS_R_BADESCAPE",
                                                            "DNS_R_EMPTYLABEL",
                                                            "DNS_R_BADDOTTEDQUAD",
                                                            "DNS_R_INVALIDNS",
                                                            "DNS_R_UNKNOWN",
                                                            "DNS_R_BADLABELTYPE",
                                                            "DNS_R_BADPOINTER",
                                                            "DNS_R_TOOMANYHOPS",
                                                            "DNS_R_DISALLOWED",
                                                            "DNS_R_EXTRATOKEN",
                                                            "DNS_R_EXTRADATA",
                                                            "DNS_R_TEXTTOOLONG",
                                                            "DNS_R_NOTZONETOP",
                                                            "DNS_R_SYNTAX",
                                                            "DNS_R_BADCKSUM",
                                                            "DNS_R_BADAAAA",
                                                            "DNS_R_NOOWNER",
                                                            "DNS_R_NOTTL",
                                                            "DNS_R_BADCLASS",
                                                            "DNS_R_NAMETOOLONG",
                                                            "DNS_R_PARTIALMATCH",
                                                            "DNS_R_NEWORIGIN",
                                                            "DNS_R_UNCHANGED",
                                                            "DNS_R_BADTTL",
                                                            "DNS_R_NOREDATA",
                                                            "DNS_R_CONTINUE",
                                                            "DNS_R_DELEGATION",
                                                            "DNS_R_GLUE",
                                                            "DNS_R_DNAME",
                                                            "DNS_R_CNAME",
                                                            "DNS_R_BADDB",
                                                            "DNS_R_ZONECUT",
                                                            "DNS_R_BADZONE",
                                                            "DNS_R_MOREDATA",
                                                            "DNS_R_UPTODATE",
                                                            "DNS_R_TSIGVERIFYFAILURE",
                                                            "DNS_R_TSIGERRORSET",
                                                            "DNS_R_SIGINVALID",
                                                            "DNS_R_SIGEXPIRED",
                                                            "DNS_R_SIGFUTURE",
                                                            "DNS_R_KEYUNAUTHORIZED",
                                                            "DNS_R_INVALIDTIME",
                                                            "DNS_R_EXPECTEDTSIG",
                                                            "DNS_R_UNEXPECTEDTSIG",
                                                            "DNS_R_INVALIDTKEY",
                                                            "DNS_R_HINT",
                                                            "DNS_R_DROP",
                                                            "DNS_R_NOTLOADED",
                                                            "DNS_R_NCACHENXDOMAIN",
                                                            "DNS_R_NCACHENXRRSET",
                                                            "DNS_R_WAIT",
                                                            "DNS_R_NOTVERIFIEDYET",
                                                            "DNS_R_NOIDENTITY",
                                                            "DNS_R_NOJOURNAL",
                                                            "DNS_R_ALIAS",
                                                            "DNS_R_USETCP",
                                                            "DNS_R_NOVALIDSIG",
                                                            "DNS_R_NOVALIDNSEC",
                                                            "DNS_R_NOTINSECURE",
                                                            "DNS_R_UNKNOWNSERVICE",
                                                            "DNS_R_RECOVERABLE",
                                                            "DNS_R_UNKNOWNOPT",
                                                            "DNS_R_UNEXPECTEDID",
                                                            "DNS_R_SEENINCLUDE",
                                                            "DNS_R_NOTEXACT",
                                                            "DNS_R_BLACKHOLED",
                                                            "DNS_R_BADALG",
                                                            "DNS_R_METATYPE",
                                                            "DNS_R_CNAMEANDOTHER",
                                                            "DNS_R_SINGLETON",
                                                            "DNS_R_HINTNXRRSET",
                                                            "DNS_R_NOMASTERFILE",
                                                            "DNS_R_UNKNOWNPROTO",
                                                            "DNS_R_CLOCKSKEW",
                                                            "DNS_R_BADIXFR",
                                                            "DNS_R_NOTAUTHORITATIVE",
                                                            "DNS_R_NOVALIDKEY",
                                                            "DNS_R_OBSOLETE",
                                                            "DNS_R_FROZEN",
                                                            "DNS_R_UNKNOWNFLAG",
                                                            "DNS_R_EXPECTEDRESPONSE",
                                                            "DNS_R_NOVALIDDS",
                                                            "DNS_R_NSISADDRESS",
                                                            "DNS_R_REMOTEFORMERR",
                                                            "DNS_R_TRUNCATEDTCP",
                                                            "DNS_R_LAME",
                                                            "DNS_R_UNEXPECTEDRCODE",
                                                            "DNS_R_UNEXPECTEDOPCODE",
                                                            "DNS_R_CHASEDSSERVERS",
                                                            "DNS_R_EMPTYNAME",
                                                            "DNS_R_EMPTYWILD",
                                                            "DNS_R_BADBITMAP",
                                                            "DNS_R_FROMWILDCARD",
                                                            "DNS_R_BADOWNERNAME",
                                                            "DNS_R_BADNAME",
                                                            "DNS_R_DYNAMIC",
                                                            "DNS_R_UNKNOWNCOMMAND",
                                                            "DNS_R_MUSTBESECURE",
                                                            "DNS_R_COVERINGNSEC",
                                                            "DNS_R_MXISADDRESS",
                                                            "DNS_R_DUPLICATE",
                                                            "DNS_R_INVALIDNSEC3",
                                                            "DNS_R_NOTPRIMARY",
                                                            "DNS_R_BROKENCHAIN",
                                                            "DNS_R_EXPIRED",
                                                            "DNS_R_NOTDYNAMIC",
                                                            "DNS_R_BADEUI",
                                                            "DNS_R_NTACOVERED",
                                                            "DNS_R_BADCDS",
                                                            "DNS_R_BADCDNSKEY",
                                                            "DNS_R_OPTERR",
                                                            "DNS_R_BADDNSTAP",
                                                            "DNS_R_BADTSIG",
                                                            "DNS_R_BADSIG0",
                                                            "DNS_R_TOOMANYRECORDS",
                                                            "DNS_R_VERIFYFAILURE",
                                                            "DNS_R_ATZONETOP",
                                                            "DNS_R_NOKEYMATCH",
                                                            "DNS_R_TOOMANYKEYS",
                                                            "DNS_R_KEYNOTACTIVE",
                                                            "DNS_R_NSEC3ITERRANGE",
                                                            "DNS_R_NSEC3SALTRANGE",
                                                            "DNS_R_NSEC3BADALG",
                                                            "DNS_R_NSEC3RESALT",
                                                            "DNS_R_INCONSISTENTRR",
                                                            "DNS_R_NOALPN",
                                                            "DST_R_UNSUPPORTEDALG",
                                                            "DST_R_CRYPTOFAILURE",
                                                            "DST_R_NOCRYPTO",
                                                            "DST_R_NULLKEY",
                                                            "DST_R_INVALIDPUBLICKEY",
                                                            "DST_R_INVALIDPRIVATEKEY",
                                                            "DST_R_WRITEERROR",
                                                            "DST_R_INVALIDPARAM",
                                                            "DST_R_SIGNFAILURE",
                                                            "DST_R_VERIFYFAILURE",
                                                            "DST_R_NOTPUBLICKEY",
                                                            "DST_R_NOTPRIVATEKEY",
                                                            "DST_R_KEYCANNOTCOMPUTESECRET",
                                                            "DST_R_COMPUTESECRETFAILURE",
                                                            "DST_R_NORANDOMNESS",
                                                            "DST_R_BADKEYTYPE",
                                                            "DST_R_NOENGINE",
                                                            "DST_R_EXTERNALKEY",
                                                            "DNS_R_NOERROR",
                                                            "DNS_R_FORMERR",
                                                            "DNS_R_SERVFAIL",
                                                            "DNS_R_NXDOMAIN",
                                                            "DNS_R_NOTIMP",
                                                            "DNS_R_REFUSED",
                                                            "DNS_R_YXDOMAIN",
                                                            "DNS_R_YXRRSET",
                                                            "DNS_R_NXRRSET",
                                                            "DNS_R_NOTAUTH",
                                                            "DNS_R_NOTZONE",
                                                            "DNS_R_RCODE11",
                                                            "RNS_R_RCODE12",
                                                            "DNS_R_RCODE13",
                                                            "DNS_R_RCODE14",
                                                            "DNS_R_RCODE15",
                                                            "DNS_R_BADVERS",
                                                            "",
                                                            "",
                                                            "",
                                                            "",
                                                            "",
                                                            "",
                                                            "DNS_R_BADCOOKIE",
                                                            "ISCCC_R_UNKNOWNVERSION",
                                                            "ISCCC_R_SYNTAX",
                                                            "ISCCC_R_BADAUTH",
                                                            "ISCCC_R_EXPIRED",
                                                            "ISCCC_R_CLOCKSKEW",
                                                            "ISCCC_R_DUPLICATE",
                                                            "ISCCC_R_MAXDEPTH"};

}  // namespace

std::string_view result_identifier(uint32_t number) {
  if (number >= kIdentifiers.size() || kIdentifiers[number].empty()) return "(unknown)";
  return kIdentifiers[number];
}

std::string_view to_string(ResultCode code) {
  switch (code) {
    case ResultCode::kSuccess:
      return "success";
    case ResultCode::kNoPermission:
      return "permission denied";
    case ResultCode::kExists:
      return "already exists";
    case ResultCode::kNoSpace:
      return "ran out of space";
    case ResultCode::kShuttingDown:
      return "shutting down";
    case ResultCode::kNotFound:
      return "not found";
    case ResultCode::kUnexpectedEnd:
      return "unexpected end of input";
    case ResultCode::kFailure:
      return "failure";
    case ResultCode::kNotImplemented:
      return "not implemented";
    case ResultCode::kUnexpectedToken:
      return "unexpected token";
    case ResultCode::kFileNotFound:
      return "file not found";
    case ResultCode::kRange:
      return "out of range";
    case ResultCode::kLabelTooLong:
      return "label too long";
    case ResultCode::kBadEscape:
      return "bad escape";
    case ResultCode::kEmptyLabel:
      return "empty label";
    case ResultCode::kUnknownClass:
      return "unknown class/type";
    case ResultCode::kSyntax:
      return "syntax error";
    case ResultCode::kNameTooLong:
      return "name too long";
    case ResultCode::kBadZone:
      return "bad zone";
    case ResultCode::kNotLoaded:
      return "zone not loaded";
    case ResultCode::kUnknownCommand:
      return "unknown command";
    case ResultCode::kNotDynamic:
      return "not dynamic";
  }
  return "unknown result code";
}

}  // namespace nomen::control
