"""A news page copied as plain text: which lines are the item, and which its furniture.

The item is title, lead and body. Round it stand the date, the news code, breadcrumbs,
buttons, tags, the comment form with its rules, and lists of other items. Most sites
close the body with an end mark such as «انتهای پیام/»; where one stands, it decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate

from moderation.article.shapes import Line, split_tags, strip
from moderation.types import Article

__all__ = ["Page", "parse_text_page", "read_page", "trim_body"]

#: From this length a line counts as prose when two halves of a page are weighed.
_PROSE = 80
#: Longest line that may hold tags below their label.
_MAX_TAG_LINE = 120
#: Longest name of a section; what is longer in a breadcrumb is the item's title.
_MAX_SECTION = 25


@dataclass
class Page:
    """What was read from a page: the item's lines, and the fields of its furniture."""

    lines: list[str] = field(default_factory=list)
    date: str = ""
    code: str = ""
    tags: list[str] = field(default_factory=list)
    category: str = ""
    #: Whether an end mark closed the item, so that its last line is known.
    ended: bool = False


def parse_text_page(text: str) -> Article:
    r"""Read the news item from a page copied as plain text.

    The first line of the item is the title, the second the lead, the rest the body.
    No string raises; one without any line gives an empty article.

    Parameters
    ----------
    text : str
        The page, with or without furniture round the item.

    Returns
    -------
    Article
        Title, lead and body, and the date, code, tags and category where printed.

    Examples
    --------
    >>> page = "پل تازه باز شد\nاین پل دو محله را به هم می‌رساند.\nانتهای پیام/\nکد خبر: ۱۲۳"
    >>> article = parse_text_page(page)
    >>> article.title, article.body, article.code
    ('پل تازه باز شد', '', '123')
    """
    full = [strip(line) for line in text.splitlines() if strip(line)]
    page = read_page(text)
    if len(full) == 1 and not page.lines and not Line(full[0]).end:
        return Article(title=full[0])  # a lone line is a title, whatever it looks like
    return Article(
        title=page.lines[0] if page.lines else "",
        lead=page.lines[1] if len(page.lines) > 1 else "",
        body="\n".join(page.lines[2:]),
        tags=tuple(dict.fromkeys(page.tags)),
        category=page.category,
        date=page.date,
        code=page.code,
    )


def trim_body(body: str) -> Page:
    """Read a text that holds the body alone, and cut the furniture in and after it."""
    return read_page(body, before=2)


def read_page(text: str, before: int = 0) -> Page:
    """Part a text into the item's lines and its furniture.

    Parameters
    ----------
    text : str
        The text.
    before : int
        How many lines of the item (title, lead) are known to stand before it.
    """
    return _Reader([Line(strip(line)) for line in text.splitlines()], before).read()


