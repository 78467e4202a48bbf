"""Hosts and origins are compared as names: all spellings of a host are equal, and different hosts are not."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.authority import DEFAULT_PORTS, Authority, Origin
from app.security.prefix import OWN_NAMES, clean_prefix

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)
PORTS = st.integers(0, 65535)
SCHEMES = st.sampled_from(sorted(DEFAULT_PORTS))


@st.composite
def spellings_of_a_name(draw):
    """A host name, and another way to write it."""
    name = draw(NAMES)
    cases = draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
    written = "".join(c.upper() if upper else c for c, upper in zip(name, cases, strict=True))
    return name, written + draw(st.sampled_from(["", "."]))


@st.composite
def spellings_of_an_address(draw):
    """An IPv6 address in its shortest form, and another way to write it."""
    address = draw(st.ip_addresses(v=6))
    written = draw(st.sampled_from([address.compressed, address.exploded, address.exploded.upper()]))
    return f"[{address}]", f"[{written}]"


HOSTS = (
    spellings_of_a_name() | spellings_of_an_address() | st.ip_addresses(v=4).map(lambda a: (str(a), str(a)))
)


@given(HOSTS, PORTS)
def test_every_spelling_of_a_host_is_the_same(host, port):
    plain, written = host
    assert Authority.parse(written) == Authority.parse(plain) is not None
    assert Authority.parse(f"{written}:{port}") == Authority.parse(f"{plain}:{port:05d}")
    assert Authority.parse(f"{written}:{port}") != Authority.parse(f"{plain}")


@given(HOSTS, SCHEMES, PORTS)
def test_a_page_matches_its_own_host_in_any_spelling(host, scheme, port):
    plain, written = host
    page, asked = Origin.parse(f"{scheme}://{plain}:{port}"), Authority.parse(f"{written}:{port}")
    assert page.is_at(asked)
    assert Origin.parse(str(page)) == page


@given(HOSTS, SCHEMES)
def test_a_schemes_default_port_may_be_left_out(host, scheme):
    plain, written = host
    port = DEFAULT_PORTS[scheme]
    for page in (f"{scheme}://{plain}", f"{scheme}://{plain}:{port}", f"{scheme.upper()}://{plain}:"):
        for asked in (written, f"{written}:{port}", f"{written}:"):
            assert Origin.parse(page).is_at(Authority.parse(asked)), (page, asked)
        (other,) = set(DEFAULT_PORTS.values()) - {port}
        assert not Origin.parse(page).is_at(Authority.parse(f"{written}:{other}"))


@given(HOSTS, HOSTS, SCHEMES, PORTS, PORTS)
def test_another_host_or_port_is_another_place(one, other, scheme, port, its_port):
    page, asked = Origin.parse(f"{scheme}://{one[0]}:{port}"), Authority.parse(f"{other[1]}:{its_port}")
    assert page.is_at(asked) == ((one[0], port) == (other[0], its_port))


@given(st.text(max_size=40) | st.text(alphabet="ab.:[]@/?#\\%0189 -", max_size=20))
def test_a_parsed_authority_parses_to_itself_and_holds_only_host_and_port(text):
    authority = Authority.parse(text)
    if authority is not None:
        assert Authority.parse(str(authority)) == authority
        assert authority.host.isascii()
        assert authority.host == authority.host.lower()
        assert not set(authority.host) & set("@/?#\\% []")


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a..b",
        "user@lab",
        "user:word@lab",
        "lab:http",
        "lab:65536",
        "lab:-1",
        "lab:8٠",
        "lab :80",
        "lab/path",
        "lab\n",
        "[::1",
        "::1",
        "[::1%25eth0]",
        "[1.2.3.4]",
        "[]",
        "lab,evil",
        "ラボ",
    ],
)
def test_an_invalid_host_is_none(text):
    assert Authority.parse(text) is None
    assert Origin.parse(f"http://{text}") is None


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "",
        "lab",
        "//lab",
        "file://",
        "file:///etc",
        "chrome-extension://lab",
        "http:/lab",
        "http://lab/",
    ],
)
def test_an_invalid_origin_is_none(text):
    assert Origin.parse(text) is None


@pytest.mark.parametrize(
    "name", ["localhost", "LocalHost", "localhost.", "lab.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]
)
def test_these_names_mean_this_machine(name):
    assert Authority.parse(name).is_loopback


@pytest.mark.parametrize(
    "name", ["localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example", "10.0.0.1", "127.1"]
)
def test_these_names_only_look_like_this_machine(name):
    assert not Authority.parse(name).is_loopback


@given(st.ip_addresses())
def test_ip_addresses_are_recognized(address):
    text = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
    assert Authority.parse(text).is_address


SEGMENTS = st.from_regex(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,8}", fullmatch=True)


@given(st.lists(SEGMENTS, min_size=1, max_size=4).filter(lambda parts: parts[0] not in OWN_NAMES))
def test_a_prefix_is_its_path_with_or_without_a_slash_at_its_end(segments):
    path = "".join(f"/{segment}" for segment in segments)
    assert clean_prefix(path) == clean_prefix(f"{path}/") == path
    assert clean_prefix("/") == clean_prefix("") == ""


@pytest.mark.parametrize(
    "text",
    [
        "lab",
        "//evil.example",
        "/lab//x",
        "/../x",
        "/lab/..",
        "/./x",
        "/a b",
        "/a%2e",
        "/a?b",
        "/a#b",
        "/<b>",
        "/a\n",
        "/a\\b",
        "/ラボ",
        "http://evil.example/",
        "/a;b",
        "/" + "a" * 200,
        "/api",
        "/static/x",
        "/ws",
    ],
)
def test_a_path_that_could_mean_something_else_is_refused(text):
    with pytest.raises(ValueError, match="must"):
        clean_prefix(text)
