// Two sides of TLS that talk through vectors of octets.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "crypto/certificates_for_test.h"
#include "crypto/tls_session.h"

namespace nomen::crypto {
namespace {

using State = TlsSession::State;
using namespace std::string_view_literals;

std::string text_of(Result<std::shared_ptr<const TlsContext>> result) {
  return result ? "" : result.error().text;
}

/// What is under way between two sides, and what each has heard.
struct Talk {
  std::vector<uint8_t> to_server, to_client;
  TlsSession server;
  TlsSession client;
  std::string server_heard, client_heard;

  Talk(const std::shared_ptr<const TlsContext>& of_server, const std::shared_ptr<const TlsContext>& of_client,
       const std::string& address = "127.0.0.1")
      : server(of_server), client(of_client, address, to_server) {
    exchange();
  }

  /// Until both are silent; `piece` octets at a time.
  void exchange(size_t piece = SIZE_MAX) {
    while (!to_server.empty() || !to_client.empty()) {
      server_heard += deliver(to_server, server, to_client, piece);
      client_heard += deliver(to_client, client, to_server, piece);
    }
  }

  static std::string deliver(std::vector<uint8_t>& from, TlsSession& to, std::vector<uint8_t>& out,
                             size_t piece) {
    const std::vector<uint8_t> input(from.begin(),
                                     from.begin() + static_cast<ptrdiff_t>(std::min(piece, from.size())));
    from.erase(from.begin(), from.begin() + static_cast<ptrdiff_t>(input.size()));
    std::vector<uint8_t> plain(input.size() + kTlsHeldBytes);
    const size_t size = to.receive(input, plain, out);
    return std::string(as_text(Bytes(plain).first(size)));
  }
};

struct Tls : testing::Test {
  CertificatesForTest certificates;

