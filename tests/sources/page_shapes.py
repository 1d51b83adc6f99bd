"""Pages of made-up sites, each laid out in another way that themes lay out boxes of stories.

Each has a box of picks with the same three stories (``PICKS``) and things beside it that are not:
menus, categories, authors, comments, other boxes, other sites.
"""

PAGE = "https://www.post.example/"
PICKS = [
    ("https://www.post.example/2026/08/20/harbour-reopens/", "Harbour reopens after the storm"),
    ("https://www.post.example/ferry/", "Ferry sails again"),
    ("https://www.post.example/?p=731", "Why the bridge stays shut"),
]
MENU = """<header><h1><a href="/">The Post</a></h1><nav><ul><li><a href="/world/">World</a></li>
<li><a href="/editors-picks/">Editors' Picks</a></li><li><a href="/latest/">Latest Posts</a></li>
<li><a href="/2026/08/19/in-the-mega-menu/">In the mega menu</a></li></ul></nav></header>"""
FOOT = """<footer><h4>About</h4><a href="/privacy-policy/">Privacy</a>
<a href="https://elsewhere.example/2026/08/20/a-story-elsewhere/">Partner</a></footer>"""


def page(body: str) -> str:
    return f"<!doctype html><html><head><title>Post</title></head><body>{MENU}{body}{FOOT}</body>"


LATEST = """<h4 class="widget-title"><span>Latest Posts</span></h4><ul>
<li><a href="/2026/08/20/other-one/">Another story</a></li>
<li><a href="/2026/08/20/other-two/">A further story</a></li></ul>"""

#: a magazine theme: widget with a wrapped heading, cards with picture, category, date, comments
WIDGET = page(
    """<main><article><h2><a href="/2026/08/20/lead/">The lead of the day</a></h2></article>
</main><aside><div class="widget"><h4 class="widget-title penci-border"><span
 class="inner-arrow">Editors&#8217; Picks</span></h4><ul class="side-newsfeed">
<li><div class="thumb"><a class="penci-image-holder" href="/2026/08/20/harbour-reopens/"
 style="background-image: url(https://cdn.example/h-585x390.jpg)"></a></div>
 <div class="cat"><a class="penci-cat-name" href="/category/world/" rel="category tag">World</a>
 </div>
 <h4 class="side-title"><a href="/2026/08/20/harbour-reopens/" rel="bookmark">Harbour reopens
 after the storm</a></h4><span><time datetime="2026-08-20T08:00:00+00:00">20 August</time></span>
 <a href="/2026/08/20/harbour-reopens/#comments">3 comments</a>
 <a href="/author/ana/" rel="author">Ana Reis</a></li>
<li><h4 class="side-title"><a href="/ferry/">Ferry sails again</a></h4>
 <a href="/harbour/" rel="category tag">Harbour</a><p>The ferry sails every hour from Monday on.</p>
 </li>
<li><h4 class="side-title"><a href="/?p=731&utm_source=box">Why the bridge stays shut</a></h4></li>
</ul></div><div class="widget">"""
    + LATEST
    + "</div></aside>"
)

#: everything side by side under one parent
FLAT = page("""<main><h2>EDITORS&rsquo;  PICKS</h2>
<article><a href="/2026/08/20/harbour-reopens/"><img src="/h.jpg" alt="The harbour"
 srcset="/h-600.jpg 600w, /h-1200.jpg 1200w, /h-2400.jpg 2400w"></a>
 <h3><a href="/2026/08/20/harbour-reopens/">Harbour reopens after the storm</a></h3></article>
<article><h3><a href="/ferry/">Ferry sails again</a></h3></article>
<article><h3><a href="/?p=731">Why the bridge stays shut</a></h3></article>
<p><a href="/editors-picks/page/2/">See all</a></p>
<h2>Latest Posts</h2><article><h3><a href="/2026/08/20/other/">Another story</a></h3></article>
</main>""")

