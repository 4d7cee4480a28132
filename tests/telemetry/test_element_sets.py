"""Element sets out of each format, and the words said where a text is no good."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from telemetry.element_sets import (
    FORMATS,
    ElementSet,
    ElementSetError,
    bundled_element_sets,
    parse_element_sets,
    read_element_sets,
    write_omm_json,
)
from telemetry.formats.tle import catalogue_number

FIELDS = {
    "OBJECT_NAME": "ISS (ZARYA)",
    "OBJECT_ID": "1998-067A",
    "EPOCH": "2026-10-02T00:19:52.567968",
    "MEAN_MOTION": "15.48707684",
    "ECCENTRICITY": ".0006946",
    "INCLINATION": "51.6312",
    "RA_OF_ASC_NODE": "131.4121",
    "ARG_OF_PERICENTER": "211.9293",
    "MEAN_ANOMALY": "148.1275",
    "EPHEMERIS_TYPE": "0",
    "CLASSIFICATION_TYPE": "U",
    "NORAD_CAT_ID": "25544",
    "ELEMENT_SET_NO": "999",
    "REV_AT_EPOCH": "58831",
    "BSTAR": "7.6743E-5",
    "MEAN_MOTION_DOT": "3.738E-5",
    "MEAN_MOTION_DDOT": "0",
}
ISS = ElementSet(
    name="ISS (ZARYA)",
    object_id="1998-067A",
    norad=25544,
    epoch=datetime(2026, 10, 2, 0, 19, 52, 567968, UTC),
    mean_motion_rev_day=15.48707684,
    eccentricity=0.0006946,
    inclination_deg=51.6312,
    raan_deg=131.4121,
    arg_perigee_deg=211.9293,
    mean_anomaly_deg=148.1275,
    bstar=7.6743e-5,
    mean_motion_dot=3.738e-5,
    rev_at_epoch=58831,
)
LINE1 = "1 25544U 98067A   26275.01380287  .00003738  00000+0  76743-4 0  9992"
LINE2 = "2 25544  51.6312 131.4121 0006946 211.9293 148.1275 15.48707684588318"
ALPHA5 = """0 STARLINK-38244
1 A0534U 26200A   26274.92458857  .00112611  00000-0  66694-3 0  9997
2 A0534  70.0006 102.5417 0003228 274.4885  85.5946 15.77591240  4697
"""


def as_xml(fields: dict[str, str], namespace: str = "") -> str:
    metadata = "".join(f"<{k}>{v}</{k}>" for k, v in list(fields.items())[:2])
    elements = "".join(f"<{k}>{v}</{k}>" for k, v in list(fields.items())[2:9])
    parameters = "".join(f"<{k}>{v}</{k}>" for k, v in list(fields.items())[9:])
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- one --><ndm{namespace}><omm id="CCSDS_OMM_VERS">'
        f"<header/><body><segment><metadata>{metadata}<TIME_SYSTEM>UTC</TIME_SYSTEM></metadata><data><meanElements>"
        f"{elements}</meanElements><tleParameters>{parameters}</tleParameters></data></segment></body></omm></ndm>"
    )


def as_kvn(fields: dict[str, str]) -> str:
    lines = [f"{keyword:<20}= {value}" for keyword, value in fields.items()]
    head = ["CCSDS_OMM_VERS = 2.0", "COMMENT of no matter = whatever", "TIME_SYSTEM = UTC"]
    return "\n".join([*head, *lines]).replace("15.48707684", "15.48707684 [rev/day]")


TEXTS = {
    "omm-json": json.dumps([FIELDS]),
    "omm-csv": ",".join(FIELDS) + "\r\n" + ",".join(FIELDS.values()) + "\r\n",
    "omm-xml": as_xml(FIELDS),
    "omm-kvn": as_kvn(FIELDS),
    "tle": f"ISS (ZARYA)             \r\n{LINE1}\r\n{LINE2}\r\n",
}


def test_every_format_is_tried() -> None:
    assert TEXTS.keys() == FORMATS.keys()


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_each_format_gives_the_same_set(text: str) -> None:
    assert parse_element_sets(text) == [ISS]
    assert parse_element_sets("\ufeff\n" + text) == [ISS]


@pytest.mark.parametrize("kind", ["omm-csv", "omm-kvn", "tle"])
def test_two_sets_in_one_text(kind: str) -> None:
    body = TEXTS[kind].split("\n", 1)[1] if kind == "omm-csv" else TEXTS[kind]
    assert parse_element_sets(TEXTS[kind] + "\n" + body) == [ISS, ISS]


def test_numbers_of_json_may_be_numbers() -> None:
    numbers = {"NORAD_CAT_ID": 25544, "MEAN_MOTION": 15.48707684, "BSTAR": 7.6743e-5, "EPHEMERIS_TYPE": 0}
    assert parse_element_sets(json.dumps(FIELDS | numbers)) == [ISS]


def test_xml_may_have_a_namespace() -> None:
    assert parse_element_sets(as_xml(FIELDS, ' xmlns="urn:ccsds:schema:ndmxml"')) == [ISS]


def test_lines_without_a_name_are_named_by_number() -> None:
    assert parse_element_sets(f"{LINE1}\n{LINE2}") == [replace(ISS, name="NORAD 25544")]
    nameless = {k: v for k, v in FIELDS.items() if k not in ("OBJECT_NAME", "OBJECT_ID")}
    assert parse_element_sets(json.dumps(nameless)) == [replace(ISS, name="NORAD 25544", object_id="")]


def test_a_line_may_have_no_blank_before_a_retrograde_inclination() -> None:
    retrograde = with_checksum("2 25544 151.6312" + LINE2[16:68])
    assert parse_element_sets(f"{LINE1}\n{retrograde}")[0].inclination_deg == 151.6312


def test_alpha5_and_the_zero_before_a_name() -> None:
    (starlink,) = parse_element_sets(ALPHA5)
    assert (starlink.norad, starlink.name, starlink.object_id) == (100534, "STARLINK-38244", "2026-200A")


CATALOGUE_NUMBERS = {
    "    5": 5,
    "00005": 5,
    "99999": 99_999,
    "A0000": 100_000,
    "H9999": 179_999,
    "J0000": 180_000,
    "N9999": 229_999,
    "P0000": 230_000,
    "Z9999": 339_999,
}


@pytest.mark.parametrize(("field", "number"), CATALOGUE_NUMBERS.items())
def test_catalogue_numbers(field: str, number: int) -> None:
    assert catalogue_number(field) == number


@pytest.mark.parametrize("field", ["I0000", "O0000", "a0000", "A000", "AA000", "-0001", "     ", ""])
def test_what_is_no_catalogue_number(field: str) -> None:
    with pytest.raises(ElementSetError, match="catalogue number"):
        catalogue_number(field)


@pytest.mark.parametrize(
    "epoch",
    ["2026-10-02T00:19:52.567968Z", "2026-275T00:19:52.567968", "2026-10-02T02:19:52.567968+02:00"],
)
def test_epochs_are_utc_unless_they_say_otherwise(epoch: str) -> None:
    assert parse_element_sets(json.dumps(FIELDS | {"EPOCH": epoch})) == [ISS]


def test_the_years_of_two_digits_turn_at_sputnik() -> None:
    def year(two: str) -> int:
        line = LINE1[:18] + two + LINE1[20:68]
        return parse_element_sets(f"{with_checksum(line)}\n{LINE2}")[0].epoch.year

    assert [year("56"), year("57"), year("99"), year("00")] == [2056, 1957, 1999, 2000]


def with_checksum(line: str) -> str:
    digits = sum(int(c) if c.isdecimal() else c == "-" for c in line)
    return line + str(digits % 10)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"NORAD_CAT_ID": None}, "NORAD_CAT_ID is missing"),
        ({"NORAD_CAT_ID": "0"}, "NORAD_CAT_ID 0 is not in 1"),
        ({"NORAD_CAT_ID": "A0534"}, "NORAD_CAT_ID 'A0534' cannot be read"),
        ({"EPOCH": "yesterday"}, "EPOCH 'yesterday' cannot be read"),
        ({"EPOCH": "2026-000T"}, "EPOCH '2026-000T' cannot be read"),
        ({"MEAN_MOTION": "NaN"}, "MEAN_MOTION nan"),
        ({"MEAN_MOTION": 0}, "MEAN_MOTION 0.0"),
        ({"MEAN_MOTION": "1e999"}, "MEAN_MOTION inf"),
        ({"ECCENTRICITY": 1}, "ECCENTRICITY 1.0"),
        ({"INCLINATION": -1}, "INCLINATION -1.0"),
        ({"MEAN_ANOMALY": "nan"}, "mean_anomaly_deg nan"),
        ({"BSTAR": "inf"}, "bstar inf"),
        ({"TIME_SYSTEM": "TAI"}, "TIME_SYSTEM is 'TAI'; only UTC"),
        ({"REF_FRAME": "EME2000"}, "REF_FRAME is 'EME2000'"),
        ({"EPHEMERIS_TYPE": 4}, "EPHEMERIS_TYPE is '4'"),
    ],
)
def test_a_bad_field_is_named(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ElementSetError, match="record 1: ") as caught:
        parse_element_sets(json.dumps(FIELDS | change))
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty"),
        (" \n\ufeff", "empty"),
        ("No GP data found", "neither OMM"),
        ("<html><body>Sign in</body></html>", "no element set"),
        ("<ndm><omm>", "not valid XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        ('[{"OBJECT_NAME": "ISS', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[1, null]", "record 1: EPOCH is missing"),
        ("[]", "no element set"),
        ("NORAD_CAT_ID,EPOCH\n", "no element set"),
        (f"{LINE1}\n", "line 2 is missing"),
        (f"{LINE2}\n", "line 1 is missing"),
        (f"{LINE1[:-1]}0\n{LINE2}\n", "line 1 has checksum '0', 2 is right"),
        (f"{LINE1[:-1]}\n{LINE2}\n", "line 1 has 68 columns"),
        (f"{LINE1}\n" + with_checksum("2 25455" + LINE2[7:68]), "different objects"),
        (f"{with_checksum(LINE1[:23] + 'x' + LINE1[24:68])}\n{LINE2}", "a column cannot be read"),
        (f"{with_checksum(LINE1[:62] + '4' + LINE1[63:68])}\n{LINE2}", "ephemeris type"),
    ],
)
def test_a_bad_text_is_told_in_words(text: str, complaint: str) -> None:
    with pytest.raises(ElementSetError, match=r".") as caught:
        parse_element_sets(text)
    assert complaint in str(caught.value)


def test_a_bad_record_does_not_spoil_the_others() -> None:
    reading = read_element_sets(json.dumps([FIELDS, FIELDS | {"EPOCH": "?"}, "rubbish", FIELDS]))
    assert reading.element_sets == [ISS, ISS]
    assert [fault[:9] for fault in reading.faults] == ["record 2:", "record 3:"]


def test_what_is_written_is_read_back_the_same() -> None:
    bundled = bundled_element_sets()
    assert parse_element_sets(write_omm_json([*bundled, ISS])) == [*bundled, ISS]
    assert json.loads(write_omm_json([ISS]))[0]["EPOCH"] == FIELDS["EPOCH"]


def test_what_is_bundled() -> None:
    assert {each.norad: each.name for each in bundled_element_sets()} == {
        25544: "ISS (ZARYA)",
        48274: "CSS (TIANHE)",
        20580: "HST",
        60133: "GOES 19",
        25867: "CXO",
        100000: "SARAMAGO",
    }


def test_an_epoch_has_to_be_in_utc() -> None:
    with pytest.raises(ElementSetError, match="has to be in UTC"):
        replace(ISS, epoch=datetime(2026, 10, 2))