  TlsSettings server_settings() {
    certificates.sign("server", "DNS:primary.example");
    return {.cert_file = certificates.path("server.pem"), .key_file = certificates.path("server.key")};
  }
};

TEST_F(Tls, AnEphemeralServerAndAnyClientTalkInPieces) {
  Talk talk(*TlsContext::for_server({}), *TlsContext::for_client({}));
  ASSERT_EQ(talk.server.state(), State::kOpen);
  ASSERT_EQ(talk.client.state(), State::kOpen);
  EXPECT_TRUE(talk.server.speaks_dot());
  EXPECT_TRUE(talk.client.speaks_dot());
  const std::string large(100'000, 'x');
  talk.client.send(as_bytes("question"), talk.to_server);
  talk.exchange(7);
  talk.server.send(as_bytes(large), talk.to_client);
  talk.exchange(1000);
  EXPECT_EQ(talk.server_heard, "question");
  EXPECT_EQ(talk.client_heard, large);
}

TEST_F(Tls, TheNextHandshakeWithAServerIsAShortOne) {
  const auto server = *TlsContext::for_server(server_settings());
  const auto client =
      *TlsContext::for_client({.ca_file = certificates.authority(), .remote_hostname = "primary.example"});
  const auto resumed = [&] { return SSL_CTX_sess_hits(server->native()); };
  for (int i = 0; i < 3; i++) {
    Talk talk(server, client);
    ASSERT_EQ(talk.client.state(), State::kOpen) << talk.client.reason();
    EXPECT_TRUE(talk.client.speaks_dot() && talk.server.speaks_dot());
    EXPECT_EQ(resumed(), i);
  }
  Talk other_server(server, client, "127.0.0.2");
  EXPECT_EQ(resumed(), 2);
  Talk other_context(server, *TlsContext::for_client({}));
  EXPECT_EQ(resumed(), 2);
}

TEST_F(Tls, ASessionThatAServerDoesNotKnowIsNoHindrance) {
  const auto client = *TlsContext::for_client({});
  Talk first(*TlsContext::for_server({}), client);
  Talk second(*TlsContext::for_server({}), client);
  EXPECT_EQ(second.client.state(), State::kOpen) << second.client.reason();
}

TEST_F(Tls, WithoutSessionTicketsEachHandshakeIsAWholeOne) {
  for (const bool at_server : {true, false}) {
    TlsSettings without;
    without.session_tickets = false;
    const auto server = *TlsContext::for_server(at_server ? without : TlsSettings{});
    const auto client = *TlsContext::for_client(at_server ? TlsSettings{} : without);
    for (int i = 0; i < 2; i++) Talk(server, client);
    EXPECT_EQ(SSL_CTX_sess_hits(server->native()), 0);
  }
}

TEST_F(Tls, TheEndIsTold) {
  Talk talk(*TlsContext::for_server({}), *TlsContext::for_client({}));
  talk.client.close(talk.to_server);
  talk.exchange();
  EXPECT_EQ(talk.server.state(), State::kPeerClosed);
  talk.server.send(as_bytes("last words"), talk.to_client);
  talk.exchange();
  EXPECT_EQ(talk.client_heard, "last words");
}

TEST_F(Tls, AServerProvesItsName) {
  const auto server = *TlsContext::for_server(server_settings());
  const auto outcome = [&](const TlsSettings& settings) {
    Talk talk(server, *TlsContext::for_client(settings));
    return talk.client.state() == State::kOpen ? "open" : talk.client.reason();
  };
  const std::string authority = certificates.authority();
  EXPECT_EQ(outcome({.ca_file = authority, .remote_hostname = "primary.example"}), "open");
  EXPECT_EQ(outcome({.ca_file = authority, .remote_hostname = "other.example"}),
            "TLS peer certificate verification failed: hostname mismatch");
  // The common name is "server".
  EXPECT_EQ(outcome({.ca_file = authority, .remote_hostname = "server"}),
            "TLS peer certificate verification failed: hostname mismatch");
  EXPECT_EQ(outcome({.ca_file = authority}), "TLS peer certificate verification failed: IP address mismatch");
  EXPECT_EQ(outcome({}), "open");
}

TEST_F(Tls, AServerMayProveItsAddress) {
  certificates.sign("server", "IP:192.0.2.1");
  const auto server = *TlsContext::for_server(
      {.cert_file = certificates.path("server.pem"), .key_file = certificates.path("server.key")});
  const auto client = *TlsContext::for_client({.ca_file = certificates.authority()});
  EXPECT_EQ(Talk(server, client, "192.0.2.1").client.state(), State::kOpen);
  EXPECT_EQ(Talk(server, client, "192.0.2.2").client.state(), State::kFailed);
}

TEST_F(Tls, AnotherAuthorityIsNotTrusted) {
  CertificatesForTest others;
  const auto server = *TlsContext::for_server(server_settings());
  Talk talk(server,
            *TlsContext::for_client({.ca_file = others.authority(), .remote_hostname = "primary.example"}));
  EXPECT_EQ(talk.client.state(), State::kFailed);
  EXPECT_TRUE(talk.client.reason().starts_with("TLS peer certificate verification failed: "))
      << talk.client.reason();
  EXPECT_EQ(talk.server.state(), State::kFailed);
}

TEST_F(Tls, AClientProvesWhoItIs) {
  TlsSettings settings = server_settings();
  settings.ca_file = certificates.authority();
  const auto server = *TlsContext::for_server(settings);
  certificates.sign("client", "DNS:secondary.example");
  Talk good(server, *TlsContext::for_client({.cert_file = certificates.path("client.pem"),
                                             .key_file = certificates.path("client.key")}));
  EXPECT_EQ(good.server.state(), State::kOpen) << good.server.reason();
  Talk without(server, *TlsContext::for_client({}));
  EXPECT_EQ(without.server.state(), State::kFailed);
  EXPECT_EQ(without.server.reason(), "TLS error: peer did not return a certificate");
  EXPECT_EQ(without.client.state(), State::kFailed);
  CertificatesForTest others;
  others.sign("client", "DNS:secondary.example");
  Talk stranger(server, *TlsContext::for_client(
                            {.cert_file = others.path("client.pem"), .key_file = others.path("client.key")}));
  EXPECT_EQ(stranger.server.state(), State::kFailed);
}

TEST_F(Tls, VersionsAndCiphersAreAgreedUpon) {
  TlsSettings old{.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384", .tls13 = false};
  EXPECT_EQ(Talk(*TlsContext::for_server(old), *TlsContext::for_client({})).server.state(), State::kOpen);
  EXPECT_EQ(Talk(*TlsContext::for_server(old), *TlsContext::for_client({.tls12 = false})).server.state(),
            State::kFailed);
  EXPECT_EQ(Talk(*TlsContext::for_server(old),
                 *TlsContext::for_client({.ciphers = "ECDHE-RSA-AES256-GCM-SHA384", .tls13 = false}))
                .server.state(),
            State::kFailed);
}

TEST_F(Tls, WhatIsNoTlsFails) {
  TlsSession server(*TlsContext::for_server({}));
  std::vector<uint8_t> out;
  std::vector<uint8_t> plain(64 + kTlsHeldBytes);
  EXPECT_EQ(server.receive(as_bytes("\0\x1dhello, this is a question"sv), plain, out), 0U);
  EXPECT_EQ(server.state(), State::kFailed);
  EXPECT_TRUE(server.reason().starts_with("TLS error: ")) << server.reason();
  EXPECT_EQ(server.receive(as_bytes("more"), plain, out), 0U);
}

TEST_F(Tls, FilesThatCannotBeUsedAreNamed) {
  const TlsSettings good = server_settings();
  const std::string absent = certificates.path("absent");
  EXPECT_EQ(text_of(TlsContext::for_server({.cert_file = absent, .key_file = good.key_file})),
            "cert-file '" + absent + "' cannot be used: No such file or directory");
  EXPECT_EQ(text_of(TlsContext::for_server({.cert_file = good.cert_file, .key_file = absent})),
            "key-file '" + absent + "' cannot be used: No such file or directory");
  EXPECT_EQ(text_of(TlsContext::for_client({.ca_file = absent})),
            "ca-file '" + absent + "' cannot be used: No such file or directory");
  EXPECT_EQ(text_of(TlsContext::for_server({.dhparam_file = absent})),
            "dhparam-file '" + absent + "' cannot be used: No such file or directory");
  EXPECT_NE(text_of(TlsContext::for_server({.dhparam_file = good.cert_file})), "");
  certificates.sign("other", "DNS:other.example");
  EXPECT_EQ(text_of(TlsContext::for_server(
                {.cert_file = good.cert_file, .key_file = certificates.path("other.key")})),
            "key-file '" + certificates.path("other.key") + "' cannot be used: key values mismatch");
}

TEST(CipherLists, AreJudgedByOpenSsl) {
  EXPECT_TRUE(is_cipher_list("HIGH:!aNULL"));
  EXPECT_TRUE(is_cipher_list("HIGH:nonsense"));
  EXPECT_FALSE(is_cipher_list("nonsense"));
  EXPECT_FALSE(is_cipher_list(""));
  EXPECT_FALSE(is_cipher_list("TLS_AES_128_GCM_SHA256"));
  EXPECT_TRUE(is_cipher_suite_list("TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"));
  EXPECT_FALSE(is_cipher_suite_list("nonsense"));
}

}  // namespace
}  // namespace nomen::crypto