class _Reader:
    def __init__(self, lines: list[Line], before: int) -> None:
        self._lines = lines
        self._before = before
        self._page = Page()
        self._gregorian = ""
        self._sections = 0
        self._body_chars = 0
        self._open = True  # the item has not ended yet
        self._dated = True  # dates still belong to this item, not to others or comments
        self._last_end = max((i for i, line in enumerate(lines) if line.end), default=-1)
        prose = [len(line.raw) if len(line.raw) >= _PROSE else 0 for line in lines]
        self._prose_after = [0, *accumulate(reversed(prose))][::-1]

    def read(self) -> Page:
        place, after_furniture = 0, False
        while place < len(self._lines):
            line = self._lines[place]
            place += 1
            if not line.raw:
                continue
            if line.end:
                self._end(line, line.end)
                after_furniture = True
                continue
            skipped = self._furniture(place - 1, after_furniture)
            after_furniture = skipped > 0
            if skipped:
                place += skipped - 1
            elif self._open:
                self._keep(line.raw)
            else:
                self._fields(line)
        self._page.date = self._page.date or self._gregorian
        return self._page

    # -- the item -------------------------------------------------------------

    @property
    def _count(self) -> int:
        return self._before + len(self._page.lines)

    def _keep(self, text: str) -> None:
        self._page.lines.append(text)
        if self._count > 2:
            self._body_chars += len(text)

    def _end(self, line: Line, mark: tuple[int, int]) -> None:
        if self._open and (head := strip(line.raw[: mark[0]])):
            self._keep(head)
        if self._open and self._count:
            self._open, self._page.ended = False, True
        if rest := strip(line.raw[mark[1] :]):
            self._fields(Line(rest))

    def _stop(self, place: int, *, least: int = 2) -> None:
        """End the item at a furniture line, unless an end mark below says where it ends."""
        if self._count >= least and self._last_end < place:
            self._open = False

    # -- the furniture --------------------------------------------------------

    def _furniture(self, place: int, after_furniture: bool) -> int:
        """Return how many lines from `place` on are furniture, with their fields taken."""
        line = self._lines[place]
        if line.tags is not None:
            self._stop(place)
            return self._take_tags(place)
        if line.is_comment_form:
            self._open = self._open and self._count < 3 and self._last_end > place
            self._dated = self._dated and self._open
            return 1
        if line.is_related or line.is_comment_heading:
            # Above the prose such a heading is an entry of a menu.
            self._stop(place, least=2 if self._prose_after[place + 1] else 1)
            self._dated = self._open
            return 1 + (self._links(place + 1) if line.is_related and self._count >= 2 else 0)
        if line.is_read_more and self._count:
            inline = line.label[1] != ""
            return 1 if inline else 1 + self._links(place + 1)
        if line.is_meta:
            self._fields(line)
            if self._count >= 3 and self._body_chars >= self._prose_after[place + 1]:
                self._stop(place)
            return 1 + self._code_below(place)
        if line.category or line.is_credit:
            self._page.category = self._page.category or line.category
            return 1
        if self._count == 0 and self._is_heading(place):
            return 1
        return int(line.is_tools or (line.is_weak_tool and after_furniture))

    def _is_heading(self, place: int) -> bool:
        """Whether the line, above the title, only says where on the site one is."""
        line = self._lines[place]
        rest = range(place + 1, len(self._lines))
        below = next((self._lines[i] for i in rest if self._lines[i].raw), None)
        if below is None:
            return False
        if line.is_home or (line.is_section and not below.end):
            if line.is_section:
                self._sections += 1  # more than one of them are a menu
                self._page.category = line.raw if self._sections == 1 else ""
            return True
        if line.path:
            sections = [part for part in line.path if len(part) <= _MAX_SECTION]
            self._page.category = sections[-1] if sections else self._page.category
            return True
        menu = below.is_home or below.is_tools or len(below.path) > 1
        return line.is_site_name and menu

    def _links(self, place: int) -> int:
        """Return how many lines from `place` on are titles of other items."""
        start = place
        while place < len(self._lines) and self._lines[place].raw:
            line = self._lines[place]
            if not line.is_link or line.end or line.is_meta or line.tags is not None:
                break
            place += 1
        return place - start

    def _take_tags(self, place: int) -> int:
        """Take the tags on the line, or those on the lines below its label."""
        tags = self._lines[place].tags or []
        start = place
        if not tags:
            place += 1
            while place < len(self._lines) and not self._lines[place].raw:
                place += 1
            while place < len(self._lines) and self._is_tag(self._lines[place]):
                tags = tags + split_tags(self._lines[place].raw)
                place += 1
            place -= 1
        if not self._page.tags:
            self._page.tags = tags
        return max(1, place - start + 1)

    @staticmethod
    def _is_tag(line: Line) -> bool:
        if not line.raw or len(line.raw) > _MAX_TAG_LINE or line.end or line.is_meta:
            return False
        other = line.is_comment_heading or line.is_comment_form or line.is_related
        if other or line.is_read_more or line.is_tools or line.is_credit or ":" in line.raw:
            return False
        words = [len(tag.split()) for tag in split_tags(line.raw)]
        return bool(words) and max(words) <= 5 and not line.raw.endswith((".", "؟", "!"))

    def _code_below(self, place: int) -> int:
        """Take a code that stands on the line below its label; return the lines taken."""
        if self._page.code or place + 1 >= len(self._lines):
            return 0
        joined = Line(f"{self._lines[place].raw}: {self._lines[place + 1].raw}")
        digits = strip(self._lines[place + 1].raw).isdecimal()
        if digits and joined.code and not self._lines[place].code:
            self._page.code = joined.code
            return 1
        return 0

    def _fields(self, line: Line) -> None:
        page = self._page
        page.code = page.code or line.code
        page.category = page.category or line.category
        if not self._dated:
            return
        if line.time and page.date and ":" not in page.date:
            page.date = f"{page.date} {line.time}"
        page.date = page.date or line.date
        self._gregorian = self._gregorian or line.gregorian
