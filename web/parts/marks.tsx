import type { ComponentChildren } from 'preact';
import type { Mark } from '../../server/http/schemas/mark.ts';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { useMark } from '../data/use-mark.ts';
import { Note } from './note.tsx';
import { StarButton } from './star-button.tsx';
import { TagEditor } from './tags.tsx';

interface MarksProps {
  /** `sweeps/s3`, `sweeps/s3/arms/17` or `runs/r41`. */
  path: string;
  /** `sweep s3`. */
  what: string;
  mark: Mark;
  /** What else stands in the line. */
  children?: ComponentChildren;
}

/** The star, the tags and the note of a sweep, an arm or a run, to be changed. */
export function Marks({ path, what, mark, children }: MarksProps) {
  const own = useMark(path, mark);
  return (
    <div class="marks">
      <StarButton own={own} what={what} />
      <TagEditor own={own} what={what} />
      <Note own={own} what={what} />
      {children}
      {own.error !== null && (
        <p class="problem" role="alert">
          {own.error}
        </p>
      )}
    </div>
  );
}

const NONE: Mark = { star: false, tags: [], note: null };

/** The same of an arm of a sweep. */
export function ArmMarks({ sweep, arm }: { sweep: Pick<SweepDetail, 'id' | 'armMarks'>; arm: number }) {
  const mark = sweep.armMarks.find((each) => each.arm === arm)?.mark ?? NONE;
  return <Marks path={`sweeps/${sweep.id}/arms/${arm}`} what={`arm ${arm}`} mark={mark} />;
}
