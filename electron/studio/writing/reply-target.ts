import type { PromptTurn } from '../../../shared/prompt/types.ts';

/** Where a reply goes: after `turns`, or with `open` on in the last of them from the end of its text here. */
export interface Target {
  readonly turns: readonly PromptTurn[];
  readonly versions: ReadonlyMap<string, number>;
  readonly open: boolean;
  /** Who answers, by the name in the story; of one that is open, who its last turn names. */
  readonly speaker: string | null;
}
