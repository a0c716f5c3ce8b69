"""Read what came, or say why not."""

from workers.articles.files import read_articles
from workers.articles.read import read

__all__ = ["read", "read_articles"]
