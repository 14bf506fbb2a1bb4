"""Read news items from pages, as copied text and as HTML, and judge comments under them.

Run it with ``python examples/article_from_page.py``.
"""

from __future__ import annotations

from pathlib import Path

from moderation import Article, Moderator

DATA = Path(__file__).parent / "data"
COMMENTS = {
    "page.txt": (
        "مسیر پیاده‌روی بوستان پونه شب‌ها تاریک است، چراغ‌هایش را زودتر عوض کنید",
        "دستتان درد نکند",
        "سرمربی با این تعویض‌ها تیم را نابود کرد، مهاجم و دفاع هم در نیمه دوم فقط راه می‌رفتند"
        " و داور پنالتی واضح را نگرفت",
    ),
    "page.html": (
        "مادرم هر هفته باید برای درمان به این بیمارستان برود، با اتوبوس خیلی راحت‌تر می‌شود",
        "خط خوبی است ولی ساعت‌های حرکتش را هم در ایستگاه‌ها بزنید",
    ),
}


def read(path: Path) -> Article:
    """Read an item from a page."""
    if path.suffix == ".html":
        return Article.from_html(path.read_bytes())
    return Article.from_text(path.read_text(encoding="utf-8"))


def main() -> None:
    """Show what was read of each page, and what becomes of the comments under it."""
    moderator = Moderator()
    for name, comments in COMMENTS.items():
        article = read(DATA / name)
        print(f"{name}: {article.title}")
        print(f"    lead: {article.lead}")
        print(f"    body: {len(article.body.splitlines())} paragraphs")
        print(f"    tags: {'، '.join(article.tags)}")
        if article.code:
            print(f"    code {article.code}, date {article.date}")
        for comment, verdict in zip(comments, moderator.classify_batch(comments, article)):
            rules = ", ".join(finding.rule.value for finding in verdict.findings)
            print(f"  {verdict.decision.value}{f' ({rules})' if rules else ''}: {comment}")


if __name__ == "__main__":
    main()
