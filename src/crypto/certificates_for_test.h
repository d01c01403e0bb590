// Certificates for tests of TLS: an authority and what it signs, as files in a directory that goes with the
// object. Thread rule: one thread.
#pragma once
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace nomen::crypto {

class CertificatesForTest {
 public:
  CertificatesForTest() {
    std::string path = std::filesystem::temp_directory_path() / "nomen-tls-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    directory_ = path;
    authority_key_ = EVP_EC_gen("P-256");
    authority_ = make("authority", "", authority_key_, nullptr, authority_key_);
    write_certificate("authority", authority_);
  }
  CertificatesForTest(const CertificatesForTest&) = delete;
  CertificatesForTest& operator=(const CertificatesForTest&) = delete;
  ~CertificatesForTest() {
    X509_free(authority_);
    EVP_PKEY_free(authority_key_);
    std::filesystem::remove_all(directory_);
  }

  /// NAME.pem and NAME.key; `alternatives` is "DNS:primary.example,IP:127.0.0.1".
  void sign(const std::string& name, const std::string& alternatives) {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = make(name, alternatives, key, authority_, authority_key_);
    write_certificate(name, certificate);
    std::FILE* const file = std::fopen((path(name) + ".key").c_str(), "w");
    EXPECT_EQ(PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr), 1);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }

  std::string path(const std::string& name) const { return directory_ / name; }
  std::string authority() const { return path("authority.pem"); }

 private:
  static X509* make(const std::string& name, const std::string& alternatives, EVP_PKEY* key, X509* issuer,
                    EVP_PKEY* issuer_key) {
    X509* const made = X509_new();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(made), std::hash<std::string>()(name) >> 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(issuer != nullptr ? issuer : made));
    X509_set_pubkey(made, key);
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer != nullptr ? issuer : made, made, nullptr, nullptr, 0);
    add(made, context, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    if (!alternatives.empty()) add(made, context, NID_subject_alt_name, alternatives.c_str());
    EXPECT_GT(X509_sign(made, issuer_key, EVP_sha256()), 0);
    return made;
  }

  static void add(X509* certificate, X509V3_CTX& context, int nid, const char* value) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    ASSERT_NE(extension, nullptr);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  void write_certificate(const std::string& name, X509* certificate) const {
    std::FILE* const file = std::fopen((path(name) + ".pem").c_str(), "w");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(PEM_write_X509(file, certificate), 1);
    std::fclose(file);
  }

  std::filesystem::path directory_;
  EVP_PKEY* authority_key_ = nullptr;
  X509* authority_ = nullptr;
};

}  // namespace nomen::crypto
