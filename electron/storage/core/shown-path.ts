/** A turn, to count what is shown. */
export interface Link {
  readonly next: string | null;
  /** As of its newest revision. */
  readonly words: number;
}

/** Which turns of a chapter follow which, and those that are shown. */
export interface ShownPath {
  readonly links: Map<string, Link>;
  shown: Set<string>;
}
