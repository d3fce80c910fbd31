import { escapeHtml } from '../formats/to-html.ts';
import { DOCUMENT_STYLE } from './document-style.ts';

/** What a report holds. Texts are plain; `table` and the pictures are markup that this program wrote. */
export interface ReportParts {
  /** `s3` */
  id: string;
  name: string;
  description: string | null;
  /** The answer, and the next step. */
  sentence: string;
  next: string | null;
  /** Where the sweep stands, in words. */
  standing: string;
  /** When the report was made, ISO 8601. */
  madeAt: string;
  table: string | null;
  figures: { title: string; svg: string }[];
  notes: { of: string; tags: string[]; text: string | null }[];
  definition: string;
  /** Names and values: engines, versions, hashes. */
  facts: [name: string, value: string][];
}

/**
 * One HTML file that holds everything: it opens from a disk and from a mail, runs no script and asks for nothing, which
 * its policy holds it to.
 */
export function toReportDocument(parts: ReportParts): string {
  const { id, name, description, sentence, next, standing, madeAt, table, figures, notes, definition, facts } = parts;
  const title = `${name} (${id})`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="generator" content="Cosweep">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>\n${DOCUMENT_STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    '<header>',
    `<p class="quiet">Cosweep, sweep ${escapeHtml(id)}, ${escapeHtml(standing)}; report of ${escapeHtml(madeAt)}</p>`,
    `<h1>${escapeHtml(name)}</h1>`,
    ...(description === null ? [] : [`<p>${escapeHtml(description)}</p>`]),
    '</header>',
    '<section class="answer">',
    '<h2>Answer</h2>',
    `<p class="sentence">${sentence.split('\n').map(escapeHtml).join('\n')}</p>`,
    ...(next === null ? [] : [`<p>Next: ${escapeHtml(next)}</p>`]),
    '</section>',
    ...figures.slice(0, 1).map(toFigure),
    ...(table === null ? [] : ['<section>', '<h2>Table</h2>', `<div class="wide">${table}</div>`, '</section>']),
    ...figures.slice(1).map(toFigure),
    ...(notes.length === 0 ? [] : ['<section>', '<h2>Notes</h2>', ...notes.map(toNote), '</section>']),
    '<section>',
    '<h2>What it was made with</h2>',
    '<dl>',
    ...facts.map(([what, value]) => `<dt>${escapeHtml(what)}</dt><dd>${escapeHtml(value)}</dd>`),
    '</dl>',
    '</section>',
    '<section>',
    '<h2>Definition</h2>',
    `<pre>${escapeLines(definition)}</pre>`,
    '</section>',
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function toFigure({ title, svg }: { title: string; svg: string }): string {
  return `<figure aria-label="${escapeHtml(title)}">\n${svg}</figure>`;
}

function toNote({ of, tags, text }: ReportParts['notes'][number]): string {
  const marks = tags.length === 0 ? '' : ` <span class="quiet">${escapeHtml(tags.join(', '))}</span>`;
  return `<h3>${escapeHtml(of)}${marks}</h3>${text === null ? '' : `<p class="note-text">${escapeLines(text)}</p>`}`;
}

function escapeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeHtml(line.replaceAll('\t', '  ')))
    .join('\n');
}
