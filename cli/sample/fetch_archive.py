"""Fetches one source archive from the package index that pip is set up for, without running any of its code.

pip itself would run the archive's setup.py to learn its metadata, so the index is asked directly (PEP 503).
Usage: fetch_archive.py PROJECT FILE SHA256 TARGET
"""

import hashlib
import html.parser
import os
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request

TIMEOUT = 60


def setting(name):
    """A setting of pip's, from the environment or its configuration, or None."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if value:
        return value
    asked = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global." + name], capture_output=True, text=True)
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def index_url():
    from pip._internal.models.index import PyPI

    return (setting("index-url") or PyPI.simple_url).rstrip("/") + "/"


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attributes):
        href = dict(attributes).get("href")
        if tag == "a" and href:
            self.links.append(href)


def main(project, file, sha256, target):
    context = ssl.create_default_context(cafile=setting("cert"))
    page_url = index_url() + project + "/"
    with urllib.request.urlopen(page_url, timeout=TIMEOUT, context=context) as page:
        base = page.geturl()
        parser = Links()
        parser.feed(page.read().decode("utf-8"))
    for link in parser.links:
        url = urllib.parse.urljoin(base, link)
        if urllib.parse.urlparse(url).path.rsplit("/", 1)[-1] == file:
            break
    else:
        sys.exit(f"the package index has no {file}")
    with urllib.request.urlopen(url, timeout=TIMEOUT, context=context) as answer:
        content = answer.read()
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        sys.exit(f"{file} has the digest {actual}, not {sha256}")
    temporary = f"{target}.{os.getpid()}"
    with open(temporary, "wb") as out:
        out.write(content)
    os.replace(temporary, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
