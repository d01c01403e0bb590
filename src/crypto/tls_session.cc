#include "crypto/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "base/contract.h"
#include "crypto/tls_error.h"
#include "crypto/tls_session_memory.h"

namespace nomen::crypto {

/// What OpenSSL reads from and writes to: the octets of the call that is under way. Never full and never at
/// an end: whether more will come is not its affair.
struct TlsPipe {
  static int read(BIO* bio, char* to, size_t size, size_t* done) {
    TlsSession::Pipe& pipe = of(bio);
    BIO_clear_retry_flags(bio);
    *done = std::min(size, pipe.input.size());
    if (*done == 0) {
      BIO_set_retry_read(bio);
      return 0;
    }
    std::memcpy(to, pipe.input.data(), *done);
    pipe.input = pipe.input.subspan(*done);
    return 1;
  }

  static int write(BIO* bio, const char* from, size_t size, size_t* done) {
    BIO_clear_retry_flags(bio);
    std::vector<uint8_t>& out = *of(bio).out;
    out.insert(out.end(), from, from + size);
    *done = size;
    return 1;
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static TlsSession::Pipe& of(BIO* bio) { return *static_cast<TlsSession::Pipe*>(BIO_get_data(bio)); }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "octets");
      NOMEN_REQUIRE(method != nullptr);
      BIO_meth_set_read_ex(method, read);
      BIO_meth_set_write_ex(method, write);
      BIO_meth_set_ctrl(method, control);
      return method;
    }();
    return made;
  }

  static BIO* open(TlsSession::Pipe& pipe) {
    BIO* const bio = BIO_new(method());
    NOMEN_REQUIRE(bio != nullptr);
    BIO_set_data(bio, &pipe);
    BIO_set_init(bio, 1);
    return bio;
  }
};

namespace {

/// For the time of a call: where what it writes goes.
class Output {
 public:
  Output(std::vector<uint8_t>*& place, std::vector<uint8_t>& out) : place_(place) { place_ = &out; }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { place_ = nullptr; }

 private:
  std::vector<uint8_t>*& place_;
};

}  // namespace

void TlsSession::Free::operator()(ssl_st* session) const {
  SSL_free(session);
}

TlsSession::~TlsSession() = default;

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {
  NOMEN_REQUIRE(context_->is_server());
  begin();
  SSL_set_accept_state(session_.get());
}

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, const std::string& address,
                       std::vector<uint8_t>& out)
    : context_(std::move(context)) {
  NOMEN_REQUIRE(!context_->is_server());
  begin();
  SSL_set_connect_state(session_.get());
  expect_server(address);
  resume_session(session_.get(), address);
  const Output output(pipe_.out, out);
  shake_hands();
}

void TlsSession::begin() {
  session_.reset(SSL_new(context_->native()));
  NOMEN_REQUIRE(session_ != nullptr);
  BIO* const bio = TlsPipe::open(pipe_);
  SSL_set_bio(session_.get(), bio, bio);
}

void TlsSession::expect_server(const std::string& address) {
  const std::string& name = context_->remote_hostname();
  X509_VERIFY_PARAM* const expected = SSL_get0_param(session_.get());
  const bool is_address =
      X509_VERIFY_PARAM_set1_ip_asc(expected, (name.empty() ? address : name).c_str()) == 1;
  ERR_clear_error();
  if (!name.empty() && !is_address) SSL_set_tlsext_host_name(session_.get(), name.c_str());
  if (!context_->verifies_server()) return;
  X509_VERIFY_PARAM_set_hostflags(expected,
                                  X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (!is_address) NOMEN_REQUIRE(X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size()) == 1);
}

bool TlsSession::speaks_dot() const {
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(session_.get(), &chosen, &size);
  return as_text({chosen, size}) == "dot";
}

void TlsSession::shake_hands() {
  ERR_clear_error();
  const int done = SSL_do_handshake(session_.get());
  if (done == 1) {
    state_ = State::kOpen;
  } else if (SSL_get_error(session_.get(), done) != SSL_ERROR_WANT_READ) {
    fail();
  }
}

void TlsSession::fail() {
  state_ = State::kFailed;
  const long verdict = SSL_get_verify_result(session_.get());
  if (verdict != X509_V_OK && (context_->is_server() || context_->verifies_server())) {
    reason_ =
        std::string("TLS peer certificate verification failed: ") + X509_verify_cert_error_string(verdict);
    ERR_clear_error();
    return;
  }
  reason_ = "TLS error: " + take_tls_error();
}

size_t TlsSession::receive(Bytes input, MutableBytes plain, std::vector<uint8_t>& out) {
  NOMEN_REQUIRE(plain.size() >= input.size() + kTlsHeldBytes);
  if (state_ == State::kFailed) return 0;
  const Output output(pipe_.out, out);
  pipe_.input = input;
  if (state_ == State::kHandshake) shake_hands();
  size_t filled = 0;
  while (state_ == State::kOpen) {
    ERR_clear_error();
    size_t got = 0;
    const int done = SSL_read_ex(session_.get(), plain.data() + filled, plain.size() - filled, &got);
    filled += got;
    if (done == 1) continue;
    const int why = SSL_get_error(session_.get(), done);
    if (why == SSL_ERROR_WANT_READ) break;
    if (why == SSL_ERROR_ZERO_RETURN) {
      state_ = State::kPeerClosed;
    } else {
      fail();
    }
  }
  pipe_.input = {};
  return filled;
}

void TlsSession::send(Bytes plain, std::vector<uint8_t>& out) {
  if (!may_send() || plain.empty()) return;
  const Output output(pipe_.out, out);
  ERR_clear_error();
  size_t taken = 0;
  if (SSL_write_ex(session_.get(), plain.data(), plain.size(), &taken) != 1) fail();
}

void TlsSession::close(std::vector<uint8_t>& out) {
  if (!may_send()) return;
  const Output output(pipe_.out, out);
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

}  // namespace nomen::crypto
