"""Web addresses of one page that are written in different ways."""

from __future__ import annotations

import re

from yarl import URL

_CHARACTERS_MAX = 2048
# What says how a reader came, in no case which page it is. Names that some sites use for the page itself (id, cid,
# ref, source, story) stay: two addresses too many cost a duplicate, one too few an alert.
_TRACKING = re.compile(
    r"utm_.*|at_(medium|campaign|custom.*|format|link_.*|ptr_.*|bbc_team)|ns_(mchannel|source|campaign|linkname|fee)"
    r"|(fb|g|d|y|ys|tw|tt)clid|msclkid|gclsrc|gbraid|wbraid|mc_(cid|eid)|mkt_tok|igsh(id)?|_ga|_gl|_hsenc|_hsmi"
    r"|hsctatracking|vero_(id|conv)|oly_(anon|enc)_id|li_fat_id|s_kwcid|__twitter_impression|wt\.mc_id|wt_mc|xtor"
    r"|cmpid|cmp|ocid|smid|smtyp|ito|guccounter|guce_referrer(_sig)?|ftag|amp|outputtype",
    re.IGNORECASE,
)
_SCHEMES = {"http": 80, "https": 443}
_FRONTS = ("www.", "m.", "mobile.", "amp.")  # of hosts that show the same page otherwise


def normalise_url(url: str | None) -> str | None:
    """The address by which a page is known; None where it is no web address, or names a site and no page.

    What is dropped: the scheme (http and https show the same page), user and password, the scheme's own port, the
    fragment, one of `www.`, `m.`, `mobile.`, `amp.` before the host, `/amp` and slashes at the end of the path, and
    parameters that only track. What is made one: the host's letters (lower case, IDNA), percent signs, `.` and `..`,
    the order of the parameters. The path's and the values' case stays, since it may matter.
    """
    if not url or len(url) > _CHARACTERS_MAX:
        return None
    try:
        parsed = URL(url.strip())
        host, port = parsed.raw_host, parsed.port
    except ValueError:
        return None
    if parsed.scheme not in _SCHEMES or not host:
        return None
    path = parsed.raw_path.rstrip("/").removesuffix("/amp").rstrip("/")
    query = sorted((name, value) for name, value in parsed.query.items() if not _TRACKING.fullmatch(name))
    if not path and not query:
        return None
    where = _bare(host) + (f":{port}" if port != _SCHEMES[parsed.scheme] else "")
    return where + path + (f"?{URL.build(query=query).raw_query_string}" if query else "")


def host_of(url: str | None) -> str:
    """The site of an address, without `www.` and its like; empty where there is none."""
    try:
        return _bare(URL(url.strip()).raw_host or "") if url else ""
    except ValueError:
        return ""


def _bare(host: str) -> str:
    host = host.lower().rstrip(".")
    for front in _FRONTS:
        rest = host.removeprefix(front)
        if rest != host and "." in rest:
            return rest
    return host
