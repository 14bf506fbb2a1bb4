"""Invented HTML pages, in the shapes that news sites build them; one item in all."""

from __future__ import annotations

import json

TITLE = "کتابخانه‌ی محله‌ی سپیدار دوباره باز شد"
LEAD = "کتابخانه‌ی محله‌ی سپیدار پس از یک سال بازسازی، از امروز پذیرای مردم است."
PARAGRAPHS = [
    "به گزارش روابط عمومی شهرداری، ساختمان این کتابخانه که چهل سال عمر دارد، با هزینه‌ای "
    "برابر شش میلیارد تومان مقاوم‌سازی شده و تالار خواندن آن دو برابر گذشته جا دارد.",
    "سرپرست کتابخانه در آیین بازگشایی گفت: ده هزار جلد کتاب تازه خریده‌ایم و بخش کودک را "
    "به طبقه‌ی همکف آورده‌ایم تا رفت‌وآمد خانواده‌ها آسان‌تر شود.",
    "او افزود: عضویت تا پایان آذر رایگان است و کتابخانه هر روز جز جمعه‌ها از ۸ تا ۲۰ باز می‌ماند.",
    "اهالی محله نیز خواستار آن شدند که ایستگاه اتوبوس روبه‌روی کتابخانه زودتر راه بیفتد.",
]
BODY = "\n".join(PARAGRAPHS)
MENU = (
    "<ul class='menu'><li><a href='/'>صفحه اصلی</a></li><li><a href='/1'>شهری</a></li>"
    "<li><a href='/2'>اجتماعی</a></li><li><a href='/3'>ورزشی</a></li></ul>"
)
RELATED = (
    "<div class='related'><h3>اخبار مرتبط</h3><ul>"
    "<li><a href='/n/1'>پارک نارون تا بهار آماده می‌شود</a></li>"
    "<li><a href='/n/2'>خط تازه‌ی اتوبوس در شمال شهر راه افتاد</a></li>"
    "<li><a href='/n/3'>آسفالت بلوار مهر نو می‌شود</a></li></ul></div>"
)
COMMENTS = (
    "<div id='comments'><h3>نظر شما</h3><p>نظرات حاوی توهین منتشر نمی‌شود.</p>"
    "<form><input name='n'><textarea></textarea><span>۷ + ۵ =</span>"
    "<button>ارسال</button></form><div class='comment'><b>رضا</b><p>دست شهرداری درد نکند، "
    "سال‌ها بود که بچه‌های این محله جایی برای خواندن نداشتند و باید تا مرکز شهر می‌رفتند.</p>"
    "</div></div>"
)
FOOT = "<div class='foot'>همه‌ی حقوق این سایت محفوظ است. نقل خبر با یاد کردن منبع آزاد است.</div>"
AFTER = (
    "<p>انتهای پیام/</p><div>۱۸ آبان ۱۴۰۵ - ۱۰:۳۲</div><div>کد خبر: ۱۲۳۴۵</div>"
    "<div>برچسب‌ها: کتابخانه، بازسازی</div>"
)
_P = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
_OG = (
    f"<meta property='og:title' content='{TITLE} | شهر نو'><meta property='og:site_name' "
    f"content='شهر نو'><meta property='og:description' content='{LEAD}'>"
    "<meta property='article:tag' content='کتابخانه'>"
    "<meta property='article:tag' content='بازسازی'>"
    "<meta property='article:section' content='شهری'>"
    "<meta property='article:published_time' content='2026-11-09T10:32:00+03:30'>"
)
_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "شهر نو"},
        {
            "@type": ["NewsArticle"],
            "headline": TITLE,
            "description": LEAD,
            "articleBody": f"{BODY} انتهای پیام/ کد خبر: ۱۲۳۴۵",
            "keywords": "کتابخانه, بازسازی",
            "articleSection": ["شهری"],
            "datePublished": "2026-11-09T10:32:00+03:30",
        },
    ],
}
_SHORT_LD = [
    {"@type": "BreadcrumbList"},
    {
        "@type": "NewsArticle",
        "headline": TITLE,
        "description": LEAD,
        "keywords": ["کتابخانه", "بازسازی"],
    },
]


def _page(head: str, body: str) -> str:
    start = "<!doctype html><html lang='fa' dir='rtl'><head><meta charset='utf-8'>"
    return f"{start}<title>{TITLE} - شهر نو</title>{head}</head><body>{body}</body></html>"


def _script(value: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(value, ensure_ascii=False)}</script>"


_DIVS = (
    f"<div class='top'>{MENU}</div><div class='content'><h1>{TITLE}</h1>"
    f"<div class='lead'>{LEAD}</div><div class='text'>{_P}</div>{AFTER}</div>"
    f"{RELATED}{COMMENTS}{FOOT}"
)
_BREAKS = "<br><br>".join(PARAGRAPHS)

#: Pages by shape. All hold TITLE, LEAD and BODY.
PAGES: dict[str, str] = {
    "JSON-LD graph with the body": _page(_script(_LD), _DIVS),
    "JSON-LD list without the body": _page(_script(_SHORT_LD), _DIVS),
    "OpenGraph and an article element": _page(
        _OG,
        f"<header>{MENU}</header><main><article><h1>{TITLE}</h1><p class='lead'>{LEAD}</p>{_P}"
        f"{AFTER}</article></main><aside>{RELATED}</aside><section>{COMMENTS}</section>"
        f"<footer>{FOOT}</footer>",
    ),
    "divisions only": _page("", _DIVS),
    "tables": _page(
        "",
        f"<table><tr><td colspan=2>{MENU}</td></tr><tr><td><h1>{TITLE}</h1><div>{LEAD}</div>"
        f"<div>{_P}</div>{AFTER}</td><td>{RELATED}</td></tr><tr><td>{COMMENTS}{FOOT}</td></tr></table>",
    ),
    "line breaks, no end mark": _page(
        _OG, f"{MENU}<div id='n'><h1>{TITLE}</h1><h2>{LEAD}</h2><div>{_BREAKS}</div></div>"
        f"{RELATED}{COMMENTS}{FOOT}",
    ),
    "paragraphs, no end mark": _page(
        "", f"{MENU}<div id='n'><h1>{TITLE}</h1><h2>{LEAD}</h2><div>{_P}</div></div>"
        f"{RELATED}{COMMENTS}{FOOT}",
    ),
    "other items before the text": _page(
        _OG, f"{MENU}<div class='side'>{RELATED}</div><div class='box'><h3>پربازدیدها</h3>"
        f"{RELATED}</div><div class='news'><h1>{TITLE}</h1><div>{LEAD}</div>{_P}{AFTER}</div>"
        f"{COMMENTS}{FOOT}",
    ),
    "nothing closed, broken data": (
        f"<html><head><meta charset=utf-8><title>{TITLE}</title><script type=application/ld+json>"
        f"{{'headline': </script>{_OG}<body><div>{MENU}<div><h1>{TITLE}</h1><p>{LEAD}"
        + "".join(f"<p>{text}" for text in PARAGRAPHS)
        + f"<p>انتهای پیام/<p>کد خبر: ۱۲۳۴۵<p>برچسب‌ها: کتابخانه، بازسازی<div>{RELATED}"
    ),
    "page application with its data": _page(
        _OG + _script({**_LD, "@graph": None, "mainEntity": _LD["@graph"][1]}),
        "<div id='app'></div><script>window.__STATE__ = {}</script>",
    ),
}  # fmt: skip
