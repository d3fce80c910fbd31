import type { ComponentChildren } from 'preact';
import { navigate } from './location.ts';

interface LinkProps {
  /** Relative to the base path: `sweeps/s3/curves`. */
  to: string;
  children: ComponentChildren;
  class?: string;
  current?: boolean;
  /** What it is called where its content alone does not say it. */
  label?: string;
}

/** A link to a page of the dashboard; with a modifier key the browser does what it always does. */
export function Link({ to, children, current, label, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a
      href={to === '' ? './' : to}
      onClick={follow}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      title={label}
      {...rest}
    >
      {children}
    </a>
  );
}
