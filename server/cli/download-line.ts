import type { Output } from './output.ts';

/** A bar that fills while a file arrives. It is drawn on a terminal only; elsewhere the log lines must suffice. */
export function makeDownloadLine(output: Output): {
  show(file: string, received: number, total: number): void;
  end(): void;
} {
  if (!output.live) return { show() {}, end() {} };
  let drawn = false;
  return {
    show(file, received, total) {
      const cells = 30;
      const filled = Math.floor((cells * received) / total);
      const bar = '█'.repeat(filled) + '░'.repeat(cells - filled);
      const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
      output.draw(`\r\x1b[K${file} ${bar} ${megabytes(received)} of ${megabytes(total)} MB`);
      drawn = true;
    },
    end() {
      if (drawn) output.draw('\r\x1b[K');
    },
  };
}
