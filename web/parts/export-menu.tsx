import { useEffect, useRef, useState } from 'preact/hooks';
import type { Format } from '../figure/download.ts';
import type { Columns, Figure } from '../figure/figure.ts';

interface ExportMenuProps {
  /** Made when it is asked for. */
  figure: () => Figure | Promise<Figure>;
  /** Of the file, without its ending. */
  name: string;
  /** Default: a button that says "Export". */
  look?: 'icon';
}

const FORMATS: { format: Format; label: string; title: string }[] = [
  { format: 'svg', label: 'SVG', title: 'lines and text that can be edited' },
  { format: 'pdf', label: 'PDF', title: 'for LaTeX' },
  { format: 'png', label: 'PNG', title: '288 dots to the inch' },
  { format: 'csv', label: 'CSV', title: 'the points that are drawn' },
];

/** Saves what a chart shows, at the width of one or two columns of a paper. */
export function ExportMenu({ figure, name, look }: ExportMenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [columns, setColumns] = useState<Columns>('two');
  const [error, setError] = useState<string | null>(null);
  useEffect(() => closeOutside(menu.current!), []);

  const save = (format: Format): void => {
    setError(null);
    void (async () => {
      const { download } = await import('../figure/download.ts');
      await download(await figure(), name, format, columns);
      menu.current!.open = false;
    })().catch((problem: Error) => setError(`Cannot export: ${problem.message}`));
  };

  return (
    <details class={`export${look === 'icon' ? ' export-icon' : ''}`} ref={menu}>
      <summary aria-label="Export this figure" title="Export this figure">
        {look === 'icon' ? '⤓' : 'Export'}
      </summary>
      <div class="export-panel">
        <fieldset>
          <legend>Width</legend>
          {(['one', 'two'] as const).map((each) => (
            <label key={each}>
              <input type="radio" checked={columns === each} onChange={() => setColumns(each)} />
              {each === 'one' ? 'one column' : 'two columns'}
            </label>
          ))}
        </fieldset>
        <div class="export-formats">
          {FORMATS.map(({ format, label, title }) => (
            <button key={format} type="button" title={title} onClick={() => save(format)}>
              {label}
            </button>
          ))}
        </div>
        {error !== null && (
          <p class="problem" role="alert">
            {error}
          </p>
        )}
      </div>
    </details>
  );
}

/** A press elsewhere closes the menu, and so does Escape. */
function closeOutside(menu: HTMLDetailsElement): () => void {
  const press = (event: Event): void => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    menu.querySelector('summary')!.focus();
  };
  document.addEventListener('pointerdown', press);
  document.addEventListener('keydown', key);
  return () => {
    document.removeEventListener('pointerdown', press);
    document.removeEventListener('keydown', key);
  };
}
