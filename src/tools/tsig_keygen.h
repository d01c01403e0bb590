// BIND's tsig-keygen and ddns-confgen, and "nomen key tsig": make the key of a transaction signature (RFC
// 8945) and print its statement; ddns-confgen also tells what lets the key update a zone.
#pragma once

namespace nomen::tools {

enum class KeygenFace { kTsigKeygen, kDdnsConfgen, kNomen };

/// `argv[0]` is a program's name, the words behind it are its own. Returns the exit code: 0 done, 1 for all
/// else.
int tsig_keygen_main(int argc, char** argv, KeygenFace face);

/// "nomen key ...": `argv[0]` is "key".
int key_main(int argc, char** argv);

}  // namespace nomen::tools
