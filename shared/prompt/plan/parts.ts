import type { Role } from '../../document/turn.ts';
import { openReasoning } from './reasoning.ts';
import { neutralise, type RoleWords } from './role-words.ts';
import { withoutSpace } from '../../text/white-space.ts';
import type { Part, PromptFormat, PromptTurn, TextChange } from '../types.ts';

const BLANK_LINE = '\n\n';

export interface Rendered {
  readonly parts: readonly Part[];
  /** What was done to the text of a turn. */
  readonly changes: TextChanges;
}
export type TextChanges = ReadonlyMap<string, ReadonlySet<TextChange>>;

/**
 * `open`: the last turn is left open (Continue). `reply`: the reply is opened behind the last turn; `speaker`: with
 * this name.
 */
export interface RenderOptions {
  readonly open: boolean;
  readonly reply: boolean;
  readonly speaker?: string | null;
}

/** What stands between two role markers: one turn, or several that the format folds or joins. */
interface Group {
  readonly role: Role;
  readonly turns: PromptTurn[];
  awaitsUser: boolean;
}

/** A whole prompt as parts. The turns are those of the window, head included, trimmed already. */
export function renderParts(
  format: PromptFormat,
  turns: readonly PromptTurn[],
  options: RenderOptions,
  words: RoleWords,
): Rendered {
  const led = leading(turns, options);
  const inFront = format.preface === undefined ? 0 : led;
  const front = beginning(format, turns.slice(0, inFront), words);
  const ordered = format.system === 'last' ? beforeLastUser(turns, led) : turns;
  const rest = renderTurns(format, ordered.slice(inFront), options, words);
  return { parts: [...front.parts, ...rest.parts], changes: new Map([...front.changes, ...rest.changes]) };
}

/** How many system turns stand in front of all others. One that is continued is none of them. */
function leading(turns: readonly PromptTurn[], { open }: RenderOptions): number {
  const first = turns.findIndex(({ role }, index) => role !== 'system' || (open && index === turns.length - 1));
  return first < 0 ? turns.length : first;
}

/** The turns that lead, in front of the last user turn instead. */
function beforeLastUser(turns: readonly PromptTurn[], led: number): readonly PromptTurn[] {
  const last = turns.findLastIndex(({ role }) => role === 'user');
  return last < 0 ? turns : [...turns.slice(led, last), ...turns.slice(0, led), ...turns.slice(last)];
}

/** What stands in front of all, around the system turns that lead (F13). */
function beginning(format: PromptFormat, lead: readonly PromptTurn[], words: RoleWords): Rendered {
  const { begins, preface } = format;
  const { parts, changes, trims, mark, say } = writing(format, words);
  mark(begins ?? '', null);
  if (lead.length === 0) mark(preface?.alone ?? '', null);
  else {
    mark(preface?.before ?? '', lead[0]?.id ?? null);
    lead.forEach((turn, index) => {
      say(turn.text, turn.id, trims);
      if (index < lead.length - 1) mark(BLANK_LINE, turn.id);
    });
    mark(preface?.after ?? '', lead.at(-1)?.id ?? null);
  }
  return { parts, changes };
}

