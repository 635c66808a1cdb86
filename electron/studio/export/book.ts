/** Text of one look: emphasis is slanted, strong is bold. */
export interface Inline {
  readonly text: string;
  readonly emphasis: boolean;
  readonly strong: boolean;
}

export type Block =
  | { readonly kind: 'paragraph'; readonly of: 'story' | 'person' | 'note'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'scene break' };

export interface BookChapter {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What goes out, before it is known as what: `author` is null where none was given. */
export interface Book {
  /** A UUID. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  readonly title: string;
  readonly author: string | null;
  readonly chapters: readonly BookChapter[];
}
