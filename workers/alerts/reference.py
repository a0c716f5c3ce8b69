"""How alerts and decisions name the rule and the article they tell of, bounded in size."""

from __future__ import annotations

from hashlib import blake2b

import orjson

from schemas.alert import ArticleReference, RuleReference
from schemas.article import Article
from schemas.rule import Rule

MAX_TEXT_CHARS = 2_000  # of a title, source or address as passed on
MAX_QUERY_CHARS = 10_000
ID_BYTES = 15  # 120 bits: no two alerts share an id


def shorten(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis where it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def name_id(prefix: str, *parts: str) -> str:
    """An id made of the parts alone, never of time or chance: `al_5f0c…`."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=ID_BYTES)
    return f"{prefix}_{digest.hexdigest()}"


def refer_to_rule(rule: Rule, canonical: str) -> RuleReference:
    """The rule as it stands now."""
    return RuleReference(
        id=rule.id,
        name=rule.name or rule.id,
        version=rule.version,
        query=shorten(canonical, MAX_QUERY_CHARS),
        priority=rule.priority,
        tags=rule.tags,
        owner=rule.owner,
    )


def refer_to_article(article: Article, extra_max_bytes: int) -> ArticleReference:
    """The article's identity and what a reader needs first; unknown fields up to the limit."""
    extra = article.model_extra or {}
    omitted = bool(extra) and len(orjson.dumps(extra, default=str)) > extra_max_bytes
    return ArticleReference(
        uri=article.uri,
        version=article.version,
        title=article.title and shorten(article.title, MAX_TEXT_CHARS),
        source=article.source and shorten(article.source, MAX_TEXT_CHARS),
        url=article.url and shorten(article.url, MAX_TEXT_CHARS),
        published=article.published,
        language=article.language and shorten(article.language, MAX_TEXT_CHARS),
        extra={} if omitted else extra,
        extra_omitted=omitted,
    )
