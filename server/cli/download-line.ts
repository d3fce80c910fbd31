import type { Output } from './output.ts';

/** A bar that fills while a file arrives: on a terminal only, the log lines have to do elsewhere. */
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
      const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
      output.draw(
        `\r\x1b[K${file} ${'█'.repeat(filled)}${'░'.repeat(cells - filled)} ${megabytes(received)} of ${megabytes(total)} MB`,
      );
      drawn = true;
    },
    end() {
      if (drawn) output.draw('\r\x1b[K');
    },
  };
}
