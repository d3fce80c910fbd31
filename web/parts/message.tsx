import type { ComponentChildren } from 'preact';

interface MessageProps {
  kind: 'empty' | 'error' | 'loading';
  title: string;
  /** True where it stands in place of the whole page: its title is the page's heading. */
  isPage?: boolean | undefined;
  children?: ComponentChildren;
}

/** Stands where a page has nothing to show: says why, and what to do. */
export function Message({ kind, title, isPage = false, children }: MessageProps) {
  const Title = isPage ? 'h1' : 'p';
  return (
    <div class={`message message-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Title class="message-title">{title}</Title>
      {children}
    </div>
  );
}
