"""Every answer of Nomen against the peers', on random zones and questions.

NOMEN_SEEDS=from:to chooses the worlds (a few by default), NOMEN_SUBJECT another subject than Nomen (to try the rules).
"""

import collections
import os

import answers_compare
import peers
import pytest
import zones_random

SUBJECT = os.environ.get("NOMEN_SUBJECT", "nomen")
SHOWN = 8


def seeds():
    first, last = os.environ.get("NOMEN_SEEDS", "0:4").split(":")
    return range(int(first), int(last))


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """[(world, its zones as written before signing, [(origin, file)])]"""
    made = []
    for seed in seeds():
        world = zones_random.World(seed)
        files = world.write(str(tmp_path_factory.mktemp("world%d" % seed)))
        made.append((world, "".join(z.text() for z in world.zones), files))
    return made


@pytest.mark.parametrize("minimal", [True, False], ids=["minimal", "full"])
def test_no_answer_differs_without_a_reason(worlds, minimal):
    for kind in peers.PEERS:
        if not peers.installed(kind):
            pytest.skip("the peer %s is not installed" % kind)
    assert peers.installed(SUBJECT), "no program to test at %s (NOMEN_BIN?)" % peers.program(SUBJECT)
    zones = [zone for _, _, files in worlds for zone in files]
    asked, reports, kinds_of_difference = 0, [], collections.Counter()
    with peers.running(dict.fromkeys((*peers.PEERS, SUBJECT)), zones, minimal) as servers:
        for world, text, _ in worlds:
            for question in world.questions():
                asked += 1
                case = answers_compare.Case(question, servers, SUBJECT)
                left = case.unexplained()
                if left:
                    kinds_of_difference[tuple(sorted(left))] += 1
                    if kinds_of_difference[tuple(sorted(left))] <= SHOWN:
                        reports.append("seed %d, unexplained: %s\n%s" % (world.seed, ", ".join(sorted(left)), case.report(text)))
    total = sum(kinds_of_difference.values())
    assert not total, "%d of %d answers differ: %s\n\n%s" % (total, asked, dict(kinds_of_difference), "\n\n".join(reports))
    assert asked > 100 * len(worlds)
