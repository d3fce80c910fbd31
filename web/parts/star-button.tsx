import type { OwnMark } from '../data/use-mark.ts';

/** @param what is starred, for those who do not see the star: `sweep s3` */
export function StarButton({ own, what }: { own: OwnMark; what: string }) {
  const { star } = own.mark;
  return (
    <button
      type="button"
      class={star ? 'star starred' : 'star'}
      aria-pressed={star}
      aria-label={`Star ${what}`}
      title={own.error ?? (star ? 'Starred' : 'Star')}
      onClick={() => void own.change({ star: !star })}
    >
      {star ? '★' : '☆'}
    </button>
  );
}
