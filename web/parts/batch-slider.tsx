interface BatchSliderProps {
  /** What each of them is, such as `Projection`. */
  label: string;
  batches: number[];
  place: number;
  onChoose: (place: number) => void;
}

/** Chooses one of what there is by batch. */
export function BatchSlider({ label, batches, place, onChoose }: BatchSliderProps) {
  return (
    <label class="field slider">
      <span class="field-label">
        {label} {place + 1} of {batches.length}
      </span>
      <input
        type="range"
        min="0"
        max={batches.length - 1}
        step="1"
        value={place}
        disabled={batches.length === 1}
        aria-valuetext={`batch ${batches[place]!}`}
        onInput={(event) => onChoose(Number(event.currentTarget.value))}
      />
    </label>
  );
}