#: a block theme: heading and list are siblings, whole cards are links
BLOCKS = page("""<div class="wp-block-group"><div class="head"><h2 class="wp-block-heading">Editor's
 Picks <a href="/editors-picks/">View all</a></h2></div><div class="grid">
<a class="card" href="/2026/08/20/harbour-reopens/"><img data-src="/h.jpg" alt="">
 <span class="kicker">World</span><h3>Harbour reopens after the storm</h3><p>It took nine days to
 clear the ships away.</p></a>
<a class="card" href="/ferry/"><img src="data:image/gif;base64,R0lGOD" data-lazy-src="/f.jpg"
 alt="">
 <h3>Ferry sails again</h3></a>
<a class="card" href="/?p=731"><img src="/b.jpg" alt=""><h3>Why the bridge stays shut</h3></a></div>
<div class="head"><h2 class="wp-block-heading">Latest Posts</h2></div><div class="grid">
<a class="card" href="/2026/08/20/other/"><h3>Another story</h3></a></div></div>""")

#: tabs: the heading is the label of a panel elsewhere
TABS = page("""<div class="tabs"><ul><li><a href="#tab-1">Popular</a></li>
<li><a href="#tab-2">Editors' Picks</a></li></ul><div id="tab-1">
<a href="/2026/08/20/popular/">A popular story of the week</a></div><div id="tab-2"><ol>
<li><span class="number">1</span><a href="/2026/08/20/harbour-reopens/">Harbour reopens after the
 storm</a></li><li><a href="/ferry/" class="post-title">Ferry sails again</a></li>
<li><a href="/?p=731">Why the bridge stays shut</a></li></ol></div></div>""")

#: no headings at all: classes and labels
LABELLED = page("""<section aria-label="Editors' picks"><div class="story"><div class="media">
<a href="/2026/08/20/harbour-reopens/"><img src="/h.jpg" alt="Cranes"></a></div>
<div class="txt"><a href="/2026/08/20/harbour-reopens/" class="hed">Harbour reopens after the
 storm</a><a href="/2026/08/20/harbour-reopens/">Read more</a></div></div>
<div class="story"><a href="/ferry/" title="Ferry sails again"><img src="/f.jpg" alt=""></a></div>
<div class="story"><a href="/?p=731" aria-label="Read more about Why the bridge stays shut">More</a>
</div></section><section aria-label="Latest posts"><a href="/2026/08/20/other/">Another one here</a>
</section>""")

#: tables and capitals, as twenty years ago
OLD = page("""<TABLE><TR><TD CLASS=boxhead><FONT SIZE=2><B>Editors' Picks</B></FONT></TD></TR>
<TR><TD><A HREF="/2026/08/20/harbour-reopens/">Harbour reopens after the storm</A><BR>
<A HREF="/ferry/"><B>Ferry sails again</B><IMG SRC="/f.gif" WIDTH=400></A><BR>
<A HREF="/?p=731">Why the bridge stays shut</A></TD></TR></TABLE>
<TABLE><TR><TD CLASS=boxhead><FONT SIZE=2><B>Latest Posts</B></FONT></TD></TR>
<TR><TD><A HREF="/2026/08/20/other/">Another story of the day</A></TD></TR></TABLE>""")

#: headlines without links beside "Read more" links, and a heading in a header of its own
READ_MORE = page("""<section><header class="section-head"><h2>Editors&#x27; Picks</h2></header>
<div class="card"><h2>Harbour reopens after the storm</h2><p>It took nine days to clear the
 ships.</p><a href="/2026/08/20/harbour-reopens/">Read more</a></div>
<div class="card"><h2>Ferry sails again</h2>
<a class="post-title-link" href="/ferry/">Read more</a></div><div class="card"><h2>Why the bridge
 stays shut</h2><a href="/?p=731">Continue reading</a></div></section>
<section><header class="section-head"><h2>Latest Posts</h2></header>
<div class="card"><h2>Another</h2>
<a href="/2026/08/20/other/">Read more</a></div></section>""")

SHAPES = {
    "widget": WIDGET,
    "flat": FLAT,
    "blocks": BLOCKS,
    "tabs": TABS,
    "labelled": LABELLED,
    "old": OLD,
    "read more": READ_MORE,
}

#: the box is there and has no stories today
EMPTY = page("""<main><section><h2>Editors' Picks</h2><p>Back tomorrow.</p></section>
<section><div><div><h2>Latest Posts</h2></div></div><ul><li><a href="/2026/08/20/other/">Another</a>
</li><li><a href="/2026/08/20/other-two/">A further one</a></li></ul></section></main>""")
