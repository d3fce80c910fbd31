import { useState } from 'preact/hooks';
import { copyText } from '../data/copy-text.ts';
import { apiAddress } from '../data/api.ts';

const FORMATS = [
  { format: 'latex', label: 'LaTeX', ending: 'tex' },
  { format: 'md', label: 'Markdown', ending: 'md' },
  { format: 'csv', label: 'CSV', ending: 'csv' },
  { format: 'html', label: 'HTML', ending: 'html' },
  { format: 'json', label: 'JSON', ending: 'json' },
];

/**
 * The table as it is set up, for a paper or a program: into the clipboard, or as a file.
 *
 * @param path of the table, with its query
 */
export function TableExports({ path, name }: { path: string; name: string }) {
  const [told, setTold] = useState('');
  const addressOf = (format: string) => apiAddress(`${path}&format=${format}`);
  const copy = async (format: string, label: string): Promise<void> => {
    const copied = fetch(addressOf(format)).then((answer) => {
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      return answer.text();
    });
    await copied.then(copyText).then(
      () => setTold(`Copied as ${label}.`),
      (error: Error) => setTold(`Cannot copy: ${error.message}. The download has the same.`),
    );
  };
  return (
    <div class="downloads">
      <span role="group" aria-label="Copy the table">
        Copy:{' '}
        {FORMATS.map(({ format, label }) => (
          <button key={format} type="button" class="small" onClick={() => void copy(format, label)}>
            {label}
          </button>
        ))}
      </span>
      <span>
        Download:{' '}
        {FORMATS.map(({ format, label, ending }) => (
          <a key={format} href={addressOf(format)} download={`${name}.${ending}`}>
            {label}
          </a>
        ))}
      </span>
      <span role="status">{told}</span>
    </div>
  );
}
