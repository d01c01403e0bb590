"""Certificates for tests, made by the program openssl: an authority, and what it signs."""

import os
import subprocess

NAME = "primary.example"

class Authority:
    def __init__(self, directory, name="authority"):
        self.directory, self.name = str(directory), name
        self.file = self.path(name + ".pem")
        self.openssl("req", "-x509", *self.new_key(name), "-subj", "/CN=" + name, "-days", "2", "-out", self.file,
                     "-addext", "basicConstraints=critical,CA:TRUE")

    def path(self, name):
        return os.path.join(self.directory, name)

    def openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)

    def new_key(self, name):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.path(name + ".key")

    def sign(self, name, alternatives):
        """NAME.pem and NAME.key, for "DNS:primary.example" or "IP:127.0.0.1"; the two statements of a tls block."""
        self.openssl("req", *self.new_key(name), "-subj", "/CN=" + name, "-out", self.path(name + ".csr"))
        with open(self.path(name + ".ext"), "w") as f:
            f.write("subjectAltName=%s\n" % alternatives)
        self.openssl("x509", "-req", "-in", self.path(name + ".csr"), "-CA", self.file, "-CAkey", self.path(self.name + ".key"),
                     "-CAcreateserial", "-days", "2", "-out", self.path(name + ".pem"), "-extfile", self.path(name + ".ext"))
        return 'cert-file "%s"; key-file "%s";' % (self.path(name + ".pem"), self.path(name + ".key"))

    def trusted(self):
        return 'ca-file "%s";' % self.file
