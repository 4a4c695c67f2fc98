"""What a command kept is read back by itself and by the others; what somebody broke in it is named."""

from __future__ import annotations

import json
import re

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


def test_places_of_a_verdict_that_somebody_broke_are_named(powersim, small, tmp_path):
    out, places = tmp_path / "out", tmp_path / "out" / "verdict" / "places"
    assert powersim("verdict", small, *VERDICT, out).code == 0
    first, second = (places / f"00000{n}.npz" for n in range(2))
    whole = first.read_bytes()
    for content, said in (
        (second.read_bytes(), "is of another place or study; delete it and it is computed again"),
        (whole[:200], "damaged, or not what powersim wrote"),
        (b"", "damaged, or not what powersim wrote"),
    ):
        first.write_bytes(content)
        result = powersim("verdict", small, *VERDICT, out, "--resume")
        assert (result.code, result.err.splitlines()[-1].startswith(f"{first}: ")) == (2, True)
        assert said in result.err
    first.unlink()
    assert powersim("verdict", small, *VERDICT, out, "--resume").code == 0
    assert first.read_bytes() == whole
    identity = out / "verdict" / "identity.json"
    told = json.loads(identity.read_text("utf-8"))
    for broken, said in (
        ("[]", "identity.json:1: not what the places of a verdict belong to"),
        (json.dumps({**told, "lucks": "many"}), "lucks: found many; allowed: a whole number"),
        (json.dumps({**told, "seed": 2}), "holds places of another study (seed differ)"),
    ):
        identity.write_text(broken)
        result = powersim("verdict", small, *VERDICT, out, "--resume")
        assert (result.code, said in result.err) == (2, True), result.err


def test_worlds_of_why_that_somebody_broke_are_named(powersim, small, tmp_path):
    out = tmp_path / "out"
    assert powersim("why", small, *WHY, out).code == 0
    worlds = out / "why" / "worlds.npz"
    worlds.write_bytes(worlds.read_bytes()[:-30])
    result = powersim("why", small, *WHY, out, "--resume")
    assert result.code == 2
    assert "worlds.npz: damaged, or not what powersim wrote" in result.err


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("provenance.json", {"versions": 5}, "versions: found 5; allowed: a mapping"),
        ("provenance.json", {"command": None}, "command: found nothing; allowed: text"),
        ("why/section.json", {"title": 5}, "title: found 5; allowed: text"),
        ("why/section.json", {"order": None}, "order: found nothing; allowed: a whole number"),
    ],
)
def test_results_and_report_name_what_is_broken_beside_them(powersim, small, tmp_path, file, change, said):
    from powersim.analysis.section import Section

    out = tmp_path / "out"
    powersim("run", small, "--runs", 1, "--quiet", "--out", out)
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
def test_labels_of_results_that_somebody_broke_are_named(powersim, small, tmp_path, attribute, value):
    out = tmp_path / "out"
    powersim("run", small, "--runs", 1, "--quiet", "--out", out)
    path = out / "results" / "zarr.json"
    told = json.loads(path.read_text("utf-8"))
    told["attributes"][attribute] = value
    path.write_text(json.dumps(told), "utf-8")
    result = powersim("results" if attribute == "identity" else "report", out)
    assert result.code == 2, result.err
    assert re.search(f"{attribute}|not a store that powersim made|of another version", result.err)
    assert "Traceback" not in result.err
