"""Images of large zones: a restart is served from them, unless the file is another one."""

import os

import dns.update
import pytest

from harness import configuration, wait_for

NAMES = 60_000
HEAD = "$TTL 300\n@ SOA ns1 hostmaster %d 7200 900 604800 60\n@ NS ns1\nns1 A 192.0.2.1\n"


def large_zone(serial=1, last="192.0.2.99", include=""):
    hosts = "".join("h%d A 10.%d.%d.%d\n" % (i, i >> 16, i >> 8 & 255, i & 255) for i in range(NAMES))
    return HEAD % serial + hosts + include + "last A %s\n" % last


def conf(options="", statements='zone "big" { type primary; file "big.zone"; };'):
    return configuration(options=options, zone=False, statements=statements)


def image_of(named, name="big"):
    return os.path.join(named.directory, "nomen.images", "_default,%s,in.image" % name)


def wait_image(named, name="big"):
    """The image is there, whole: it is renamed into its place."""
    wait_for(lambda: os.path.exists(image_of(named, name)), "the image")


def last(named):
    return named.query("last.big").answer[0][0].address


@pytest.fixture
def served(start):
    named = start(conf(), {"big.zone": large_zone()})
    wait_image(named)
    return named


def spoil_file_behind_its_stamp(named):
    """The file says something else with the same time and size: only who reads it can tell."""
    path = os.path.join(named.directory, "big.zone")
    before = os.stat(path)
    with open(path, "r+b") as f:
        content = f.read()
        f.seek(0)
        f.write(content.replace(b"192.0.2.99", b"192.0.2.98"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert os.stat(path).st_size == before.st_size


def test_a_restart_is_served_from_the_image_and_then_compared_with_the_file(served):
    assert served.stop() == 0
    spoil_file_behind_its_stamp(served)
    since = served.mark()
    served.start()
    assert "zone big/IN: loaded serial 1" in served.log()[since:]
    served.wait_log("zone big/IN: its image was not what its file says: the file is loaded", since)
    wait_for(lambda: last(served) == "192.0.2.98", "what the file says")


def test_a_file_that_is_as_it_was_gives_no_complaint(served):
    inode = os.stat(image_of(served)).st_ino
    assert served.stop() == 0
    since = served.mark()
    served.start()
    assert last(served) == "192.0.2.99"
    assert served.stop() == 0
    assert "image" not in served.log()[since:]
    assert os.stat(image_of(served)).st_ino == inode, "the image was written again"


def test_another_file_is_loaded_instead_of_the_image(served):
    assert served.stop() == 0
    inode = os.stat(image_of(served)).st_ino
    served.write("big.zone", large_zone(2, "192.0.2.7"))
    since = served.mark()
    served.start()
    assert "loaded serial 2" in served.log()[since:]
    assert last(served) == "192.0.2.7"
    wait_for(lambda: os.stat(image_of(served)).st_ino != inode, "a new image")


def test_another_included_file_counts_too(start):
    named = start(conf(), {"big.zone": large_zone(include="$INCLUDE part.inc\n"), "part.inc": "part A 192.0.2.5\n"})
    os.utime(os.path.join(named.directory, "part.inc"), (1, 1))
    named.write("big.zone", large_zone(2, include="$INCLUDE part.inc\n"))
    named.reload()
    wait_for(lambda: os.path.exists(image_of(named)), "the image")
    assert named.stop() == 0
    named.write("part.inc", "part A 192.0.2.6\n")
    named.start()
    assert named.query("part.big").answer[0][0].address == "192.0.2.6"


def test_other_settings_of_the_checks_read_the_file_again(served):
    assert served.stop() == 0
    served.configure(conf(options="max-records 100;"))
    since = served.mark()
    served.spawn()
    served.wait_log("not loaded due to errors", since)


@pytest.mark.parametrize("spoil", [
    lambda content: content[:len(content) // 2],
    lambda content: content[:5000] + bytes([content[5000] ^ 1]) + content[5001:],
    lambda content: b"",
], ids=["cut off", "one bit other", "empty"])
def test_a_damaged_image_is_not_used(served, spoil):
    assert served.stop() == 0
    with open(image_of(served), "r+b") as f:
        content = spoil(f.read())
        f.seek(0)
        f.write(content)
        f.truncate()
    served.start()
    assert last(served) == "192.0.2.99"


def test_images_can_be_switched_off_and_go_with_their_zone(served):
    assert served.stop() == 0
    served.configure(conf(statements=""))
    served.start()
    assert served.stop() == 0
    served.configure(conf(options="zone-images no;"))
    os.remove(image_of(served))
    served.start()
    assert served.stop() == 0
    assert not os.path.exists(image_of(served))


def test_the_image_goes_when_the_zone_goes(served):
    served.configure(conf(statements=""))
    served.reload()
    wait_for(lambda: not os.path.exists(image_of(served)), "the image to go")


def test_a_zone_with_updates_comes_from_its_image_and_the_log(start):
    statements = 'zone "big" { type primary; file "big.zone"; allow-update { 127.0.0.1; }; };'
    named = start(conf(statements=statements), {"big.zone": large_zone()})
    wait_image(named)
    update = dns.update.Update("big.")
    update.replace("last", 300, "A", "192.0.2.55")
    assert named.ask(update, tcp=True).rcode() == 0
    named.kill()
    since = named.mark()
    named.start()
    assert last(named) == "192.0.2.55"
    named.wait_log("1 version of the log applied to its file", since)
    assert "image was not" not in named.log()[since:]


def test_the_copy_of_a_secondary_comes_back_from_its_image(start):
    primary = start(conf(options="allow-transfer { any; };"), {"big.zone": large_zone(7)})
    text = 'zone "big" { type secondary; primaries { 127.0.0.1 port %d; }; file "big.copy"; };' % primary.port
    secondary = start(conf(statements=text))
    wait_image(secondary)
    primary.stop()
    assert secondary.stop() == 0
    with open(os.path.join(secondary.directory, "big.copy"), "r+b") as f:
        size = os.fstat(f.fileno()).st_size
        stamp = os.fstat(f.fileno()).st_mtime_ns
        f.write(b"\0" * 16)  # whoever reads it fails
    os.utime(os.path.join(secondary.directory, "big.copy"), ns=(stamp, stamp))
    assert size == os.path.getsize(os.path.join(secondary.directory, "big.copy"))
    secondary.start()
    assert secondary.query("big", "SOA").answer[0][0].serial == 7
    assert last(secondary) == "192.0.2.99"
