"""The page on which a person judges what submissions have in common.

It holds nobody's data: its script asks the API with the token of whoever looks at it, and keeps that in memory.
"""

from lms.gateway.page import Page, page

_BODY = """\
<header>
<h1>Similarity of submissions</h1>
<p>What is marked here is evidence for a person to judge, never a verdict: it says where two submissions are alike,
not why.</p>
</header>
<main id="content">
<form id="ask">
<label for="token">Access token</label>
<input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-note">
<p id="token-note" class="quiet">Of somebody who grades in the course, from <code>POST /auth/login</code>. It stays
in this tab's memory until you close or reload it.</p>
<div class="fields">
<div>
<label for="kind">Show</label>
<select id="kind"><option value="assignments">an assignment</option>
<option value="submissions">a submission</option></select>
</div>
<div>
<label for="id">Its id</label>
<input id="id" autocomplete="off" spellcheck="false" placeholder="24 hexadecimal digits">
</div>
<button type="submit">Show</button>
</div>
</form>
<p id="state" role="status"></p>
<div id="found"></div>
<noscript><p>This page needs JavaScript to ask the API.</p></noscript>
</main>
<footer>
<p>Quotes, references, the task's own text and phrases that many use are left out. <a href="/docs">API
reference</a></p>
</footer>"""


def similarity_page() -> Page:
    return page("Similarity of submissions", _BODY, script="similarity.js", asks_the_api=True)
