/** The looks of a report: light and dark as the reader's system is, and for print. Figures stay light. */
export const DOCUMENT_STYLE = `:root {
  color-scheme: light dark;
  --page: #ffffff;
  --text: #1b2430;
  --quiet: #5b6776;
  --line: #dbe1e8;
  --raised: #f4f6f9;
  --accent: #0a5fa5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10151c;
    --text: #e6ebf2;
    --quiet: #9fadbd;
    --line: #2a3441;
    --raised: #171e27;
    --accent: #62b4f0;
  }
}
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  overflow-wrap: anywhere;
}
main {
  max-width: 960px;
  margin: 0 auto;
  padding: 24px 16px 48px;
}
h1 {
  margin: 4px 0;
  font-size: 1.7rem;
}
h2 {
  margin: 32px 0 8px;
  font-size: 1.15rem;
}
h3 {
  margin: 14px 0 2px;
  font-size: 1rem;
}
.quiet,
.note {
  color: var(--quiet);
  font-size: 0.88rem;
}
.answer {
  margin-top: 20px;
  padding: 4px 18px 8px;
  background: var(--raised);
  border-left: 4px solid var(--accent);
}
.answer h2 {
  margin: 10px 0 0;
  color: var(--quiet);
  font-size: 0.88rem;
}
.sentence {
  margin: 4px 0;
  font-size: 1.2rem;
  white-space: pre-line;
}
figure {
  margin: 24px 0;
}
figure svg {
  display: block;
  max-width: 100%;
  height: auto;
}
.wide {
  overflow-x: auto;
}
table {
  border-collapse: collapse;
  font-size: 0.9rem;
  font-variant-numeric: tabular-nums;
}
caption {
  padding-bottom: 6px;
  text-align: left;
  color: var(--quiet);
}
th,
td {
  padding: 4px 12px 4px 0;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: top;
  overflow-wrap: normal;
}
dl {
  display: grid;
  grid-template-columns: max-content 1fr;
  gap: 4px 16px;
  font-size: 0.9rem;
}
dt {
  color: var(--quiet);
}
dd {
  margin: 0;
}
pre,
.note-text {
  white-space: pre-wrap;
}
pre {
  padding: 12px;
  background: var(--raised);
  font-size: 0.82rem;
}
@media (max-width: 600px) {
  dl {
    grid-template-columns: 1fr;
  }
}
@media print {
  :root {
    --page: #ffffff;
    --text: #000000;
    --quiet: #444444;
    --line: #bbbbbb;
    --raised: #ffffff;
  }
  main {
    max-width: none;
    padding: 0;
  }
  figure,
  tr,
  .answer {
    break-inside: avoid;
  }
  h2 {
    break-after: avoid;
  }
}
`;
