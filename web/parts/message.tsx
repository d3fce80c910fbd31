import type { ComponentChildren } from 'preact';

interface MessageProps {
  kind: 'empty' | 'error' | 'loading';
  title: string;
  children?: ComponentChildren;
}

/** Stands where a page has nothing to show: says why, and what to do. */
export function Message({ kind, title, children }: MessageProps) {
  return (
    <div class={`message message-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <p class="message-title">{title}</p>
      {children}
    </div>
  );
}
