"""What a command kept is read back by itself and by the others; what somebody broke in it is named."""

from __future__ import annotations

import json
import re
import shutil

import pytest

HYPOTHESIS = 'hypotheses: [{id: h, claim: A claim, outcome: war, branches: [free, keep], sign: "+"}]\n'
VERDICT = ("--draws", 2, "--lucks", 2, "--quiet", "--out")
WHY = ("--outcome", "war", "--branches", "free,keep", "--theories", "spiral", "--runs", 1, "--quiet", "--out")


@pytest.fixture
def small(scenario):
    """The small scenario with one hypothesis."""
    text = scenario.read_text("utf-8")
    scenario.write_text(text[: text.index("hypotheses:")] + HYPOTHESIS, "utf-8")
    return scenario


@pytest.fixture
def out(powersim, small, once, tmp_path):
    """A folder with the results of one run."""
    if not once.exists():
        assert powersim("run", small, "--runs", 1, "--quiet", "--out", once).code == 0
    return shutil.copytree(once, tmp_path / "out")


@pytest.mark.slow
def test_the_record_of_every_command_is_read_and_computes_the_same_again(powersim, small, tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for command, asked, file in (
        ("run", ("--runs", 2, "--branch", "keep", "--quiet", "--out"), "provenance.json"),
        ("verdict", VERDICT, "verdict/provenance.json"),
        ("why", WHY, "why/provenance.json"),
    ):
        assert powersim(command, small, *asked, one, "--set", "rho=0.5").code == 0
        again = powersim(command, one / file, "--quiet", "--out", other)
        assert again.code == 0, again.err
        told, same = (json.loads((out / file).read_text("utf-8")) for out in (one, other))
        for key in told.keys() - {"command", "started", "duration_seconds", "platform"}:
            assert told[key] == same[key], (file, key)
    assert (one / "why" / "shares.csv").read_bytes() == (other / "why" / "shares.csv").read_bytes()
    assert (one / "verdict" / "verdicts.csv").read_bytes() == (
        other / "verdict" / "verdicts.csv"
    ).read_bytes()


@pytest.mark.slow
def test_places_of_a_verdict_that_somebody_broke_are_computed_again(powersim, small, tmp_path):
    out, places = tmp_path / "out", tmp_path / "out" / "verdict" / "places"
    assert powersim("verdict", small, *VERDICT, out).code == 0
    first, second = (places / f"00000{n}.npz" for n in range(2))
    whole = first.read_bytes()
    for content in (second.read_bytes(), whole[:200], b""):
        first.write_bytes(content)
        assert powersim("verdict", small, *VERDICT, out, "--resume").code == 0
        assert first.read_bytes() == whole
    identity = out / "verdict" / "identity.json"
    known = identity.read_text("utf-8")
    told = json.loads(known)
    for broken in ({**told, "lucks": "many"}, {**told, "seed": 2}, []):
        identity.write_text(json.dumps(broken))
        assert powersim("verdict", small, *VERDICT, out, "--resume").code == 0
        assert identity.read_text("utf-8") == known
    identity.write_text("[]")
    shutil.rmtree(places)  # nothing is left that vouches for what the file was
    result = powersim("verdict", small, *VERDICT, out, "--resume")
    assert (result.code, "was not written by powersim" in result.err) == (2, True), result.err


@pytest.mark.slow
def test_worlds_of_why_that_somebody_broke_are_computed_again(powersim, small, tmp_path):
    out = tmp_path / "out"
    assert powersim("why", small, *WHY, out).code == 0
    worlds = out / "why" / "worlds.npz"
    whole = worlds.read_bytes()
    worlds.write_bytes(whole[:-30])
    result = powersim("why", small, *WHY, out)
    assert result.code == 2
    assert "worlds.npz: is damaged; add --resume to compute it again" in result.err
    assert powersim("why", small, *WHY, out, "--resume").code == 0
    assert worlds.read_bytes() == whole


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("provenance.json", {"versions": 5}, "versions: found 5; allowed: a mapping"),
        ("provenance.json", {"command": None}, "command: found nothing; allowed: text"),
        ("why/section.json", {"title": 5}, "title: found 5; allowed: text"),
        ("why/section.json", {"order": None}, "order: found nothing; allowed: a whole number"),
    ],
)
def test_results_and_report_name_what_is_broken_beside_them(powersim, out, file, change, said):
    from powersim.figures.section import Section

    Section("why", "Why", 1, []).write(out)
    path = out / file
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    for command in ("results", "report"):
        result = powersim(command, out)
        assert (result.code, said in result.err) == (2, True), result.err
        assert "Traceback" not in result.err


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("identity", "[]"), ("identity", "{"), ("identity", '{"seed": 1}'),
        ("identity", '{"format": 2, "paths": "many"}'),
        ("identity", 5), ("outcomes", '{"war": 5}'),
        ("outcomes", '{"war": {"low": "x"}}'), ("branches", '{"keep": {"title": 1}}'), ("branches", '{"keep": NaN}'),
    ],
)  # fmt: skip
def test_labels_of_results_that_somebody_broke_are_named(powersim, out, attribute, value):
    path = out / "results" / "zarr.json"
    told = json.loads(path.read_text("utf-8"))
    told["attributes"][attribute] = value
    path.write_text(json.dumps(told), "utf-8")
    result = powersim("results" if attribute == "identity" else "report", out)
    assert result.code == 2, result.err
    assert re.search(r"zarr\.json: is damaged, or not of this study|of another version", result.err)
    assert "Traceback" not in result.err
