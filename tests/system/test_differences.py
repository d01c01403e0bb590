"""ixfr-from-differences: a primary zone whose file is compared with what is served when it is read again."""

import os
import subprocess

import dns.message
import dns.query
import dns.rdatatype
import dns.rrset
import pytest
from harness import SUBJECT, ZONE, configuration, program, wait_for

pytestmark = pytest.mark.skipif(SUBJECT == "bind", reason="BIND has no nomen zone diff")


def test_what_a_file_changes_is_a_version_with_ixfr_from_differences(start):
    """Read again, the file's difference is a row of the log and a step for IXFR, over a restart, too."""
    statements = 'zone "example" { type primary; file "example.zone"; ixfr-from-differences yes; };'
    named = start(configuration(options="allow-transfer { any; };", statements=statements, zone=False))
    since = named.mark()
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 2") + "new A 192.0.2.99\n")
    named.reload()
    named.wait_log("zone example/IN: loaded serial 2", since)

    def history(*words):
        program_of = os.path.join(os.path.dirname(program()), "nomen")
        return subprocess.run([program_of, "zone", words[0], "example", "-c", os.path.join(named.directory, "named.conf"), *words[1:]],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL).stdout

    def steps():
        query = dns.message.make_query("example.", "IXFR")
        query.authority.append(dns.rrset.from_text("example.", 0, "IN", "SOA", "ns1.example. hostmaster.example. 1 0 0 0 0"))
        with named.tcp() as s:
            dns.query.send_tcp(s, query)
            answer = dns.query.receive_tcp(s, one_rr_per_rrset=True)[0].answer
        return ["%s %s" % (r.name, dns.rdatatype.to_text(r.rdtype)) for r in answer]

    wanted = ["example. SOA", "example. SOA", "example. SOA", "new.example. A", "example. SOA"]
    assert steps() == wanted
    wait_for(lambda: "+new" in history("diff", "1", "2"), "the row")
    assert named.stop() == 0
    named.start()
    assert steps() == wanted
    since = named.mark()
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 2") + "other A 192.0.2.99\n")
    named.reload()
    named.wait_log("ixfr-from-differences: new serial (2) out of range [3 - 2147483649]", since)
    assert named.query("new.example.").answer and not named.query("other.example.").answer
    # A file that was changed while the server was down has no past that is known.
    assert named.stop() == 0
    named.write("example.zone", ZONE.replace("hostmaster 1", "hostmaster 5"))
    named.start()
    assert len(steps()) > len(wanted), "the whole zone"