/** Parts as they are written, with what is done to the texts (F8, F11, F12). */
function writing(format: PromptFormat, words: RoleWords) {
  const parts: Part[] = [];
  const changes = new Map<string, Set<TextChange>>();
  const trims = {
    start: format.trim === 'start' || format.trim === 'both',
    end: format.trim === 'end' || format.trim === 'both',
  };
  const changed = (turnId: string, change: TextChange, before: string, after: string): string => {
    if (before !== after) changes.set(turnId, (changes.get(turnId) ?? new Set()).add(change));
    return after;
  };
  return {
    parts,
    changes,
    trims,
    mark(text: string, turnId: string | null): void {
      if (text !== '') parts.push({ kind: 'marker', text, turnId });
    },
    say(
      said: string,
      turnId: string,
      ends: { readonly start: boolean; readonly end: boolean },
      name: string | null = null,
    ): void {
      const trimmed = changed(turnId, 'trimmed', said, withoutSpace(said, ends));
      const text = name === null ? trimmed : `${name}:${/^\s|^$/.test(trimmed) ? '' : ' '}${trimmed}`;
      const composed = changed(turnId, 'normalised', text, words.normalise(text));
      const safe = changed(turnId, 'neutralised', composed, neutralise(composed, words));
      if (safe !== '') parts.push({ kind: 'text', text: safe, turnId });
    },
    open(speaker: string): void {
      const { before, opensReply } = format;
      const lead = before.model.startsWith(opensReply) ? before.model.slice(opensReply.length) : '';
      const text = `${lead.trim() === '' ? lead : ''}${neutralise(words.normalise(speaker), words)}:`;
      parts.push({ kind: 'text', text, turnId: null });
    },
  };
}

/** Turns to parts by the format's rules (F4 to F6). */
export function renderTurns(
  format: PromptFormat,
  turns: readonly PromptTurn[],
  options: RenderOptions,
  words: RoleWords,
): Rendered {
  const { parts, changes, trims, mark, say, open } = writing(format, words);
  const groups = groupTurns(format, turns);
  if (format.startsWithUser && groups.find((group) => group.role !== 'system')?.role === 'model') {
    groups.splice(
      groups.findIndex((group) => group.role === 'model'),
      0,
      { role: 'user', turns: [], awaitsUser: false },
    );
  }
  groups.forEach((group, index) => {
    const isOpen = options.open && index === groups.length - 1;
    const thinking = isOpen ? openReasoning(group.turns.at(-1)?.text ?? '', format) : null;
    const thinksAtOnce = thinking?.before === '' && group.turns.length === 1;
    mark(
      thinksAtOnce ? opensThinking(format, thinking.marks.open) : format.before[group.role],
      group.turns[0]?.id ?? null,
    );
    group.turns.forEach((turn, at) => {
      const isLast = at === group.turns.length - 1;
      if (isLast && thinking !== null && !thinksAtOnce) {
        say(thinking.before, turn.id, { start: trims.start, end: false });
        mark(format.reasoning?.open ?? thinking.marks.open, turn.id);
      }
      const wraps = format.system === 'wrap' && turn.role === 'system';
      const isJoined = group.turns[at + 1]?.joins === true;
      if (wraps && turn.joins !== true) mark(format.before.system, turn.id);
      if (isLast && thinking !== null) say(thinking.thought, turn.id, { start: false, end: false });
      else say(turn.text, turn.id, { start: trims.start, end: trims.end && !(isLast && isOpen) }, turn.name ?? null);
      if (wraps && !isJoined) mark(format.after.system, turn.id);
      else if (!isLast) mark(BLANK_LINE, turn.id);
    });
    if (!isOpen) mark(format.after[group.role], group.turns.at(-1)?.id ?? null);
  });
  if (options.reply && !options.open) {
    mark(format.opensReply, null);
    if (options.speaker) open(options.speaker);
  }
  return { parts, changes };
}

/** What opens a reply that begins with thinking, whatever marks it was written down with. */
function opensThinking({ before, opensReply, reasoning }: PromptFormat, written: string): string {
  if (reasoning === undefined) return before.model + written;
  return opensReply.trimEnd().endsWith(reasoning.open) ? opensReply : opensReply + reasoning.open;
}

function groupTurns(format: PromptFormat, turns: readonly PromptTurn[]): Group[] {
  const groups: Group[] = [];
  for (const turn of turns) {
    const folds = format.system !== 'own' && turn.role === 'system';
    const role = folds ? 'user' : turn.role;
    const last = groups.at(-1);
    if (last?.role === role && (format.sameRole === 'join' || last.awaitsUser || turn.joins === true)) {
      last.turns.push(turn);
      last.awaitsUser = folds;
    } else {
      groups.push({ role, turns: [turn], awaitsUser: folds });
    }
  }
  return groups;
}
