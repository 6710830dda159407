/** Project Gutenberg's own lines around a book: the licence before and after them is no part of it. */
const START = /^\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG EBOOK.*$/im;
const END = /^(?:\*{3} ?END OF (?:THE|THIS) PROJECT GUTENBERG EBOOK.*|End of (?:the )?Project Gutenberg['’]s .*)$/im;
/** The short form that single pieces carry. */
const NOTICE = /^This eBook is for the use of anyone anywhere[^]*?www\.gutenberg\.(?:org|net)\S*\n?/m;

/** Removes the licence block of a Project Gutenberg text, or what a passage holds of it. */
export function stripLicence(text: string): string {
  const start = START.exec(text);
  const body = start ? text.slice(start.index + start[0].length) : text;
  const end = END.exec(body);
  return (end ? body.slice(0, end.index) : body).replace(NOTICE, '').trim();
}

/** Pages that a line has to stand on before it is taken for a header or footer. */
const FEWEST_PAGES = 3;

/** A page's header or footer, whatever the page's number. */
function shape(line: string | undefined): string {
  return (line ?? '').trim().replace(/\d+/g, '#');
}

/**
 * Removes headers and footers of pages that form feeds part: first or last lines that repeat, but for their numbers, on
 * at least three pages and half of all. Form feeds become line feeds.
 */
export function stripPages(text: string): string {
  if (!text.includes('\f')) return text;
  const pages = text.split('\f').map((page) => page.replace(/^\n+|\n+$/g, '').split('\n'));
  const counts = new Map<string, number>();
  for (const lines of pages)
    for (const edge of new Set([shape(lines[0]), shape(lines.at(-1))]))
      if (edge !== '') counts.set(edge, (counts.get(edge) ?? 0) + 1);
  const repeats = (line: string | undefined): boolean =>
    (counts.get(shape(line)) ?? 0) >= Math.max(FEWEST_PAGES, pages.length / 2);
  return pages
    .map((lines) => {
      const first = repeats(lines[0]) ? 1 : 0;
      const last = lines.length > first && repeats(lines.at(-1)) ? -1 : undefined;
      return lines.slice(first, last).join('\n');
    })
    .join('\n')
    .trim();
}

/** Documents that have to begin or end with a line before it is taken for boiler-plate. */
const FEWEST_DOCUMENTS = 20;
/** Lines that are counted at a time. */
const MOST_LINES = 65_536;

/**
 * Removes first and last lines that documents of one run share, such as a site's menu or notice: a line that at least 20
 * documents and a tenth of all before had at an edge. Looks at three lines at each edge.
 */
export class SharedEdges {
  readonly #counts = new Map<string, number>();
  #documents = 0;

  strip(text: string): string {
    this.#documents += 1;
    const lines = text.split('\n');
    const edges = [...new Set([...lines.slice(0, 3), ...lines.slice(-3)])].filter((line) => line.trim() !== '');
    const shared = new Set(edges.filter((line) => this.#isShared(line)));
    for (const line of edges) this.#count(line);
    if (shared.size === 0 || lines.length <= 6) return text;
    const keep = lines.filter((line, index) => !((index < 3 || index >= lines.length - 3) && shared.has(line)));
    return keep.join('\n').trim();
  }

  #isShared(line: string): boolean {
    return (this.#counts.get(line) ?? 0) >= Math.max(FEWEST_DOCUMENTS, this.#documents / 10);
  }

  #count(line: string): void {
    const key = line.slice(0, 200);
    const count = this.#counts.get(key);
    if (count === undefined && this.#counts.size >= MOST_LINES) this.#forgetRare();
    this.#counts.set(key, (count ?? 0) + 1);
  }

  /** Keeps the memory bounded: lines seen once are not what is looked for. */
  #forgetRare(): void {
    for (const [line, count] of this.#counts) if (count <= 1) this.#counts.delete(line);
    if (this.#counts.size >= MOST_LINES) this.#counts.clear();
  }
}
