/** How far a merge is. */
export interface MergeProgress {
  /** The part that is at work. */
  file: string;
  /** Batches of its stages that are stored, and that are to be. */
  batches: number;
  of: number;
  /** Rows that were stored of it. */
  rows: number;
}

/** What the steps of a merge have in common: it can be stopped, and says how far it is. */
export interface Steps {
  /** To be called between two statements: signals and the heartbeat have their turn. Throws where it was stopped. */
  breathe(): Promise<void>;
  tell(progress: MergeProgress): void;
}
